// SPDX-License-Identifier: Apache-2.0
#include "intake/change_reader.h"

#include <simdjson.h>

#include <array>
#include <span>
#include <utility>

#include "base/log.h"
#include "intake/json_text.h"
#include "model/limits.h"

namespace penstock {
namespace ondemand = simdjson::ondemand;

static_assert(JsonLine::kPaddingBytes >= simdjson::SIMDJSON_PADDING);

namespace {

std::string quoted(std::string_view text) {
  const std::size_t shown = 80;
  return "'" + escapeForLog(text.substr(0, shown)) + (text.size() > shown ? "…'" : "'");
}

std::string_view trimmed(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

/// simdjson's word for it, for people.
std::string_view describe(simdjson::error_code code) {
  switch (code) {
    case simdjson::UTF8_ERROR:
      return "invalid UTF-8";
    case simdjson::EMPTY:
      return "empty (a change set is an object)";
    case simdjson::UNCLOSED_STRING:
      return "malformed JSON: a string does not end";
    case simdjson::STRING_ERROR:
      return "malformed JSON: a string with a wrong escape";
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
      return "malformed JSON: a bracket is missing";
    case simdjson::UNESCAPED_CHARS:
      return "malformed JSON: a control character in a string";
    case simdjson::INCORRECT_TYPE:
      return "not of the expected kind";
    default:
      return "malformed JSON";
  }
}

enum Member : std::size_t { kTable, kOp, kKey, kSet, kAdd, kExpect, kId, kGroup, kChanges, kCount };
constexpr std::array<std::string_view, kCount> kMembers = {"table",  "op", "key",   "set",    "add",
                                                           "expect", "id", "group", "changes"};
constexpr std::size_t kChangeMembers = kExpect + 1;

std::size_t memberOf(std::string_view name) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (kMembers[i] == name) return i;
  }
  return kCount;
}

using MembersSeen = std::array<bool, kCount>;

}  // namespace

/// Walks a JSON line once, front to back, into a RawChangeSet; simdjson stays in this file.
class ChangeReader::Parser {
 public:
  Result<std::string_view> read(const JsonLine& line, const CatalogPointer& catalog,
                                const Origin& origin) {
    if (line.text.size() > limits::kChangeSetBytesMax) {
      return refuse("", "too large: " + std::to_string(line.text.size()) + " bytes, at most " +
                            std::to_string(limits::kChangeSetBytesMax) + " (split it)");
    }
    m_raw.clear();
    RETURN_IF_ERROR(parse(padded(line)));
    return m_checker.encode(m_raw, catalog, origin);
  }

  const ChangeError& error() const { return m_checker.error(); }

 private:
  using Object = ondemand::object;

  simdjson::padded_string_view padded(const JsonLine& line) {
    const std::string_view text = line.text;
    if (line.readableBytes >= text.size() + JsonLine::kPaddingBytes) {
      return simdjson::padded_string_view(text.data(), text.size(),
                                          text.size() + JsonLine::kPaddingBytes);
    }
    m_copy.assign(text);
    m_copy.append(JsonLine::kPaddingBytes, ' ');
    return simdjson::padded_string_view(m_copy.data(), text.size(), m_copy.size());
  }

  Status refuse(std::string place, std::string reason, StatusCode code = StatusCode::Invalid) {
    return m_checker.refuse(code, std::move(place), std::move(reason));
  }
  Status refuse(std::string place, simdjson::error_code code) {
    return refuse(std::move(place), std::string(describe(code)));
  }
  Status refuseUnavailable(std::string place, std::string_view what) {
    return refuse(std::move(place), std::string(what) + " is not available yet",
                  StatusCode::Unsupported);
  }

  /// Place of a member of the change being read.
  std::string placeOf(std::string_view member) const {
    return ChangeChecker::placeOf(m_raw.form, m_raw.changes.size(), member);
  }

  Status parse(simdjson::padded_string_view text) {
    ondemand::document document;
    if (const auto code = m_simdjson.iterate(text).get(document)) return refuse("", code);
    Object root;
    if (const auto code = document.get_object().get(root)) {
      if (code == simdjson::INCORRECT_TYPE) return refuse("", "a change set is a JSON object");
      return refuse("", code);
    }
    RETURN_IF_ERROR(parseRoot(root));
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return refuse("", "malformed JSON: text after the change set");
    }
    return Status::ok();
  }

  /// A bare change or a change set: the first member tells.
  Status parseRoot(Object& root) {
    MembersSeen seen{};
    RawChange bare;
    bool isFirst = true;
    for (auto result : root) {
      ondemand::field field;
      std::string_view name;
      if (const auto code = std::move(result).get(field)) return refuse("", code);
      if (const auto code = field.unescaped_key().get(name)) return refuse("", code);
      const std::size_t member = memberOf(name);
      if (std::exchange(isFirst, false)) {
        m_raw.form = member < kChangeMembers ? SetForm::BareChange : SetForm::Set;
      }
      RETURN_IF_ERROR(checkRootMember(name, member, seen));
      if (m_raw.form == SetForm::BareChange) {
        RETURN_IF_ERROR(readChangeMember(member, field.value(), bare));
      } else if (member == kChanges) {
        RETURN_IF_ERROR(readChanges(field.value()));
      } else {
        RETURN_IF_ERROR(readName(field.value(), name, member == kId ? m_raw.id : m_raw.group));
      }
    }
    if (m_raw.form == SetForm::BareChange) return finishChange(bare, seen);
    if (!seen[kChanges]) {
      return refuse("", "neither a change (`table`, `op`, …) nor a change set (`changes`)");
    }
    return Status::ok();
  }

  Status checkRootMember(std::string_view name, std::size_t member, MembersSeen& seen) {
    const std::string place = member < kCount ? std::string() : escapeForLog(name.substr(0, 80));
    const bool belongs =
        member < kCount && (member < kChangeMembers) == (m_raw.form == SetForm::BareChange);
    if (member < kCount && !belongs) {
      return refuse(std::string(name),
                    "members of a change and of a change set in one object (write "
                    "{\"id\":…,\"group\":…,\"changes\":[{…}]})");
    }
    if (!belongs) return refuseUnknownMember(name, kMembers, place);
    if (std::exchange(seen[member], true)) {
      return refuse(std::string(name), "the key stands twice in one object (each key once)");
    }
    return Status::ok();
  }

  Status refuseUnknownMember(std::string_view name, std::span<const std::string_view> members,
                             std::string place) {
    const std::vector<std::string> known(members.begin(), members.end());
    const std::string nearest = nearestName(name, known);
    return refuse(std::move(place),
                  "unknown member " + quoted(name) +
                      (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
  }

  /// A change within a set: what belongs to the set is not unknown, it is in the wrong place.
  Status refuseMemberOfChange(std::string_view name, std::size_t member, std::string place) {
    if (member >= kCount) {
      return refuseUnknownMember(name, std::span(kMembers).first(kChangeMembers), std::move(place));
    }
    return refuse(std::move(place), "unknown member " + quoted(name) +
                                        " of a change (it belongs to the change set, beside "
                                        "`changes`)");
  }

  /// `id` or `group`.
  Status readName(ondemand::value& value, std::string_view member, std::string_view& name) {
    if (value.get_string().get(name)) return refuse(std::string(member), "not a string");
    if (name.empty()) return refuse(std::string(member), "empty (leave it out instead)");
    return Status::ok();
  }

  Status readChanges(ondemand::value& value) {
    ondemand::array changes;
    if (value.get_array().get(changes)) return refuse("changes", "not an array of changes");
    for (auto element : changes) {
      Object object;
      if (m_raw.changes.size() == limits::kChangesPerSetMax) {
        return refuse("changes", "more than " + std::to_string(limits::kChangesPerSetMax) +
                                     " changes (split it)");
      }
      if (const auto code = element.get_object().get(object)) {
        if (code == simdjson::INCORRECT_TYPE) return refuse(placeOf(""), "a change is an object");
        return refuse(placeOf(""), code);
      }
      RETURN_IF_ERROR(readChange(object));
    }
    return Status::ok();
  }

  Status readChange(Object& object) {
    MembersSeen seen{};
    RawChange change;
    for (auto result : object) {
      ondemand::field field;
      std::string_view name;
      if (const auto code = std::move(result).get(field)) return refuse(placeOf(""), code);
      if (const auto code = field.unescaped_key().get(name)) return refuse(placeOf(""), code);
      const std::size_t member = memberOf(name);
      const bool belongs = member < kChangeMembers;
      if (!belongs || seen[member]) {  // the place is only written when it is needed
        const std::string place = placeOf(escapeForLog(name.substr(0, 80)));
        return belongs ? refuse(place, "the key stands twice in one object (each key once)")
                       : refuseMemberOfChange(name, member, place);
      }
      seen[member] = true;
      RETURN_IF_ERROR(readChangeMember(member, field.value(), change));
    }
    return finishChange(change, seen);
  }

  Status finishChange(const RawChange& change, const MembersSeen& seen) {
    if (!seen[kTable]) return refuse(placeOf("table"), "missing");
    if (!seen[kOp]) return refuse(placeOf("op"), "missing (insert, update, upsert or delete)");
    if (change.operation == Operation::Delete && (seen[kSet] || seen[kAdd])) {
      return refuse(placeOf(seen[kSet] ? "set" : "add"), "a delete takes only a key");
    }
    m_raw.changes.push_back(change);
    return Status::ok();
  }

  Status readChangeMember(std::size_t member, ondemand::value& value, RawChange& change) {
    switch (member) {
      case kTable:
        if (value.get_string().get(change.table)) return refuse(placeOf("table"), "not a string");
        return Status::ok();
      case kOp:
        return readOperation(value, change.operation);
      case kKey:
        return readKey(value, change.key);
      case kSet:
        return readFields("set", value, change.set);
      case kAdd:
        return readFields("add", value, change.add);
      default:
        return refuseUnavailable(placeOf("expect"), "expect, a condition on the newest value,");
    }
  }

  Status readOperation(ondemand::value& value, Operation& operation) {
    std::string_view word;
    if (value.get_string().get(word)) return refuse(placeOf("op"), "not a string");
    for (const Operation known :
         {Operation::Insert, Operation::Update, Operation::Upsert, Operation::Delete}) {
      if (operationName(known) != word) continue;
      operation = known;
      return Status::ok();
    }
    return refuse(placeOf("op"),
                  "unknown operation " + quoted(word) + " (insert, update, upsert or delete)");
  }

  Status readKey(ondemand::value& value, FieldRange& range) {
    const std::string_view token = value.raw_json_token();
    if (token.starts_with('"')) {
      std::string_view word;
      if (const auto code = value.get_string().get(word)) return refuse(placeOf("key"), code);
      if (word == "new") return refuseUnavailable(placeOf("key"), "\"key\":\"new\"");
      return refuse(placeOf("key"), "not an object of key columns, such as {\"id\":42}");
    }
    return readFields("key", value, range);
  }

  /// The columns of `key`, `set` or `add`.
  Status readFields(std::string_view member, ondemand::value& value, FieldRange& range) {
    Object object;
    if (const auto code = value.get_object().get(object)) {
      if (code != simdjson::INCORRECT_TYPE) return refuse(placeOf(member), code);
      return refuse(placeOf(member), "not an object of columns, such as {\"id\":42}");
    }
    range.begin = static_cast<std::uint32_t>(m_raw.fields.size());
    for (auto result : object) {
      ondemand::field field;
      RawField& raw = m_raw.fields.emplace_back();
      if (const auto code = std::move(result).get(field)) return refuse(placeOf(member), code);
      if (const auto code = field.unescaped_key().get(raw.name)) {
        return refuse(placeOf(member), code);
      }
      if (const auto problem = readValue(field.value(), raw); !problem.empty()) {
        return refuse(placeOf(member) + "." + escapeForLog(raw.name.substr(0, 80)),
                      std::string(problem));
      }
    }
    range.end = static_cast<std::uint32_t>(m_raw.fields.size());
    return Status::ok();
  }

  /// Empty, or what is wrong with the value.
  static std::string_view readValue(ondemand::value& value, RawField& field) {
    const std::string_view token = trimmed(value.raw_json_token());
    std::string_view text;
    switch (token.empty() ? '\0' : token.front()) {
      case '"':
        if (const auto code = value.get_string().get(text)) return describe(code);
        field.value = ValueView::text(text);
        return {};
      case '{':
      case '[':
        return readContainer(value, token.front(), field);
      default:
        return readWord(token, field);
    }
  }

  static std::string_view readContainer(ondemand::value& value, char bracket, RawField& field) {
    std::string_view text;
    simdjson::error_code code = simdjson::SUCCESS;
    if (bracket == '{') {
      Object object;
      code = value.get_object().get(object);
      if (!code) code = object.raw_json().get(text);
    } else {
      ondemand::array array;
      code = value.get_array().get(array);
      if (!code) code = array.raw_json().get(text);
    }
    if (code) return describe(code);
    field.form = ValueForm::Container;
    field.value = ValueView::json(text);
    return {};
  }

  static std::string_view readWord(std::string_view token, RawField& field) {
    if (token == "null") {
      field.value = ValueView::null();
    } else if (token == "true" || token == "false") {
      field.value = ValueView::boolean(token == "true");
    } else if (jsonNumberLength(token) == token.size() && !token.empty()) {
      field.form = ValueForm::Number;
      field.value = ValueView::text(token);
    } else {
      return "malformed JSON: no value";
    }
    return {};
  }

  ondemand::parser m_simdjson;
  std::string m_copy;
  RawChangeSet m_raw;
  ChangeChecker m_checker;
};

ChangeReader::ChangeReader() : m_parser(std::make_unique<Parser>()) {}
ChangeReader::~ChangeReader() = default;
ChangeReader::ChangeReader(ChangeReader&&) noexcept = default;
ChangeReader& ChangeReader::operator=(ChangeReader&&) noexcept = default;

Result<std::string_view> ChangeReader::read(const JsonLine& line, const CatalogPointer& catalog,
                                            const Origin& origin) {
  return m_parser->read(line, catalog, origin);
}

const ChangeError& ChangeReader::error() const { return m_parser->error(); }

}  // namespace penstock
