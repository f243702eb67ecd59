// SPDX-License-Identifier: Apache-2.0
#include "flush/flush_attempt.h"

#include <utility>

#include "base/check.h"

namespace penstock {

FlushAttempt::FlushAttempt(std::size_t changeSets, const RetryPolicy& retry, Circuit& circuit)
    : m_retry(retry), m_circuit(circuit), m_bisection(changeSets) {
  CHECK(changeSets > 0);
}

FlushAction FlushAttempt::next(SteadyTime now) const {
  using Kind = FlushAction::Kind;
  FlushAction action;
  if (!m_stopped.isOk()) {
    action.kind = Kind::Stop;
    action.status = m_stopped;
  } else if (m_waitUntil) {
    action.kind = Kind::Wait;
    action.until = *m_waitUntil;
  } else if (m_need == LaneNeed::Reopen || m_need == LaneNeed::ReopenAndRead) {
    action.kind = Kind::Reopen;
  } else if (m_need == LaneNeed::Read) {
    action.kind = Kind::ReadCheckpoint;
  } else if (m_bisection.isDone()) {
    action.kind = Kind::Done;
  } else if (m_givingBack) {
    action.kind = Kind::GiveBack;
    action.range = m_bisection.next();
  } else if (const auto probeAt = m_circuit.probeAt(now)) {
    action.kind = Kind::Wait;
    action.until = *probeAt;
  } else {
    action.kind = m_burying ? Kind::Bury : Kind::Commit;
    action.range = m_bisection.next();
  }
  return action;
}

std::optional<SettledPart> FlushAttempt::onCommit(const CommitResult& result, SteadyTime now,
                                                  double random) {
  switch (result.outcome) {
    case CommitOutcome::Committed:
      return settle(now);
    case CommitOutcome::Transient:
      m_need = LaneNeed::Reopen;
      backOff(now, random);
      break;
    case CommitOutcome::Unknown:
      m_need = LaneNeed::ReopenAndRead;
      backOff(now, random);
      break;
    case CommitOutcome::Refused:
    case CommitOutcome::Drifted:
      refuse(result);
      break;
    case CommitOutcome::FenceLost:
      loseFence(result);
      break;
    case CommitOutcome::Broken:
      m_stopped = Status(StatusCode::Corrupt, result.message + " [" + result.code + "]");
      break;
  }
  return std::nullopt;
}

void FlushAttempt::onCannotBuild(std::size_t guilty, const std::string& reason) {
  const IndexRange range = m_bisection.next();
  ++m_refusals;
  if (range.size() > 1) {
    m_bisection.refusedAt(guilty);
    return;
  }
  blame(Refusal{"", reason, m_refusals, ""});
}

void FlushAttempt::blame(Refusal refusal) {
  if (m_earlier == Earlier::SomePending) {
    m_givingBack = true;
    return;
  }
  m_refusal = std::move(refusal);
  m_burying = true;
}

void FlushAttempt::onDrifted(std::size_t guilty, const CommitResult& result) {
  m_failures = 0;
  onCannotBuild(guilty, result.message);
  if (!m_burying) return;
  m_refusal.code = result.code;
  m_refusal.parkedTable = result.table;
}

void FlushAttempt::onReopened(const Status& status, SteadyTime now, double random) {
  if (!status.isOk()) {
    backOff(now, random);
    return;
  }
  m_need = m_need == LaneNeed::ReopenAndRead ? LaneNeed::Read : LaneNeed::Nothing;
}

std::optional<SettledPart> FlushAttempt::onCheckpoint(const Result<CheckpointPlace>& place,
                                                      SteadyTime now, double random) {
  if (!place) {
    m_need = LaneNeed::ReopenAndRead;
    backOff(now, random);
    return std::nullopt;
  }
  m_need = LaneNeed::Nothing;
  switch (*place) {
    case CheckpointPlace::BeforeCommit:
      return std::nullopt;
    case CheckpointPlace::AfterCommit:
      return settle(now);
    case CheckpointPlace::WentBack:
      loseFence({CommitOutcome::FenceLost, std::string(kWentBack), "seen after a lost commit"});
      return std::nullopt;
    case CheckpointPlace::Elsewhere:
      break;
  }
  m_stopped = Status(StatusCode::Conflict,
                     "the checkpoint is not where this process left it: another one writes to "
                     "this database (end the other one, then start again)");
  return std::nullopt;
}

void FlushAttempt::loseFence(const CommitResult& result) {
  if (result.code == kWentBack) {
    m_stopped = Status(StatusCode::Unavailable,
                       "the database went back (to a backup, or to a standby that lagged): " +
                           result.message + "; the sink begins anew from there");
    return;
  }
  m_stopped =
      Status(StatusCode::Conflict, "another process writes to this database: " + result.message +
                                       " (end the other one, then start again)");
}

SettledPart FlushAttempt::settle(SteadyTime now) {
  m_failures = 0;
  m_circuit.onCommitted();
  const SettledPart part{m_bisection.next(),
                         m_burying ? SettledPart::How::Buried : SettledPart::How::Committed};
  if (m_burying) {
    m_burying = false;
    m_refusals = 0;
    m_bisection.buried();
    m_circuit.onDeadLetter(now);
  } else {
    m_bisection.committed();
  }
  return part;
}

void FlushAttempt::refuse(const CommitResult& result) {
  m_failures = 0;
  ++m_refusals;
  if (m_burying && result.code == kLetterGone && m_refusal.code != kLetterGone) {
    m_refusal.code = kLetterGone;
  } else if (m_burying) {
    // The dead letter is ours, not the client's: to drop it would lose an acknowledged change set.
    m_stopped = Status(StatusCode::Corrupt, "the database refuses to keep a dead letter: " +
                                                result.message + " [" + result.code + "]");
  } else if (m_bisection.next().size() > 1) {
    m_bisection.refused();
  } else {
    blame(Refusal{result.code, result.message, m_refusals, ""});
  }
}

void FlushAttempt::backOff(SteadyTime now, double random) {
  ++m_failures;
  const auto delay = m_retry.delay(m_failures, random);
  m_circuit.onFailure(now, delay);
  m_waitUntil = now + delay;
}

}  // namespace penstock
