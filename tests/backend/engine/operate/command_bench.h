// SPDX-License-Identifier: Apache-2.0
// A command book over a node whose handles are written down and whose progress is what the test
// says.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/operate/command_book.h"

namespace penstock::test {

inline SteadyTime at(std::chrono::milliseconds time) {
  return SteadyTime(std::chrono::hours(1) + time);
}

using Did = std::vector<std::string>;

/// A node whose handles are written down and whose progress is what the test says.
class FakeNode final : public OperatedNode {
 public:
  std::vector<std::string> sinkNames() const override { return {"primary", "mirror"}; }
  Sequence syncedHead() const override { return head; }
  SinkProgress progress(std::string_view sink) const override {
    return sinks.at(std::string(sink));
  }
  SinkSettings settings(std::string_view) const override { return current; }
  void pause(std::string_view sink, const std::string& who, const std::string& why) override {
    did.push_back("pause " + std::string(sink) + " " + who + " " + why);
  }
  std::string resume(std::string_view sink) override {
    did.push_back("resume " + std::string(sink));
    return sink == "primary" ? "bob" : "";
  }
  Status pauseTable(std::string_view sink, const Command& command) override {
    did.push_back("pause " + std::string(sink) + " table " + command.table);
    return tables;
  }
  Result<std::string> resumeTable(std::string_view sink, const std::string& table) override {
    did.push_back("resume " + std::string(sink) + " table " + table);
    if (!tables.isOk()) return tables;
    return std::string(sink == "primary" ? "bob" : "");
  }
  void flushTo(std::string_view sink, Sequence target) override {
    did.push_back("flush " + std::string(sink) + " " + std::to_string(toNumber(target)));
  }
  void applySettings(std::string_view sink, const SinkSettings& settings) override {
    did.push_back("apply " + std::string(sink) + " " + std::to_string(settings.workers) + " " +
                  std::to_string(settings.batchRows) + " " + std::to_string(settings.lingerMs));
    current = settings;
  }
  void holdIntake(const std::string& reason) override { did.push_back("hold " + reason); }
  bool isIntakeQuiet() const override { return quiet; }
  bool releaseIntake() override {
    did.push_back("release");
    return true;
  }
  std::string intakeTrouble() const override { return diskTrouble; }
  Status startWorkload(const Command& command) override {
    did.push_back("start " + command.workload);
    return workload;
  }
  Status stopWorkload() override { return workload; }
  void orderLetters(const Command& command, const std::string& sink) override {
    did.push_back(std::string(commandKindName(command.kind)) + " of " + sink);
  }
  LetterProgress letters(CommandId) const override { return desk; }
  void forgetLetters(CommandId) override { did.push_back("forget letters"); }
  void orderLoss(const Command& command) override { did.push_back("accept loss " + command.why); }
  LossProgress loss(CommandId) const override { return lossDesk; }
  void forgetLoss(CommandId) override { did.push_back("forget loss"); }
  Status beginFailover(const std::string& to) override {
    did.push_back("begin failover to " + to);
    return standby;
  }
  FailoverProgress failover() const override { return failing; }
  Status endFailover() override {
    did.push_back("end failover");
    return roles;
  }
  void cancelFailover() override { did.push_back("cancel failover"); }

  void settle(std::uint64_t sequence, std::uint64_t sets) {
    for (auto& [name, sink] : sinks) {
      sink.settled = Sequence{sequence};
      sink.settledSets = sets;
    }
  }

  Sequence head{100};
  bool quiet = true;
  std::map<std::string, SinkProgress> sinks{{"primary", {}}, {"mirror", {}}};
  SinkSettings current{4, 5000, 50};
  Status workload;
  Status tables;
  std::string diskTrouble;
  LetterProgress desk;
  LossProgress lossDesk;
  Status standby;
  Status roles;
  FailoverProgress failing{"primary", Sequence{40}, false};
  std::vector<std::string> did;
};

/// A book, what it answered and what it recorded.
struct Bench {
  FakeNode node;
  std::vector<CommandAnswer> answers;
  std::vector<Event> events;
  CommandBook book{node,
                   {[this](CommandAnswer answer) { answers.push_back(std::move(answer)); },
                    [this](Event event) { events.push_back(std::move(event)); }}};

  void handle(Command command, std::chrono::milliseconds time = std::chrono::milliseconds(0)) {
    command.who = "ann";
    if (command.id == CommandId{}) command.id = CommandId{++m_ids};
    book.handle(command, at(time));
  }
  void handle(CommandKind kind, const std::string& sink = {}) {
    Command command;
    command.kind = kind;
    command.sink = sink;
    handle(command);
  }

 private:
  std::uint64_t m_ids = 0;
};

}  // namespace penstock::test
