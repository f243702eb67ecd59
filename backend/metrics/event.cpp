// SPDX-License-Identifier: Apache-2.0
#include "metrics/event.h"

#include "base/check.h"

namespace penstock {

std::string_view eventKindName(EventKind kind) {
  switch (kind) {
    case EventKind::Started:
      return "started";
    case EventKind::Stopped:
      return "stopped";
    case EventKind::Command:
      return "command";
    case EventKind::Backpressure:
      return "backpressure";
    case EventKind::Retry:
      return "retry";
    case EventKind::SinkState:
      return "sink_state";
    case EventKind::DeadLetter:
      return "dead_letter";
    case EventKind::Journal:
      return "journal";
    case EventKind::Workload:
      return "workload";
    case EventKind::Threshold:
      return "threshold";
    case EventKind::History:
      return "history";
  }
  CHECK(false);
}

std::string_view severityName(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Critical:
      return "critical";
  }
  CHECK(false);
}

}  // namespace penstock
