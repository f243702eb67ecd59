// SPDX-License-Identifier: Apache-2.0
// What a store finds of its database that a configuration should fit: settings of the server, room
// for connections, rights, tables that a crash empties, foreign keys without an index. Facts alone;
// what they mean is judged elsewhere, in one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace penstock {

struct ConnectionRoom {
  std::uint32_t max = 0;
  std::uint32_t reserved = 0;           ///< of those, for administrators
  std::uint32_t usedByOthers = 0;       ///< by all but this user's own under our name
  std::optional<std::uint32_t> ofUser;  ///< that this user, or this database, may have
};

struct ServerSetting {
  std::string name;
  std::string value;
  std::string setFor;  ///< `role game`, `database shop`; empty: the server, or the file
};

struct BareForeignKey {
  std::string table;
  std::string columns;  ///< joined by `, `
  std::string references;
};

/// Something that a sink does, and whether its user may.
struct StoreRight {
  std::string right;  ///< `SELECT, INSERT, UPDATE, DELETE`
  std::string on;     ///< `table players`
  enum class Held : std::uint8_t { Yes, No } held = Held::Yes;
  std::string grant;  ///< the statement that gives it
};

struct StoreHealth {
  std::string server;  ///< `PostgreSQL 15.8`; empty: not asked
  std::optional<ConnectionRoom> connections;
  std::vector<ServerSetting> settings;
  std::vector<std::string> unloggedTables;  ///< are empty after a crash of the server
  std::vector<BareForeignKey> bareForeignKeys;
  std::vector<StoreRight> rights;
  bool hasOwnTables = false;  ///< penstock_checkpoint and penstock_dead_letter are there
};

}  // namespace penstock
