// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "intake/change_reader.h"
#include "model/codec_json.h"
#include "model/identity.h"
#include "model/limits.h"
#include "tests/backend/intake/intake_samples.h"
#include "tests/fuzz/target.h"

namespace penstock::test {
namespace {

const CatalogPointer& catalog() {
  static const CatalogPointer kCatalog = intakeCatalog();
  return kCatalog;
}

Origin origin() { return {"a client", {}}; }

Complaint lookAtRefusal(const Status& refusal) {
  const bool isExpected =
      refusal.code() == StatusCode::Invalid || refusal.code() == StatusCode::Unsupported;
  if (!isExpected) return "refused as " + std::string(statusCodeName(refusal.code()));
  if (refusal.message().empty()) return "refused without a reason";
  if (!isOneLine(refusal.message())) return "the refusal is not one line: " + refusal.message();
  return {};
}

Complaint lookAtAccepted(std::string_view bytes) {
  const auto view = ChangeSetView::parse(bytes);
  if (!view) return "accepted, and then not parsed: " + view.status().message();
  static_cast<void>(hashContent(*view));
  const std::string json = toJson(*view, *catalog());
  if (json.find('\n') != std::string::npos) return "its JSON is not one line: " + json;
  if (json.size() > limits::kChangeSetBytesMax) return {};  // escapes have made it longer
  ChangeReader reader;
  const auto again = reader.read({json, json.size()}, catalog(), origin());
  if (!again) return "its own JSON is refused: " + again.status().message() + " in " + json;
  if (*again != bytes) return "its own JSON gives other bytes: " + json;
  return {};
}

}  // namespace

Complaint tryChangeSet(std::string_view input) {
  // Once in place, by a reader that has read before, with hostile bytes behind the text.
  std::string padded(input);
  padded.append(JsonLine::kPaddingBytes, '"');
  const std::string before = R"({"table":"log","op":"insert","set":{"line":"before"}})";
  ChangeReader used;
  if (!used.read({before, before.size()}, catalog(), origin())) return "a good line is refused";
  const std::string_view inPlace(padded.data(), input.size());
  const auto first = used.read({inPlace, padded.size()}, catalog(), origin());

  // Once by a new one, from memory that ends with the text.
  const std::vector<char> exact(input.begin(), input.end());
  ChangeReader fresh;
  const auto second = fresh.read({{exact.data(), exact.size()}, exact.size()}, catalog(), origin());

  if (first.isOk() != second.isOk()) {
    return "what came before, or stands behind, decides: " + first.status().message() +
           second.status().message();
  }
  if (!second) return lookAtRefusal(second.status());
  if (*first != *second) return "what came before, or stands behind, shows in the bytes";
  return lookAtAccepted(*second);
}

}  // namespace penstock::test
