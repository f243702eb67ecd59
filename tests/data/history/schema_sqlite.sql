-- SPDX-License-Identifier: Apache-2.0
-- Tables for the history of a repository: its commits, and its files as the last commit left them.
-- Columns stand in the order of expected.csv. Harmless when run again.
CREATE TABLE IF NOT EXISTS commits(
  hash TEXT PRIMARY KEY NOT NULL,
  authored_at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  files_changed INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS files(
  path TEXT PRIMARY KEY NOT NULL,
  blob TEXT NOT NULL,
  revisions INTEGER NOT NULL,
  first_commit TEXT NOT NULL,
  last_commit TEXT NOT NULL,
  changed_at INTEGER NOT NULL
);
