// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/query_result.h"

#include <libpq-fe.h>

#include <charconv>

#include "base/check.h"

namespace penstock::postgres {

namespace {

template <typename Number>
bool parse(std::string_view text, Number& number) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

}  // namespace

void QueryResult::Clear::operator()(pg_result* result) const { PQclear(result); }

bool QueryResult::isError() const {
  switch (PQresultStatus(m_result.get())) {
    case PGRES_EMPTY_QUERY:
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
      return false;
    default:
      return true;
  }
}

bool QueryResult::isSkipped() const {
  return PQresultStatus(m_result.get()) == PGRES_PIPELINE_ABORTED;
}

bool QueryResult::copiesData() const {
  const ExecStatusType status = PQresultStatus(m_result.get());
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT;
}

int QueryResult::rowCount() const { return PQntuples(m_result.get()); }

bool QueryResult::isNullAt(int row, int column) const {
  return PQgetisnull(m_result.get(), row, column) != 0;
}

std::string_view QueryResult::textAt(int row, int column) const {
  return {PQgetvalue(m_result.get(), row, column),
          static_cast<std::size_t>(PQgetlength(m_result.get(), row, column))};
}

std::int64_t QueryResult::integerAt(int row, int column) const {
  std::int64_t number = 0;
  CHECK(parse(textAt(row, column), number));
  return number;
}

std::uint64_t QueryResult::touched() const {
  std::uint64_t rows = 0;
  return parse(std::string_view(PQcmdTuples(m_result.get())), rows) ? rows : 0;
}

std::string_view QueryResult::command() const { return PQcmdStatus(m_result.get()); }

CommitResult QueryResult::failure() const {
  std::string code = field(PG_DIAG_SQLSTATE);
  std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = firstLine(PQresultErrorMessage(m_result.get()));
  const std::string detail = field(PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += ": " + detail;
  if (code.empty()) code = kConnectionLost;
  return {outcomeOf(code), std::move(code), std::move(message), 0};
}

std::size_t QueryResult::errorPosition() const {
  std::size_t position = 0;
  return parse(std::string_view(field(PG_DIAG_STATEMENT_POSITION)), position) ? position : 0;
}

std::string QueryResult::field(int code) const {
  const char* text = PQresultErrorField(m_result.get(), code);
  return text != nullptr ? text : "";
}

std::string firstLine(std::string_view message) {
  const std::size_t begin = message.starts_with("ERROR:  ") ? 8 : 0;
  return std::string(message.substr(begin, message.find('\n') - begin));
}

}  // namespace penstock::postgres
