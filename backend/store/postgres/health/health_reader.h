// SPDX-License-Identifier: Apache-2.0
// Asks a PostgreSQL server for what a configuration should fit.
#pragma once

#include "store/postgres/connection.h"
#include "store/store.h"

namespace penstock::postgres {

/// Of the tables that the search path finds. Reads alone, with no right that not everybody has.
Failure readHealth(Connection& connection, StoreHealth& health);

}  // namespace penstock::postgres
