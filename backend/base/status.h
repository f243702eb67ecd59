// SPDX-License-Identifier: Apache-2.0
// Expected failure as a value: a Status says what kind of failure it is (and so what the caller may
// do about it) and, for people, what happened and what to do next. Result<T> is a value or a
// Status.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace penstock {

/// What the caller may do. Few on purpose; the message tells the particulars.
enum class StatusCode {
  Ok,
  Invalid,      ///< the request is wrong; sending it again unchanged fails again
  Conflict,     ///< a condition on the present state does not hold; read, decide, try again
  Forbidden,    ///< the caller lacks a right
  NotFound,     ///< what was named does not exist
  Overloaded,   ///< a budget is used up; slow down and try again later
  Deadline,     ///< the caller's deadline passed first
  Unavailable,  ///< a server or a file is away for now; retrying is right
  Unknown,      ///< it may or may not have happened; find out before trying again
  Cancelled,    ///< somebody asked for it to stop
  Corrupt,      ///< stored bytes are damaged; an operator must decide
  IoError,      ///< the system refused a read, write, sync or rename
  Unsupported,  ///< known by name, and not available yet or not with this store
};

/// The word used in logs and error replies: `invalid`, `io_error` …
std::string_view statusCodeName(StatusCode code);

/// Threads: a value; safe to copy between threads.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : m_code(code), m_message(std::move(message)) {}

  static Status ok() { return {}; }

  bool isOk() const { return m_code == StatusCode::Ok; }
  explicit operator bool() const { return isOk(); }
  StatusCode code() const { return m_code; }
  /// For people: `what: why (what to do)`. Empty when ok.
  const std::string& message() const { return m_message; }
  /// The same failure with `what: ` put before its message; ok stays ok.
  Status withContext(std::string_view what) const;

 private:
  StatusCode m_code = StatusCode::Ok;
  std::string m_message;
};

/// A value or the Status that tells why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : m_value(std::move(value)) {}         // NOLINT: conversion is the point
  Result(Status status) : m_status(std::move(status)) {  // NOLINT: conversion is the point
    CHECK(!m_status.isOk());
  }

  bool isOk() const { return m_value.has_value(); }
  explicit operator bool() const { return isOk(); }
  const Status& status() const { return m_status; }
  /// Expects: isOk().
  T& value() & {
    CHECK(m_value.has_value());
    return *m_value;
  }
  const T& value() const& {
    CHECK(m_value.has_value());
    return *m_value;
  }
  T&& value() && {
    CHECK(m_value.has_value());
    return std::move(*m_value);
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::optional<T> m_value;
  Status m_status;
};

}  // namespace penstock

/// Returns from the enclosing function when `expression` (a Status) is not ok.
#define RETURN_IF_ERROR(expression)                                                 \
  do {                                                                              \
    if (::penstock::Status status_ = (expression); !status_.isOk()) return status_; \
  } while (false)
