// SPDX-License-Identifier: Apache-2.0
#include "intake/change_set_encoder.h"

#include <simdjson.h>

namespace penstock {
namespace {

bool isUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

bool isUtf8(ValueView value) {
  const bool isText = value.kind() == ValueKind::Text || value.kind() == ValueKind::Json;
  return !isText || isUtf8(value.asText());
}

}  // namespace

Result<std::string_view> ChangeSetEncoder::encode(const ChangeSet& changeSet,
                                                  const CatalogPointer& catalog,
                                                  const Origin& origin) {
  m_raw.clear();
  m_raw.id = changeSet.id;
  m_raw.group = changeSet.group;
  if (!isUtf8(m_raw.id)) return m_checker.refuse(StatusCode::Invalid, "id", "invalid UTF-8");
  if (!isUtf8(m_raw.group)) return m_checker.refuse(StatusCode::Invalid, "group", "invalid UTF-8");
  for (const Change& change : changeSet.changes) {
    RawChange raw;
    raw.table = change.table;
    raw.operation = change.operation;
    RETURN_IF_ERROR(takeFields(change.key, "key", raw.key));
    RETURN_IF_ERROR(takeFields(change.set, "set", raw.set));
    RETURN_IF_ERROR(takeFields(change.add, "add", raw.add));
    m_raw.changes.push_back(raw);
  }
  return m_checker.encode(m_raw, catalog, origin);
}

Status ChangeSetEncoder::takeFields(const std::vector<NamedValue>& values, std::string_view member,
                                    FieldRange& range) {
  range.begin = static_cast<std::uint32_t>(m_raw.fields.size());
  for (const auto& [name, value] : values) {
    const ValueView view = value.view();
    if (!isUtf8(view)) {
      std::string place = ChangeChecker::placeOf(m_raw.form, m_raw.changes.size(), member);
      place.append(".").append(name);
      return m_checker.refuse(StatusCode::Invalid, place, "invalid UTF-8");
    }
    m_raw.fields.push_back({name, view, ValueForm::Settled});
  }
  range.end = static_cast<std::uint32_t>(m_raw.fields.size());
  return Status::ok();
}

}  // namespace penstock
