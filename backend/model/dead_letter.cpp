// SPDX-License-Identifier: Apache-2.0
#include "model/dead_letter.h"

#include "model/varint.h"

namespace penstock {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kBeforeTable = "table '";
constexpr std::string_view kBehindTable = "' is parked: ";

}  // namespace

std::string parkedReason(std::string_view table, std::string_view why) {
  std::string reason(kBeforeTable);
  reason.append(table).append(kBehindTable).append(why);
  return reason;
}

std::string_view parkedTable(const DeadLetter& letter) {
  std::string_view reason = letter.reason;
  const std::size_t end = reason.find(kBehindTable);
  const bool named = letter.kind == kLetterParked && reason.starts_with(kBeforeTable);
  if (!named || end == std::string_view::npos) return {};
  return reason.substr(kBeforeTable.size(), end - kBeforeTable.size());
}

void LetterOrder::encodeTo(std::string& bytes) const {
  bytes.clear();
  bytes.push_back(static_cast<char>(kFormat));
  bytes.push_back(static_cast<char>(action));
  appendLengthed(bytes, sink);
  appendLengthed(bytes, journal);
  appendFixed64(bytes, toNumber(sequence));
  appendLengthed(bytes, who);
  bytes.append(changeSet);
}

Result<LetterOrder> LetterOrder::parse(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint8_t format = 0;
  std::uint8_t action = 0;
  std::uint64_t sequence = 0;
  LetterOrder order;
  const Status corrupt(StatusCode::Corrupt, "not a decision about a dead letter");
  if (!reader.take8(format)) return corrupt;
  if (format != kFormat) {
    return Status(StatusCode::Unsupported, "a decision about a dead letter of format " +
                                               std::to_string(format) +
                                               ", which a newer penstock has written");
  }
  const bool whole = reader.take8(action) && reader.takeLengthed(order.sink) &&
                     reader.takeLengthed(order.journal) && reader.take64(sequence) &&
                     reader.takeLengthed(order.who);
  const bool known = action == static_cast<std::uint8_t>(LetterAction::Retry) ||
                     action == static_cast<std::uint8_t>(LetterAction::Discard);
  if (!whole || !known) return corrupt;
  order.action = static_cast<LetterAction>(action);
  order.sequence = Sequence{sequence};
  order.changeSet = reader.rest();
  if (order.changeSet.empty() == (order.action == LetterAction::Retry)) return corrupt;
  return order;
}

}  // namespace penstock
