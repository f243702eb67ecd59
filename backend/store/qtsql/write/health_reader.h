// SPDX-License-Identifier: Apache-2.0
// Asks a server of MariaDB or MySQL for what a configuration should fit.
#pragma once

#include "store/qtsql/write/session.h"
#include "store/store.h"

namespace penstock::qtsql {

/// What the user has by roles counts where the server tells it as its own.
Failure readHealth(Session& session, StoreHealth& health);

}  // namespace penstock::qtsql
