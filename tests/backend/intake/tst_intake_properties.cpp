// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>
#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "intake/known_ids.h"
#include "intake/row_identity.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string canonicalText(ColumnType type, const std::string& text) {
  std::string scratch;
  const auto value = canonicalValue(sampleColumn("c", type), ValueView::text(text), scratch);
  return value ? toDisplayText(*value, text.size() * 2 + 100) : "refused";
}

/// What numbers, times and UUIDs are made of, in any order.
std::string anyText() {
  const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "0", "1", "9", "12", "2026-11-21", "14:02", "T", "Z", "+", "-", ".", "e", "E", ":", " ", "a",
      "f", "123e4567e89b12d3", "a456426614174000"));
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

/// What KnownIds says it does, the simple way.
class KnownIdsModel {
 public:
  explicit KnownIdsModel(std::size_t capacity) : m_capacity(capacity) {}

  void put(std::uint64_t id, Sequence sequence) {
    if (Entry* entry = find(id)) {
      if (entry->sequence == kNoSequence) entry->sequence = sequence;
      return;
    }
    if (m_entries.size() == m_capacity) m_entries.pop_front();
    m_entries.push_back({id, sequence, true});
  }
  void forget(std::uint64_t id) {
    if (Entry* entry = find(id)) entry->isAlive = false;
  }
  void restart() {
    std::erase_if(m_entries, [](const Entry& entry) {
      return !entry.isAlive || entry.sequence == kNoSequence;
    });
  }
  KnownIds::Answer lookup(std::uint64_t id) {
    const Entry* entry = find(id);
    if (entry == nullptr) return {};
    const bool isReserved = entry->sequence == kNoSequence;
    return {isReserved ? KnownIds::Seen::InFlight : KnownIds::Seen::Known, entry->sequence};
  }

 private:
  struct Entry {
    std::uint64_t id = 0;
    Sequence sequence{};
    bool isAlive = false;  ///< one that was forgotten keeps its turn
  };
  Entry* find(std::uint64_t id) {
    const auto found = std::ranges::find_if(
        m_entries, [&](const Entry& entry) { return entry.isAlive && entry.id == id; });
    return found == m_entries.end() ? nullptr : &*found;
  }

  const std::size_t m_capacity;
  std::deque<Entry> m_entries;
};

}  // namespace

/// What must hold for all input. What RapidCheck finds, it makes small, and prints with what
/// reproduces it.
class TestIntakeProperties : public QObject {
  Q_OBJECT

 private slots:
  void everySpellingOfANumberIsOneRow() {
    QVERIFY(rc::check([](std::int64_t number) {
      const std::string plain = std::to_string(number);
      const std::string digits = number < 0 ? plain.substr(1) : plain;
      const std::string zeros(*rc::gen::inRange<std::size_t>(0, 4), '0');
      const std::string sign = number < 0 ? "-" : *rc::gen::element<std::string>("", "+");
      const std::string spelling = sign + zeros + digits;
      RC_ASSERT(canonicalText(ColumnType::Integer, spelling) == plain);
      const std::string fraction = ".25";
      RC_ASSERT(canonicalText(ColumnType::Decimal, spelling + fraction + zeros) ==
                canonicalText(ColumnType::Decimal, plain + fraction));
    }));
  }

  void differentNumbersAreDifferentRows() {
    QVERIFY(rc::check([](std::int64_t one, std::int64_t other) {
      RC_PRE(one != other);
      for (const ColumnType type : {ColumnType::Integer, ColumnType::Decimal}) {
        RC_ASSERT(canonicalText(type, std::to_string(one)) !=
                  canonicalText(type, std::to_string(other)));
      }
    }));
  }

  void canonicalFormIsItsOwnForm() {
    QVERIFY(rc::check([] {
      const auto type = static_cast<ColumnType>(*rc::gen::inRange(0, int(ColumnType::Uuid) + 1));
      const Column column = sampleColumn("c", type);
      const std::string text = anyText();
      std::string scratch;
      const auto once = canonicalValue(column, ValueView::text(text), scratch);
      RC_PRE(once.isOk());
      const Value kept(*once);
      std::string scratchAgain;
      const auto again = canonicalValue(column, kept.view(), scratchAgain);
      RC_ASSERT((again.isOk() && *again == kept.view()));
    }));
  }

  /// Reserved, remembered, forgotten, and restarted from a snapshot, in any order.
  void knownIdsAnswerAsTheSimpleModel() {
    QVERIFY(rc::check([](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps) {
      constexpr std::uint64_t kIds = 12;
      const auto capacity = *rc::gen::inRange<std::size_t>(1, 8);
      auto ids = std::make_unique<KnownIds>(capacity);
      KnownIdsModel model(capacity);
      std::uint64_t last = 0;
      for (const auto& [kind, number] : steps) {
        const std::uint64_t id = number % kIds;
        const Hash128 hash{id, id};
        switch (kind % 8) {
          case 0: {
            auto restarted = std::make_unique<KnownIds>(capacity);
            const auto position = restarted->restore(ids->snapshot(Sequence{last}));
            RC_ASSERT((position.isOk() && *position == Sequence{last}));
            ids = std::move(restarted);
            model.restart();
            break;
          }
          case 1:
            ids->forget(hash);
            model.forget(id);
            break;
          case 2:
            ids->reserve(hash, id);
            model.put(id, kNoSequence);
            break;
          default:
            ids->remember(hash, id, Sequence{++last});
            model.put(id, Sequence{last});
        }
        ids->checkInvariants();
        for (std::uint64_t each = 0; each < kIds; ++each) {
          const KnownIds::Answer ours = ids->lookup({each, each}, each);
          const KnownIds::Answer expected = model.lookup(each);
          RC_ASSERT((ours.seen == expected.seen && ours.sequence == expected.sequence));
        }
      }
    }));
  }
};

PENSTOCK_TEST(TestIntakeProperties)

}  // namespace penstock::test

#include "tst_intake_properties.moc"
