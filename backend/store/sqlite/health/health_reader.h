// SPDX-License-Identifier: Apache-2.0
// Asks an SQLite file for what a configuration should fit.
#pragma once

#include "store/sqlite/connection.h"
#include "store/store.h"

namespace penstock::sqlite {

Failure readHealth(Connection& connection, StoreHealth& health);

}  // namespace penstock::sqlite
