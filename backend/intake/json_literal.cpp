// SPDX-License-Identifier: Apache-2.0
#include "intake/json_literal.h"

#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/log.h"
#include "intake/json_text.h"
#include "intake/kept_number.h"
#include "intake/row_identity.h"

namespace penstock {
namespace {

Status outOfRange(std::string_view number, std::string_view why) {
  return {StatusCode::Invalid, escapeForLog(number.substr(0, 60)) +
                                   (number.size() > 60 ? "…" : "") + " " + std::string(why)};
}

Result<ValueView> readReal(const Column& column, std::string_view number) {
  double real = 0;
  const auto end = std::from_chars(number.data(), number.data() + number.size(), real);
  // Too small to be told from zero is no error, too large is.
  if (end.ec == std::errc::result_out_of_range)
    real = std::strtod(std::string(number).c_str(), nullptr);
  if (!std::isfinite(real)) return outOfRange(number, "is larger than any 64-bit real");
  const bool isDeclaredReal = column.type == ColumnType::Real && !column.numericAffinity;
  if (!isDeclaredReal && !standsFor(real, number)) return wouldBeRounded(column, number);
  return ValueView::real(real);
}

Result<ValueView> readNumber(const Column& column, std::string_view number) {
  if (column.type == ColumnType::Decimal) return ValueView::text(number);
  if (column.type == ColumnType::Json) return ValueView::json(number);
  const bool whole = number.find_first_of(".eE") == std::string_view::npos;
  if (!whole || column.type == ColumnType::Real) return readReal(column, number);
  std::int64_t integer = 0;
  const auto end = std::from_chars(number.data(), number.data() + number.size(), integer);
  if (end.ec == std::errc()) return ValueView::integer(integer);
  return outOfRange(number, "does not fit 64 bits (-9223372036854775808 to 9223372036854775807)");
}

/// The text of `{"$bytes":"…"}`, decoded.
Result<ValueView> readBytes(std::string_view minified, std::string& scratch) {
  constexpr std::string_view kBefore = "{\"$bytes\":\"";
  constexpr std::string_view kAfter = "\"}";
  const Status wrong(StatusCode::Invalid,
                     "$bytes holds one string of padded base64, such as "
                     "{\"$bytes\":\"aGVsbG8=\"}");
  if (!minified.starts_with(kBefore) || !minified.ends_with(kAfter)) return wrong;
  minified.remove_prefix(kBefore.size());
  if (minified.size() < kAfter.size()) return wrong;
  minified.remove_suffix(kAfter.size());
  std::string base64;  // some encoders write `/` as `\/`
  scratch.clear();
  if (!unescapeJson(minified, base64) || !decodeBase64(scratch, base64)) return wrong;
  return ValueView::bytes(scratch);
}

}  // namespace

Result<ValueView> readLiteral(const Column& column, ValueForm form, std::string_view text,
                              std::string& scratch) {
  if (form == ValueForm::Number) return readNumber(column, text);
  if (column.type == ColumnType::Json) return ValueView::json(text);
  std::string minified;
  RETURN_IF_ERROR(minifyJson(text, minified));
  if (minified.starts_with("{\"$bytes\":")) return readBytes(minified, scratch);
  if (minified.starts_with("{\"$key\":")) {
    return Status(StatusCode::Unsupported,
                  "{\"$key\":n}, the key of an earlier change, is not available yet");
  }
  if (column.type != ColumnType::Any) return doesNotFit(column, ValueView::json(minified));
  return ValueView::json(text);
}

}  // namespace penstock
