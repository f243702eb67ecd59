// SPDX-License-Identifier: Apache-2.0
// How an application hands change sets in: a Client per identity, an immediate answer that says
// accepted or why not, and the later acknowledgements through the client's AckReceiver.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "model/ack.h"
#include "model/catalog.h"
#include "model/change_set.h"

namespace penstock {

class ChangeSetWriter;

/// Chosen by the submitter, handed back with every acknowledgement of that change set.
enum class AckToken : std::uint64_t {};

/// Threads: called on the journal thread, on a flush worker, or within submit() when the level is
/// already reached; never for one client on two threads at once. Must be short and never block.
class AckReceiver {
 public:
  virtual ~AckReceiver() = default;
  virtual void onAck(AckToken token, const Ack& ack) = 0;
};

struct SubmitOptions {
  AckToken token{};
  /// The receiver is told once, when this level is reached or when that has become impossible.
  /// Accepted: submit()'s return value is all there is.
  AckLevel notifyAt = AckLevel::Journaled;
  /// How long the policy `wait` may wait for room.
  SteadyTime deadline = SteadyTime::max();
  SourceLine source;
};

/// One client identity, under which ids are unique. Made by SubmitPort::openClient.
/// Threads: one at a time. Destroying it drops acknowledgements that are still to come; it returns
/// only when no onAck of it runs.
class Client {
 public:
  virtual ~Client() = default;
  /// The answer's level is Accepted with its sequence; or known; or status tells why not (Invalid,
  /// Overloaded, Deadline, Unavailable), then nothing happened and nothing else follows. The
  /// message of Invalid begins with the place: `changes[1].set.slot: not an integer …`. With `shed`
  /// it was dropped because its tables allow that: the overload goes on, better not try again soon.
  virtual Ack submit(const ChangeSet& changeSet, const SubmitOptions& options) = 0;
  /// One change set as JSON (INTERFACES section 3). `line` is borrowed during the call.
  virtual Ack submitJson(std::string_view line, const SubmitOptions& options) = 0;
  /// Already encoded with `catalog()` by a ChangeSetWriter whose values are canonical: the fast
  /// path of embedders and benches; structure is trusted, keys and types are the caller's promise.
  virtual Ack submitEncoded(std::string_view encoded, const SubmitOptions& options) = 0;
};

/// What workloads, the daemon and embedders see of a running engine.
/// Threads: any.
class SubmitPort {
 public:
  virtual ~SubmitPort() = default;
  /// `receiver` may be null when nothing is notified; it must outlive the client.
  virtual std::unique_ptr<Client> openClient(std::string_view identity, AckReceiver* receiver) = 0;
  virtual CatalogPointer catalog() const = 0;
  /// Checks one JSON line and puts its byte form into `to`: what submitJson
  /// does before it submits, for callers that deal lines out by group. Errors: Invalid, as there.
  virtual Status encodeJson(std::string_view line, std::string_view identity,
                            const SourceLine& source, std::string& to) const = 0;

  /// The line of `source` up to which all lines are in (or were refused or shed), its chain hash,
  /// and how many were refused and shed.
  struct SourcePosition {
    std::uint64_t upTo = 0;
    std::uint64_t chainHash = 0;
    std::uint64_t refused = 0;
    std::uint64_t shed = 0;
  };
  virtual SourcePosition sourcePosition(std::uint64_t source) const = 0;
  /// Records that a line was refused, so that it is not tried again. Durable like a change set.
  virtual Status markRefused(const SourceLine& line) = 0;
  /// Likewise of one that was shed: what came behind it in its group must not be overtaken.
  virtual Status markShed(const SourceLine& line) = 0;
  /// Blocks until everything accepted so far is settled in the primary, or the deadline. A pause
  /// stands. Errors: Deadline, Unavailable (sink stopped or paused), Cancelled (engine stops),
  /// IoError and Unknown (what was accepted last is not, or may not be, in the journal).
  virtual Status flushAndWait(SteadyTime deadline) = 0;
};

}  // namespace penstock
