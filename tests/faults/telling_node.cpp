// SPDX-License-Identifier: Apache-2.0
// A node that tells its client, a test, of every acknowledgement: change sets come in as lines of
// JSON, and each line's number goes out when that line is journaled (the odd ones) or persisted
// (the even ones). It is the application of penstockd behind another door, and ends when the input
// does.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>

#include "app/application/application.h"
#include "app/daemon/command_line.h"

namespace {

using namespace penstock;

/// One write for each line: what was written is told, whatever happens then.
void tell(std::uint64_t number, const Status& refusal) {
  const std::string line =
      std::to_string(number) + (refusal.isOk() ? "" : " " + refusal.message()) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::perror("telling");
}

class Teller final : public AckReceiver {
 public:
  void onAck(AckToken token, const Ack& ack) override {
    tell(static_cast<std::uint64_t>(token), ack.deadLetter ? Status::ok() : ack.status);
  }
};

enum class Tell { InTime, Early };

void submitLines(Client& client, Tell when) {
  std::string line;
  for (std::uint64_t number = 1; std::getline(std::cin, line); ++number) {
    if (when == Tell::Early) tell(number, Status::ok());
    SubmitOptions options;
    options.token = AckToken{number};
    options.notifyAt = number % 2 == 1 ? AckLevel::Journaled : AckLevel::Persisted;
    const Ack ack = client.submitJson(line, options);
    if (!ack.status.isOk()) tell(number, ack.status);
  }
}

int run(const std::vector<std::string>& words) {
  const auto arguments = app::CallArguments::parse(words, {"--config", "--data-dir"}, {"--early"});
  if (!arguments) return static_cast<int>(app::fail(arguments.status()));
  auto options = app::optionsFrom(*arguments);
  if (!options) return static_cast<int>(app::fail(options.status()));
  auto application = app::Application::start(std::move(*options), app::KeepHistory::No);
  if (!application) return static_cast<int>(app::fail(application.status()));
  const Tell when = arguments->has("--early") ? Tell::Early : Tell::InTime;
  Teller teller;
  auto client = (*application)->engine().port().openClient("the test", &teller);
  submitLines(*client, when);
  const StopReport report = (*application)->stop(std::chrono::minutes(1));
  client.reset();
  return report.status.isOk() && report.left == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return run({argv + 1, argv + argc}); }
