-- SPDX-License-Identifier: Apache-2.0
-- Tables for the history of a repository: its commits, and its files as the last commit left them.
-- Columns stand in the order of expected.csv. Harmless when run again.
CREATE TABLE IF NOT EXISTS commits(
  hash text PRIMARY KEY,
  authored_at bigint NOT NULL,
  subject text NOT NULL,
  files_changed bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS files(
  path text PRIMARY KEY,
  blob text NOT NULL,
  revisions bigint NOT NULL,
  first_commit text NOT NULL,
  last_commit text NOT NULL,
  changed_at bigint NOT NULL
);
