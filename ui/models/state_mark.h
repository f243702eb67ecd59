// SPDX-License-Identifier: GPL-3.0-or-later
// The shape that goes with the colour of a state, so that a state is told apart without colour:
// disc, square, triangle, octagon, ring. Drawn by hand, sharp at any size and pixel ratio.
#pragma once

#include <QIcon>
#include <QString>

#include "ui/models/palette.h"

class QPainter;
class QRectF;

namespace penstock::ui {

/// Neutral: none. Good: disc. Notice: square. Caution: triangle. Alarm: octagon. Stale: ring.
void paintMark(QPainter& painter, const QRectF& place, Tone tone, const QColor& color);
/// The mark in the text colour of its tone, `size` logical pixels wide.
QIcon markIcon(Tone tone, Shade shade, int size = 12);
/// The name of the shape, for assistive technology: `disc`, `triangle` …
QString markName(Tone tone);

}  // namespace penstock::ui
