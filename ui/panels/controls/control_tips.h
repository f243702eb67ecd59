// SPDX-License-Identifier: GPL-3.0-or-later
// What each control does and when to use it, as its tooltip says it.
#pragma once

namespace penstock::ui {

inline constexpr const char* kPauseTip =
    "Nothing goes to the sink; intake goes on until a budget is full. Use it while the database "
    "is being worked on. The pause outlives a restart. (Ctrl+Shift+P)";
inline constexpr const char* kResumeTip =
    "Flushing goes on where it stood. Nothing is lost by a pause. "
    "(Ctrl+Shift+P)";
inline constexpr const char* kFlushTip =
    "Persists what is journaled so far without waiting for linger, once, also while paused. "
    "(Ctrl+Shift+F)";
inline constexpr const char* kDrainTip =
    "Holds intake, persists everything, then opens intake again or stays held, as chosen below. "
    "Use it before a migration or a shutdown.";
inline constexpr const char* kPauseTableTip =
    "Nothing goes to this table; what comes for it, and behind that in the same group or row, is "
    "held as dead letters and follows in order when it is resumed. All else goes on. Use it while "
    "one table is being worked on. The pause outlives a restart. (Ctrl+Shift+P)";
inline constexpr const char* kResumeTableTip =
    "What was held for this table follows in order. (Ctrl+Shift+P)";
inline constexpr const char* kNotForTables =
    "Only pausing and resuming is for one table; choose the node or a sink for this.";
inline constexpr const char* kReleaseTip = "Opens the intake that a drain left held.";

}  // namespace penstock::ui
