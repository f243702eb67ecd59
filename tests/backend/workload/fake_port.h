// SPDX-License-Identifier: Apache-2.0
// A submit port that takes change sets and keeps them, answers as the test says, and knows what is
// in already as the test says. Change sets are checked and encoded as the engine does it, over the
// tables of schemaOfEverything().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "engine/submit.h"

namespace penstock::test {

/// What came in. `group` is the client's own; `line` 0: no source.
struct Submitted {
  std::string group;
  std::uint64_t line = 0;
  std::string json;
};

/// Threads: any; set functions before the first use.
class FakePort final : public SubmitPort {
 public:
  /// Asked with the number of the submission, from 1; ok: it is taken.
  std::function<Ack(std::uint64_t number)> answer = [](std::uint64_t) { return Ack(); };
  /// Likewise for marks of refused lines.
  std::function<Status(std::uint64_t number)> mark = [](std::uint64_t) { return Status::ok(); };
  /// Told for each one that was taken.
  std::function<Ack(std::uint64_t number)> acknowledge = [](std::uint64_t) {
    Ack ack;
    ack.level = AckLevel::Journaled;
    return ack;
  };
  SourcePosition position;
  Status flushed;

  std::vector<Submitted> submitted() const;
  /// Lines that were refused, and those that were shed.
  std::vector<SourceLine> marked() const;
  std::vector<SourceLine> markedShed() const;
  std::uint64_t attempts() const;

  std::unique_ptr<Client> openClient(std::string_view identity, AckReceiver* receiver) override;
  CatalogPointer catalog() const override;
  Status encodeJson(std::string_view line, std::string_view identity, const SourceLine& source,
                    std::string& to) const override;
  SourcePosition sourcePosition(std::uint64_t) const override { return position; }
  Status markRefused(const SourceLine& line) override;
  Status markShed(const SourceLine& line) override;
  Status flushAndWait(SteadyTime) override { return flushed; }

 private:
  friend class FakeClient;

  Ack take(std::string_view encoded, AckReceiver* receiver, const SubmitOptions& options);

  mutable Mutex m_mutex;
  std::uint64_t m_attempts GUARDED_BY(m_mutex) = 0;
  std::uint64_t m_marks GUARDED_BY(m_mutex) = 0;
  std::vector<Submitted> m_submitted GUARDED_BY(m_mutex);
  std::vector<SourceLine> m_marked GUARDED_BY(m_mutex);
  std::vector<SourceLine> m_markedShed GUARDED_BY(m_mutex);
};

/// A line of `plain`: an upsert, in a group if it is named.
std::string plainLine(std::int64_t key, const std::string& group = {});

}  // namespace penstock::test
