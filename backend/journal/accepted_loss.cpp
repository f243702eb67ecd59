// SPDX-License-Identifier: Apache-2.0
#include "journal/accepted_loss.h"

#include "base/clock.h"
#include "model/varint.h"

namespace penstock {
namespace {

constexpr std::uint8_t kFormat = 1;

}  // namespace

std::string AcceptedLoss::encode() const {
  std::string bytes(1, static_cast<char>(kFormat));
  appendFixed64(bytes, toNumber(first));
  appendFixed64(bytes, toNumber(last));
  appendLengthed(bytes, who);
  appendLengthed(bytes, why);
  return bytes;
}

Result<AcceptedLoss> AcceptedLoss::parse(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint8_t format = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string_view who;
  std::string_view why;
  const Status corrupt(StatusCode::Corrupt, "not a decision about damage");
  if (!reader.take8(format)) return corrupt;
  if (format != kFormat) {
    return Status(StatusCode::Unsupported, "a decision about damage of format " +
                                               std::to_string(format) +
                                               ", which a newer penstock has written");
  }
  const bool whole = reader.take64(first) && reader.take64(last) && reader.takeLengthed(who) &&
                     reader.takeLengthed(why) && reader.atEnd();
  if (!whole || first > last) return corrupt;
  return AcceptedLoss{Sequence{first}, Sequence{last}, std::string(who), std::string(why), 0};
}

std::string describe(const AcceptedLoss& loss) {
  const WallTime at{std::chrono::microseconds(loss.atMicros)};
  return "accepted by " + loss.who + " at " + formatUtc(at) +
         (loss.why.empty() ? "" : " (" + loss.why + ")");
}

std::uint64_t recordsIn(const JournalDamage& damage) {
  return toNumber(damage.last) - toNumber(damage.first) + 1;
}

Result<std::optional<AcceptedLoss>> findAcceptedLoss(Journal& journal, const JournalDamage& damage,
                                                     const std::function<bool()>& goesOn) {
  const auto reader = journal.openReader(damage.last);
  if (!reader) return reader.status();
  while (goesOn()) {
    const auto record = (*reader)->next();
    if (!record && (*reader)->damage()) {
      RETURN_IF_ERROR((*reader)->passDamage());
      continue;
    }
    if (!record) return record.status();
    if (!record->has_value()) return std::optional<AcceptedLoss>();
    if ((*record)->type != RecordType::AcceptedLoss) continue;
    auto loss = AcceptedLoss::parse((*record)->payload);
    if (!loss) return loss.status();
    loss->atMicros = (*record)->wallMicros;
    if (loss->covers(damage)) return std::optional(std::move(*loss));
  }
  return Status(StatusCode::Cancelled, "stopped");
}

}  // namespace penstock
