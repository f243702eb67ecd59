// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

namespace penstock {

std::string_view statusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::Ok:
      return "ok";
    case StatusCode::Invalid:
      return "invalid";
    case StatusCode::Conflict:
      return "conflict";
    case StatusCode::Forbidden:
      return "forbidden";
    case StatusCode::NotFound:
      return "not_found";
    case StatusCode::Overloaded:
      return "overloaded";
    case StatusCode::Deadline:
      return "deadline";
    case StatusCode::Unavailable:
      return "unavailable";
    case StatusCode::Unknown:
      return "unknown";
    case StatusCode::Cancelled:
      return "cancelled";
    case StatusCode::Corrupt:
      return "corrupt";
    case StatusCode::IoError:
      return "io_error";
    case StatusCode::Unsupported:
      return "unsupported";
  }
  return "unknown";
}

Status Status::withContext(std::string_view what) const {
  if (isOk()) return *this;
  std::string message(what);
  message += ": ";
  message += m_message;
  return {m_code, std::move(message)};
}

}  // namespace penstock
