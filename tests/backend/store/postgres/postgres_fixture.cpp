// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/postgres/postgres_fixture.h"

#include <cstdio>

#include "base/check.h"

namespace penstock::test {

namespace {

template <typename T>
T checked(Result<T> result) {
  if (!result) std::fprintf(stderr, "%s\n", result.status().message().c_str());
  CHECK(result.isOk());
  return std::move(result).value();
}

}  // namespace

PostgresFixture::PostgresFixture(std::string_view schema, PostgresOptions options) {
  m_database = server().makeDatabase();
  lookAgain();
  if (options.target.empty()) options.target = connection();
  m_store = checked(PostgresStore::create(std::move(options)));
  const Status made = m_store->runScript(schema);
  if (!made) std::fprintf(stderr, "%s\n", made.message().c_str());
  CHECK(made.isOk());
  readCatalog();
  checked(m_store->attach(fixtureJournal(), "we"));
  m_lane = openLane();
}

std::unique_ptr<StoreLane> PostgresFixture::openLane() { return checked(m_store->openLane()); }

void PostgresFixture::lookAgain() { m_other = std::make_unique<PostgresSession>(connection()); }

void PostgresFixture::readCatalog() {
  m_catalog = std::make_shared<const Catalog>(checked(m_store->readCatalog()));
}

CommitResult PostgresFixture::commit(const BatchBuilder& builder, std::vector<DeadLetter> letters) {
  CommitRequest request;
  request.batch = &builder.batch();
  request.fence = {{kAllShards, Sequence{m_settled}, Sequence{m_settled + 1}}};
  request.deadLetters = std::move(letters);
  CommitResult result = m_lane->commit(request);
  m_settled += result.outcome == CommitOutcome::Committed ? 1 : 0;
  return result;
}

CommitResult PostgresFixture::commitOne(std::string_view table, const NamedEffect& effect) {
  return commit(builder().add(table, effect));
}

}  // namespace penstock::test
