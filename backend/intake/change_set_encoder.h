// SPDX-License-Identifier: Apache-2.0
// Takes change sets that a program built with names and values (model/change_set.h), checks them by
// the same rules as those that come as JSON, and encodes them.
#pragma once

#include <string_view>

#include "base/status.h"
#include "intake/change_checker.h"
#include "model/catalog.h"
#include "model/change_set.h"

namespace penstock {

/// Threads: one. Owns: the encoded bytes.
class ChangeSetEncoder {
 public:
  /// The encoded change set, valid until the next call. Errors: Invalid; error() then tells the
  /// place apart from the reason.
  Result<std::string_view> encode(const ChangeSet& changeSet, const CatalogPointer& catalog,
                                  const Origin& origin);
  const ChangeError& error() const { return m_checker.error(); }

 private:
  Status takeFields(const std::vector<NamedValue>& values, std::string_view member,
                    FieldRange& range);

  ChangeChecker m_checker;
  RawChangeSet m_raw;
};

}  // namespace penstock
