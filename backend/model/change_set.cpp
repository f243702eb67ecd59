// SPDX-License-Identifier: Apache-2.0
#include "model/change_set.h"

#include "base/check.h"

namespace penstock {

std::string_view operationName(Operation operation) {
  switch (operation) {
    case Operation::Insert:
      return "insert";
    case Operation::Update:
      return "update";
    case Operation::Upsert:
      return "upsert";
    case Operation::Delete:
      return "delete";
  }
  CHECK(!"an operation outside the enumeration");
  return {};
}

}  // namespace penstock
