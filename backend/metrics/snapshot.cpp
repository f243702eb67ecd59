// SPDX-License-Identifier: Apache-2.0
#include "metrics/snapshot.h"

#include "base/check.h"

namespace penstock {

std::string_view nodeStateName(NodeState state) {
  switch (state) {
    case NodeState::Healthy:
      return "healthy";
    case NodeState::Idle:
      return "idle";
    case NodeState::Recovering:
      return "recovering";
    case NodeState::Draining:
      return "draining";
    case NodeState::Stopping:
      return "stopping";
    case NodeState::Paused:
      return "paused";
    case NodeState::Saturated:
      return "saturated";
    case NodeState::Stalled:
      return "stalled";
    case NodeState::SinkDown:
      return "sink_down";
    case NodeState::IntakeHeld:
      return "intake_held";
    case NodeState::Damaged:
      return "damaged";
  }
  CHECK(false);
}

std::string_view sinkStateName(SinkState state) {
  switch (state) {
    case SinkState::Running:
      return "running";
    case SinkState::Idle:
      return "idle";
    case SinkState::Paused:
      return "paused";
    case SinkState::Retrying:
      return "retrying";
    case SinkState::Down:
      return "down";
    case SinkState::Stopped:
      return "stopped";
    case SinkState::Starting:
      return "starting";
  }
  CHECK(false);
}

}  // namespace penstock
