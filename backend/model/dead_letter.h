// SPDX-License-Identifier: Apache-2.0
// A change set that a store refused for good, and what an operator decides about it. The decision
// is a journal record addressed to the sink that keeps the letter, so that it takes effect once, in
// the transaction that settles its sequence, whatever dies meanwhile.
//
// Layout of the record (little endian; varint is LEB128; a text is a varint length and its bytes):
//   u8 version (1) · u8 action · text sink · text journal · u64 sequence · text who
//   the change set as codec.h has it (Retry), or nothing (Discard)
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/ids.h"

namespace penstock {

/// What DeadLetter::kind says.
inline constexpr std::string_view kLetterRefused = "refused";
/// Nothing is wrong with it: it waits behind an earlier letter, and follows in order.
inline constexpr std::string_view kLetterHeld = "held";
/// The table is not what its catalog says; everything for that table waits behind this letter.
inline constexpr std::string_view kLetterParked = "parked";

/// A change set that a store refused for good, as kept in `penstock_dead_letter`.
struct DeadLetter {
  Sequence sequence{};
  std::string journal;  ///< id of the journal it came from; empty: the one that the lane serves
  std::string kind;     ///< `refused`, `held` or `parked`
  std::string reason;   ///< the store's message
  std::string code;     ///< SQLSTATE, or SQLite's extended code
  std::uint32_t attempts = 1;
  std::int64_t atMicros = 0;  ///< wall time, microseconds since 1970 UTC
  std::string changeSet;      ///< as JSON, readable by `replay`
  bool again = false;         ///< it was one before, and is kept only if it is still there
};

/// Why a letter is `parked`, as its reason says it, and the table that it names there. Empty: none.
std::string parkedReason(std::string_view table, std::string_view why);
std::string_view parkedTable(const DeadLetter& letter);

/// What names a letter in a sink, whichever journal it came from.
struct LetterKey {
  Sequence sequence{};
  std::string journal;
  auto operator<=>(const LetterKey&) const = default;
};

enum class LetterAction : std::uint8_t {
  Retry = 1,    ///< apply its change set, here in journal order, and remove the letter
  Discard = 2,  ///< remove the letter: the change set is never applied
};

/// One decision about one letter. Borrows.
struct LetterOrder {
  LetterAction action = LetterAction::Retry;
  std::string_view sink;
  std::string_view journal;  ///< of the letter
  Sequence sequence{};       ///< of the letter
  std::string_view who;
  std::string_view changeSet;  ///< Retry: encoded with the journal's catalog

  void encodeTo(std::string& bytes) const;
  /// Errors: Corrupt (not such a record), Unsupported (a newer one). The change set is not parsed.
  static Result<LetterOrder> parse(std::string_view bytes);
};

}  // namespace penstock
