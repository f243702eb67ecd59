// SPDX-License-Identifier: GPL-3.0-or-later
// penstockd: the engine without a window.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "app/daemon/calls.h"
#include "model/catalog.h"

namespace {

using penstock::app::ExitCode;
using penstock::app::Words;

constexpr const char* kHelp =
    R"(penstockd: write-behind persistence queue, headless

  penstockd run [--config F] [--data-dir D]
      runs until SIGINT or SIGTERM, then closes intake, drains and reports what is left
  penstockd replay FILE... [--config F] [--data-dir D] [--schema SQLFILE] [--rate N]
            [--producers N] [--source NAME] [--json]
      submits the change sets of NDJSON files (-: standard input; .zst and .gz too) and waits
      until they are persisted; run again, it goes on where it stopped
  penstockd journal verify DIR [--config F]
      checks every record, and that the journal reaches as far as snapshots and database have seen
  penstockd journal dump DIR [--group G] [--table T] [--row KEY] [--from SEQ]
  penstockd journal salvage DIR OUT [--group G] [--table T] [--row KEY] [--from SEQ]
            [--config F]
      saves in the new file OUT, as dump writes it, all that can still be read: beside damage
      too, and in segments that were set aside; tells what is lost, and changes nothing in DIR
  penstockd journal accept-loss DIR --from SEQ --to SEQ [--why TEXT] [--config F]
      records the decision to go on without what one damage holds, named by its sequences as
      verify prints them; the sinks of the stopped node in DIR then go on behind it
  penstockd archive verify DIR
      checks every commit of an archive of files, and the closed files against their manifests
  penstockd export TABLE|queue --to FILE [--data-dir D] [--config F]
      of a stopped node: the rows of a table of the primary as CSV; what waits for the primary, as
      lines that replay takes
  penstockd export archive --to FILE [--archive DIR] [--data-dir D] [--config F]
      puts the change sets of an archive into the new FILE, as lines that replay takes (compressed
      when its name ends in .zst); damaged ones are named and left out
  penstockd queue peek [--data-dir D] [--config F] [--table T] [--filter TEXT] [--limit N]
  penstockd queue trace (--id ID | --sequence N | --row TABLE/KEY) [--data-dir D] [--config F]
            [--limit N] [--json]
      what became of a change set, in each sink: waiting, persisted or dead letter, and what was
      decided about that; of a row, the newest N (100)
  penstockd dead-letters list|export|retry|discard [--data-dir D] [--config F] [--filter TEXT]
            [--limit N] [--to FILE] [--sequence N | --all] [--sink NAME] [--dry-run]
      of a stopped node; export writes CSV or, for replay, NDJSON; a retry is applied at its place
      in the journal, after everything that waits there
  penstockd check FILE
      validates a configuration, its database, rights and tables

  --help, --version

Exit codes: 0 good, 1 failed, 2 wrong usage or configuration, 3 finished but with dead letters,
rejected lines, damage or a difference.
)";

using Call = ExitCode (*)(const Words&);

const std::map<std::string, Call>& calls() {
  static const std::map<std::string, Call> all{{"run", penstock::app::runCall},
                                               {"replay", penstock::app::replayCall},
                                               {"journal", penstock::app::journalCall},
                                               {"archive", penstock::app::archiveCall},
                                               {"export", penstock::app::exportCall},
                                               {"queue", penstock::app::queueCall},
                                               {"dead-letters", penstock::app::deadLettersCall},
                                               {"check", penstock::app::checkCall}};
  return all;
}

/// Known by name, and not built yet.
const std::vector<std::string> kNotYet{"status", "pause",  "resume",   "flush",
                                       "drain",  "resize", "failover", "token"};

ExitCode unknownCall(const std::string& name) {
  for (const std::string& later : kNotYet) {
    if (name != later) continue;
    return penstock::app::fail({penstock::StatusCode::Unsupported,
                                name + ": not available yet (penstockd --help tells what is)"});
  }
  std::vector<std::string> known;
  for (const auto& [call, function] : calls()) known.push_back(call);
  const std::string nearest = penstock::nearestName(name, known);
  return penstock::app::fail(
      {penstock::StatusCode::Invalid,
       name + ": unknown call (" +
           (nearest.empty() ? "see penstockd --help" : "did you mean " + nearest + "?") + ")"});
}

ExitCode dispatch(const Words& words) {
  if (words.empty()) {
    std::fputs(kHelp, stderr);
    return ExitCode::Usage;
  }
  for (const std::string& word : words) {
    if (word != "--help" && word != "-h") continue;
    std::fputs(kHelp, stdout);
    return ExitCode::Good;
  }
  if (words.front() == "--version") {
    std::puts("penstockd " PENSTOCK_VERSION);
    return ExitCode::Good;
  }
  const auto found = calls().find(words.front());
  if (found == calls().end()) return unknownCall(words.front());
  return found->second({words.begin() + 1, words.end()});
}

/// What was printed must have arrived: a full disk or a reader that left is a failure too.
ExitCode finishOutput(ExitCode code) {
  const bool flushed = std::fflush(stdout) == 0;
  const int error = errno;
  if ((flushed && std::ferror(stdout) == 0) || code == ExitCode::Failed) return code;
  const std::string why = flushed ? "a write failed" : std::generic_category().message(error);
  return penstock::app::fail(
      {penstock::StatusCode::IoError, "standard output: could not be written: " + why +
                                          " (the answer is not complete; look where it goes)"});
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // told as any other failure to write
  return static_cast<int>(finishOutput(dispatch(Words(argv + 1, argv + argc))));
}
