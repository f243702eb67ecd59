// SPDX-License-Identifier: Apache-2.0
#include "tests/support/one_chunk.h"

#include "base/check.h"
#include "flush/flush_attempt.h"

namespace penstock::test {

std::vector<Sequence> flushChunk(StoreLane& lane, Batcher& batcher, const CatalogPointer& catalog,
                                 std::span<const WindowEntry> entries, Sequence& checkpoint) {
  std::vector<Sequence> buried;
  Batch batch;
  Circuit circuit;
  FlushAttempt attempt(entries.size(), RetryPolicy{}, circuit);
  for (;;) {
    const FlushAction action = attempt.next(SteadyTime{});
    if (action.kind == FlushAction::Kind::Done) return buried;
    const auto range = entries.subspan(action.range.begin, action.range.size());
    CommitRequest request;
    request.fence = {FenceStep{Shard{0}, checkpoint, range.back().sequence}};
    if (action.kind == FlushAction::Kind::Bury) {
      DeadLetter letter;
      letter.sequence = range.front().sequence;
      letter.kind = "refused";
      request.deadLetters.push_back(letter);
      buried.push_back(letter.sequence);
    } else {
      CHECK(action.kind == FlushAction::Kind::Commit);
      const BuildResult built = batcher.build(catalog, range, batch);
      if (!built.built) {
        attempt.onCannotBuild(action.range.begin + built.guilty, built.reason);
        continue;
      }
      request.batch = &batch;
    }
    const CommitResult result = lane.commit(request);
    if (result.outcome == CommitOutcome::Committed) checkpoint = range.back().sequence;
    attempt.onCommit(result, SteadyTime{}, 0.5);
  }
}

}  // namespace penstock::test
