// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/node_command.h"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "app/application/application.h"
#include "app/daemon/stop_request.h"

namespace penstock::app {

Result<CarriedOut> carryOut(EngineOptions options, const Command& command) {
  StopRequest stop;
  const std::chrono::milliseconds drainTimeout = options.drainTimeout;
  Result<std::unique_ptr<Application>> started =
      Application::start(std::move(options), KeepHistory::No);
  if (!started) return started.status();
  Engine& engine = (*started)->engine();
  engine.send(command);
  std::optional<CommandAnswer> last;
  bool interrupted = false;
  while (!last && !interrupted) {
    interrupted = stop.waitFor(std::chrono::milliseconds(20));
    for (CommandAnswer& answer : engine.takeAnswers()) {
      if (answer.stage != CommandStage::Acknowledged) last = std::move(answer);
    }
  }
  const StopReport report = (*started)->stop(drainTimeout);
  if (!last) {
    return Status(StatusCode::Cancelled,
                  describe(report) + "; what was decided is carried out then");
  }
  if (last->stage == CommandStage::Failed) return last->status;
  return CarriedOut{std::move(*last), report};
}

std::string operatorName() {
  const char* user = std::getenv("USER");
  return user != nullptr && *user != '\0' ? user : "penstockd";
}

}  // namespace penstock::app
