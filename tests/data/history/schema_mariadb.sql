-- SPDX-License-Identifier: Apache-2.0
-- Tables for the history of a repository: its commits, and its files as the last commit left them.
-- Columns stand in the order of expected.csv. Harmless when run again. Keys compare by their bytes, as
-- they do in the other databases.
CREATE TABLE IF NOT EXISTS commits(
  hash VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
  authored_at BIGINT NOT NULL,
  subject TEXT CHARACTER SET utf8mb4 NOT NULL,
  files_changed BIGINT NOT NULL
) ENGINE=InnoDB;

CREATE TABLE IF NOT EXISTS files(
  path VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
  `blob` VARCHAR(64) NOT NULL,
  revisions BIGINT NOT NULL,
  first_commit VARCHAR(64) NOT NULL,
  last_commit VARCHAR(64) NOT NULL,
  changed_at BIGINT NOT NULL
) ENGINE=InnoDB;
