// SPDX-License-Identifier: Apache-2.0
// What an operator can ask of a node, and what the node answers: values that travel unchanged from
// the window, a shell or a remote client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/dead_letter.h"
#include "model/ids.h"

namespace penstock {

enum class CommandKind : std::uint8_t {
  Pause,
  Resume,
  Flush,
  Drain,      ///< hold intake, flush, open intake again (or stay held)
  Release,    ///< open an intake that Drain left held
  Resize,     ///< workers
  Configure,  ///< batchRows, lingerMs
  StartWorkload,
  StopWorkload,
  RetryLetters,    ///< dead letters: apply their change sets once more
  DiscardLetters,  ///< remove them for good
  AcceptLoss,      ///< let the sinks go on behind a damage of the journal
  FailOver,        ///< make the named standby the primary
};
std::string_view commandKindName(CommandKind kind);

/// Made by the sender; a repeat of the same id is answered, not done twice.
enum class CommandId : std::uint64_t {};

struct Command {
  CommandId id{};
  CommandKind kind = CommandKind::Flush;
  std::string sink;   ///< scope; empty: all sinks of the node. FailOver: the next primary
  std::string table;  ///< Pause and Resume: this table alone; empty: all of the sink
  std::string who;    ///< for the record
  std::string why;
  std::optional<std::uint32_t> workers;     ///< Resize
  std::optional<std::uint32_t> batchRows;   ///< Configure
  std::optional<std::uint32_t> lingerMs;    ///< Configure
  std::optional<std::uint32_t> deadlineMs;  ///< Flush, Drain
  enum class AfterDrain : std::uint8_t { Open, StayHeld };
  AfterDrain afterDrain = AfterDrain::Open;
  std::string workload;            ///< StartWorkload: game, replay
  std::string file;                ///< StartWorkload replay
  double ratePerSecond = 0;        ///< 0: as fast as it can
  double size = 1;                 ///< factor on the workload's usual size
  std::vector<LetterKey> letters;  ///< RetryLetters and DiscardLetters: these, or
  bool allLetters = false;         ///< all that hold `letterFilter` (empty: all there are)
  std::string letterFilter;        ///< text in the code, reason or change set
  Sequence lossFirst{};            ///< AcceptLoss: exactly what the damage holds
  Sequence lossLast{};
};

enum class CommandStage : std::uint8_t {
  Acknowledged,  ///< the node has it
  InEffect,      ///< done
  Failed,
};

/// One or more per command, in this order of stages.
struct CommandAnswer {
  CommandId id{};
  CommandKind kind = CommandKind::Flush;
  CommandStage stage = CommandStage::Acknowledged;
  Status status;
  std::string text;         ///< for people: `flushed 1,204 change sets in 31 ms`
  std::uint64_t count = 0;  ///< change sets, for Flush and Drain; letters, for theirs
  std::int64_t micros = 0;  ///< from the node's receipt to this answer
};

}  // namespace penstock
