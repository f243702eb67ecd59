// SPDX-License-Identifier: GPL-3.0-or-later
// The sentence of the status line: the worst state of a node with its number and its cause, and
// what to do. Pure: a sample and a moment in, words out.
#pragma once

#include <QString>
#include <QStringList>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/engine_link.h"
#include "ui/models/palette.h"
#include "ui/models/quantity.h"
#include "ui/models/sample_store.h"

namespace penstock::ui {

struct StatusInput {
  SnapshotPointer newest;  ///< null: no sample yet
  SnapshotPointer before;  ///< about two seconds older, of the same run, for rates; may be null
  std::vector<SnapshotPointer> recent;  ///< of the last ten seconds, oldest first, for estimates
  std::string sink;                     ///< which one the window looks at; empty: the primary
  LinkState link;
  std::int64_t nowMicros = 0;  ///< wall time
  TimeStyle timeStyle = TimeStyle::Local;
};

struct StatusText {
  Tone tone = Tone::Neutral;
  QString word;         ///< `Healthy`, `Paused`, `Stalled` …: never colour alone
  QString text;         ///< the whole line, beginning with the word
  QString advice;       ///< what to do; empty when nothing is to be done
  QStringList further;  ///< what else is wrong, as `Paused: …`, worse ones first
  QString titleTag;     ///< `[Paused]` for the title of the window; empty mostly
  enum class Action : std::uint8_t { None, TryNow } action = Action::None;
};

/// Everything but link and time style from the store.
StatusInput statusInputOf(const SampleStore& store, std::int64_t nowMicros);

StatusText statusText(const StatusInput& input);

/// How a journal that fills within this time looks: neutral when it does not, or only in days (a
/// queue that grows at night may be empty by morning).
Tone fillingTone(double fullInSeconds);

/// Whether what is shown is older than it should be: more than three intervals and two seconds.
bool isStale(const StatusInput& input);
/// `Charts frozen at 14:02:10, 318 new samples.`
QString frozenText(std::int64_t frozenAtMicros, std::uint64_t missedSamples, TimeStyle style);
/// `Live: the last 15 min, local time`
QString liveText(std::chrono::milliseconds span, TimeStyle style);

}  // namespace penstock::ui
