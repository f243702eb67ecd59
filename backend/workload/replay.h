// SPDX-License-Identifier: Apache-2.0
// Submits the change sets of NDJSON files. Every line is journaled with its source and number, so
// that the same call after a kill goes on where it stopped: no line has a second effect. With
// several producers, lines are dealt out by group, so that each group keeps the file's order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "workload/line_reader.h"
#include "workload/replay_dealer.h"
#include "workload/workload.h"

namespace penstock {

struct ReplayFile {
  std::string path;    ///< `-`: standard input
  std::string source;  ///< name under which its lines are remembered; empty: they are not
};

struct ReplayOptions {
  std::vector<ReplayFile> files;
  std::uint32_t producers = 1;
  SourceOpener openSource{};  ///< none: files alone
};

/// Threads: as Workload; refusals are reported from its producers, one at a time.
class Replay final : public Workload {
 public:
  Replay(FileSystem& files, ReplayOptions options, RefusalReport report);
  ~Replay() override;

  std::string name() const override { return "replay"; }
  std::string schema() const override { return {}; }
  Status run(WorkloadContext& context) override;
  Result<std::string> check(WorkloadContext& context) override;

  /// Valid after run().
  ReplayCounts counts() const;

 private:
  Status replayFile(WorkloadContext& context, const ReplayFile& file);
  Status submitLines(WorkloadContext& context, LineReader& lines, ReplayDealer& dealer);
  Status skipKnown(LineReader& lines, const SubmitPort::SourcePosition& position,
                   WorkloadContext& context);

  FileSystem& m_files;
  const ReplayOptions m_options;
  const RefusalReport m_report;
  ReplayCounts m_counts;
};

}  // namespace penstock
