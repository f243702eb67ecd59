// SPDX-License-Identifier: Apache-2.0
#include "engine/commands.h"

namespace penstock {

std::string_view commandKindName(CommandKind kind) {
  switch (kind) {
    case CommandKind::Pause:
      return "Pause flushing";
    case CommandKind::Resume:
      return "Resume flushing";
    case CommandKind::Flush:
      return "Flush now";
    case CommandKind::Drain:
      return "Drain";
    case CommandKind::Release:
      return "Open intake";
    case CommandKind::Resize:
      return "Resize pool";
    case CommandKind::Configure:
      return "Configure";
    case CommandKind::StartWorkload:
      return "Start workload";
    case CommandKind::StopWorkload:
      return "Stop workload";
    case CommandKind::RetryLetters:
      return "Retry dead letters";
    case CommandKind::DiscardLetters:
      return "Discard dead letters";
    case CommandKind::AcceptLoss:
      return "Accept loss";
    case CommandKind::FailOver:
      return "Fail over";
  }
  return "Command";
}

}  // namespace penstock
