// SPDX-License-Identifier: Apache-2.0
#include "workload/replay.h"

#include <utility>

#include "base/number_text.h"
#include "model/identity.h"
#include "workload/pacer.h"

namespace penstock {
namespace {

/// A stop while a stream had nothing to read is no failure.
Status unlessStopped(const WorkloadContext& context, const Status& status) {
  const bool stopped = status.code() == StatusCode::Cancelled && context.stop.isRequested();
  return stopped ? Status::ok() : status;
}

}  // namespace

Replay::Replay(FileSystem& files, ReplayOptions options, RefusalReport report)
    : m_files(files), m_options(std::move(options)), m_report(std::move(report)) {}

Replay::~Replay() = default;

ReplayCounts Replay::counts() const { return m_counts; }

Status Replay::run(WorkloadContext& context) {
  for (const ReplayFile& file : m_options.files) {
    const Status replayed = replayFile(context, file);
    if (!replayed.isOk()) return replayed.withContext(file.path);
    if (context.stop.isRequested()) break;
  }
  return Status::ok();
}

Status Replay::replayFile(WorkloadContext& context, const ReplayFile& file) {
  const auto isStopped = [&context] { return context.stop.isRequested(); };
  Result<std::unique_ptr<ByteSource>> bytes = m_options.openSource
                                                  ? m_options.openSource(file.path, isStopped)
                                                  : openByteSource(m_files, file.path);
  if (!bytes) return bytes.status();
  context.progress.total = (*bytes)->total();
  context.progress.setMessage("replaying " + file.path);
  LineReader lines(std::move(*bytes));
  const std::uint64_t source = file.source.empty() ? 0 : hashSource(file.source);
  if (source != 0) {
    const SubmitPort::SourcePosition position = context.port.sourcePosition(source);
    const Status skipped = skipKnown(lines, position, context);
    if (!skipped.isOk()) return unlessStopped(context, skipped);
    m_counts.rejectedBefore += position.refused;
    m_counts.shedBefore += position.shed;
  }
  ReplayDealer dealer(context.port, context.stop, {file.path, source, m_options.producers},
                      m_report);
  const Status submitted = submitLines(context, lines, dealer);
  const Status finished = dealer.finish();
  const ReplayCounts counts = dealer.counts();
  m_counts.accepted += counts.accepted;
  m_counts.changes += counts.changes;
  m_counts.known += counts.known;
  m_counts.rejected += counts.rejected;
  m_counts.shed += counts.shed;
  return submitted.isOk() ? finished : unlessStopped(context, submitted);
}

/// Reads over the lines that are in already; their chain of hashes tells another file from this
/// one.
Status Replay::skipKnown(LineReader& lines, const SubmitPort::SourcePosition& position,
                         WorkloadContext& context) {
  for (std::uint64_t number = 0; number < position.upTo;) {
    Result<std::optional<Line>> line = lines.next();
    if (!line) return line.status();
    const bool ended = !line->has_value();
    if (ended || ((*line)->number == position.upTo && (*line)->chainHash != position.chainHash)) {
      return {StatusCode::Conflict,
              "is not the file that was replayed before under this name: the first " +
                  groupedNumber(position.upTo) + " lines differ (name another --source)"};
    }
    number = (*line)->number;
    ++m_counts.lines;
    ++m_counts.known;
    context.progress.done = lines.source().consumed();
    if (context.stop.isRequested()) return Status::ok();
  }
  return Status::ok();
}

Status Replay::submitLines(WorkloadContext& context, LineReader& lines, ReplayDealer& dealer) {
  Pacer pacer(context.ratePerSecond, context.clock.steadyNow());
  while (pacer.wait(context.clock, context.stop)) {
    Result<std::optional<Line>> line = lines.next();
    if (!line) return line.status();
    if (!line->has_value()) return Status::ok();
    ++m_counts.lines;
    RETURN_IF_ERROR(dealer.deal(**line));
    context.progress.done = lines.source().consumed();
    context.progress.rejected = dealer.rejected();
    context.progress.shed = dealer.shed();
  }
  return Status::ok();
}

Result<std::string> Replay::check(WorkloadContext& context) {
  std::string found = groupedNumber(m_counts.accepted) + " change sets replayed, " +
                      groupedNumber(m_counts.known) + " were known, " +
                      groupedNumber(m_counts.rejected) + " rejected";
  if (m_counts.shed > 0) found += ", " + groupedNumber(m_counts.shed) + " shed";
  context.progress.setMessage(found);
  const std::uint64_t told = m_counts.accepted + m_counts.known + m_counts.rejected + m_counts.shed;
  if (told == m_counts.lines || context.stop.isRequested()) return found;
  return Status(StatusCode::Conflict, groupedNumber(m_counts.lines) + " lines were read and " +
                                          groupedNumber(told) + " answered");
}

}  // namespace penstock
