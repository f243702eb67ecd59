// SPDX-License-Identifier: Apache-2.0
// Something that happened once and that an operator should be able to find again: a backpressure
// crossing, a command with who gave it, an error, a start. Kept in a ring and in the history.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock {

enum class EventKind : std::uint8_t {
  Started,
  Stopped,
  Command,       ///< an operator's command and its result
  Backpressure,  ///< a watermark crossed, up (began) or down (ended)
  Retry,
  SinkState,
  DeadLetter,
  Journal,  ///< sealed, damaged, rotated because of an error
  Workload,
  Threshold,
  History,  ///< what becomes of the kept history: file left aside, memory only
};
std::string_view eventKindName(EventKind kind);

enum class Severity : std::uint8_t { Info, Warning, Critical };
std::string_view severityName(Severity severity);

struct Event {
  std::uint64_t number = 0;  ///< counts up within a run of the node
  std::int64_t wallMicros = 0;
  std::int64_t steadyMicros = 0;
  EventKind kind = EventKind::Started;
  Severity severity = Severity::Info;
  std::string sink;  ///< empty: the node
  std::string who;   ///< of a command
  std::string what;  ///< one line for people

  // Of a backpressure event
  std::string budget;
  std::uint64_t usedBytes = 0;
  std::uint64_t limitBytes = 0;
  std::string action;  ///< wait, reject, shed, closed
  std::uint64_t touchedSets = 0;
  std::int64_t lastedMicros = -1;  ///< below 0: still on

  // Of a command
  std::string oldValue;
  std::string newValue;
};

}  // namespace penstock
