// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <vector>

#include "intake/change_reader.h"
#include "intake/known_ids.h"
#include "intake/source_positions.h"
#include "journal/accepted_loss.h"
#include "model/codec_json.h"
#include "model/dead_letter.h"
#include "model/identity.h"
#include "tests/backend/intake/intake_samples.h"
#include "tests/fuzz/target.h"

namespace penstock::test {
namespace {

const CatalogPointer& someCatalog() {
  static const CatalogPointer kCatalog = intakeCatalog();
  return kCatalog;
}

Complaint lookAtFailure(const Status& failure) {
  const bool isExpected =
      failure.code() == StatusCode::Corrupt || failure.code() == StatusCode::Unsupported;
  if (!isExpected) return "fails as " + std::string(statusCodeName(failure.code()));
  return isOneLine(failure.message()) ? "" : "the failure is not one line: " + failure.message();
}

Complaint tryEncodedSet(std::string_view bytes) {
  const auto view = ChangeSetView::parse(bytes);
  if (!view) return lookAtFailure(view.status());
  static_cast<void>(hashContent(*view));
  static_cast<void>(toJson(*view, *someCatalog()));
  const bool isSame = withoutHash(rewritten(*view)) == withoutHash(std::string(bytes));
  return isSame ? "" : "a change set has two byte forms";
}

Complaint tryLetterOrder(std::string_view bytes) {
  const auto order = LetterOrder::parse(bytes);
  if (!order) return lookAtFailure(order.status());
  std::string again;
  order->encodeTo(again);
  return again == bytes ? "" : "a decision about a dead letter has two byte forms";
}

Complaint tryAcceptedLoss(std::string_view bytes) {
  const auto loss = AcceptedLoss::parse(bytes);
  if (!loss) return lookAtFailure(loss.status());
  return loss->encode() == bytes ? "" : "a decision about damage has two byte forms";
}

/// A catalog of a journal is what change sets are checked against, and what a newer one grows from.
Complaint tryCatalog(std::string_view bytes) {
  const auto catalog = Catalog::decode(bytes);
  if (!catalog) return lookAtFailure(catalog.status());
  const auto again = Catalog::decode(catalog->encode());
  if (!again || !(*again == *catalog)) return "a catalog changes by being encoded";
  for (const Catalog& grown :
       {Catalog::evolve(*catalog, *someCatalog()), Catalog::evolve(*catalog, *catalog)}) {
    const auto decoded = Catalog::decode(grown.encode());
    if (!decoded || !(*decoded == grown)) return "a catalog that has grown cannot be decoded";
  }
  const std::string line = R"({"table":"log","op":"insert","key":{"id":1},"set":{"line":"a"}})";
  const auto shared = std::make_shared<const Catalog>(*catalog);
  ChangeReader reader;
  const auto read = reader.read({line, line.size()}, shared, {});
  if (read && !ChangeSetView::parse(*read)) return "a change set of that catalog is none";
  return {};
}

Complaint tryKnownIds(std::string_view bytes) {
  KnownIds ids(8);
  ids.remember({1, 2}, 3, Sequence{4});
  const auto position = ids.restore(bytes);
  ids.checkInvariants();
  if (!position) {
    const bool isKept = ids.size() == 1 && ids.lookup({1, 2}, 3).sequence == Sequence{4};
    return isKept ? lookAtFailure(position.status()) : "a refused snapshot changes what is known";
  }
  const std::string snapshot = ids.snapshot(*position);
  KnownIds again(8);
  if (!again.restore(snapshot)) return "its own snapshot is refused";
  again.checkInvariants();
  return again.snapshot(*position) == snapshot ? "" : "a snapshot changes by being restored";
}

Complaint trySourcePositions(std::string_view bytes) {
  SourcePositions positions;
  const SourceLine known{7, 1, 9};
  if (!positions.add(known, SourcePositions::LineFate::Journaled)) return "a line is not added";
  const auto position = positions.restore(bytes);
  if (!position) {
    const bool isKept = positions.contains(7, 1) && positions.position(7).upTo == 1;
    return isKept ? lookAtFailure(position.status()) : "a refused snapshot changes what is known";
  }
  const std::string snapshot = positions.snapshot(*position);
  SourcePositions again;
  if (!again.restore(snapshot)) return "its own snapshot is refused";
  if (again.snapshot(*position) != snapshot) return "a snapshot changes by being restored";
  if (snapshot != bytes) return "source positions have two byte forms";
  return {};
}

std::string sealed(std::string_view bytes) {
  std::string whole(bytes);
  const std::uint64_t checksum = hashBytes(whole);
  whole.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  return whole;
}

}  // namespace

Complaint tryByteForm(std::string_view input) {
  if (input.empty()) return {};
  const auto choice = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  const std::string content = (choice & kSealed) != 0 ? sealed(input) : std::string(input);
  const std::vector<char> exact(content.begin(), content.end());
  const std::string_view bytes(exact.data(), exact.size());
  switch (static_cast<ByteForm>(choice & ~kSealed)) {
    case ByteForm::ChangeSet:
      return tryEncodedSet(bytes);
    case ByteForm::LetterOrder:
      return tryLetterOrder(bytes);
    case ByteForm::Catalog:
      return tryCatalog(bytes);
    case ByteForm::KnownIds:
      return tryKnownIds(bytes);
    case ByteForm::SourcePositions:
      return trySourcePositions(bytes);
    case ByteForm::AcceptedLoss:
      return tryAcceptedLoss(bytes);
  }
  return {};
}

}  // namespace penstock::test
