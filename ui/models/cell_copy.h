// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl+C of every table: the cells that are selected as tab-separated lines, in full, as a
// spreadsheet takes them; not as they are shortened or rounded on screen.
#pragma once

#include <QString>

class QAbstractItemView;
class QItemSelectionModel;

namespace penstock::ui {

/// The text of the selected cells in their order, by this role.
QString selectedCells(const QItemSelectionModel& selection, int role);
/// From now on Ctrl+C in the view puts selectedCells() into the clipboard.
void copyCellsOnKey(QAbstractItemView& view, int role);

}  // namespace penstock::ui
