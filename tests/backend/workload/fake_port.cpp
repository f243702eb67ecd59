// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/workload/fake_port.h"

#include <utility>

#include "base/check.h"
#include "intake/change_reader.h"
#include "intake/change_set_encoder.h"
#include "model/codec.h"
#include "model/codec_json.h"
#include "tests/support/change_set_source.h"

namespace penstock::test {

class FakeClient final : public Client {
 public:
  FakeClient(FakePort& port, std::string_view identity, AckReceiver* receiver)
      : m_port(port), m_identity(identity), m_receiver(receiver) {}

  Ack submit(const ChangeSet& changeSet, const SubmitOptions& options) override {
    const auto encoded =
        m_encoder.encode(changeSet, schemaOfEverything(), {m_identity, options.source});
    if (encoded) return m_port.take(*encoded, m_receiver, options);
    Ack refused;
    refused.status = encoded.status();
    return refused;
  }
  Ack submitJson(std::string_view line, const SubmitOptions& options) override {
    std::string encoded;
    Ack refused;
    refused.status = m_port.encodeJson(line, m_identity, options.source, encoded);
    return refused.status.isOk() ? submitEncoded(encoded, options) : refused;
  }
  Ack submitEncoded(std::string_view encoded, const SubmitOptions& options) override {
    return m_port.take(encoded, m_receiver, options);
  }

 private:
  FakePort& m_port;
  const std::string m_identity;
  AckReceiver* const m_receiver;
  ChangeSetEncoder m_encoder;
};

std::unique_ptr<Client> FakePort::openClient(std::string_view identity, AckReceiver* receiver) {
  return std::make_unique<FakeClient>(*this, identity, receiver);
}

CatalogPointer FakePort::catalog() const { return schemaOfEverything(); }

Status FakePort::encodeJson(std::string_view line, std::string_view identity,
                            const SourceLine& source, std::string& to) const {
  ChangeReader reader;
  const auto encoded = reader.read({line, line.size()}, schemaOfEverything(), {identity, source});
  if (!encoded) return encoded.status();
  to.assign(*encoded);
  return Status::ok();
}

Status FakePort::markRefused(const SourceLine& line) {
  MutexLock lock(m_mutex);
  const Status status = mark(++m_marks);
  if (status.isOk()) m_marked.push_back(line);
  return status;
}

Status FakePort::markShed(const SourceLine& line) {
  MutexLock lock(m_mutex);
  const Status status = mark(++m_marks);
  if (status.isOk()) m_markedShed.push_back(line);
  return status;
}

Ack FakePort::take(std::string_view encoded, AckReceiver* receiver, const SubmitOptions& options) {
  std::uint64_t number = 0;
  Ack ack;
  {
    MutexLock lock(m_mutex);
    number = ++m_attempts;
    ack = answer(number);
    if (!ack.status.isOk()) return ack;
    const auto view = ChangeSetView::parse(encoded);
    CHECK(view.isOk());
    if (!ack.known) {
      m_submitted.push_back(
          {std::string(view->group()), view->source().line, toJson(*view, *schemaOfEverything())});
    }
  }
  if (receiver != nullptr && options.notifyAt != AckLevel::Accepted) {
    receiver->onAck(options.token, acknowledge(number));
  }
  return ack;
}

std::vector<Submitted> FakePort::submitted() const {
  MutexLock lock(m_mutex);
  return m_submitted;
}

std::vector<SourceLine> FakePort::marked() const {
  MutexLock lock(m_mutex);
  return m_marked;
}

std::vector<SourceLine> FakePort::markedShed() const {
  MutexLock lock(m_mutex);
  return m_markedShed;
}

std::uint64_t FakePort::attempts() const {
  MutexLock lock(m_mutex);
  return m_attempts;
}

std::string plainLine(std::int64_t key, const std::string& group) {
  const std::string named = group.empty() ? "" : R"("group":")" + group + "\",";
  return "{" + named + R"("changes":[{"table":"plain","op":"upsert","key":{"id":)" +
         std::to_string(key) + R"(},"set":{"a":1}}]})";
}

}  // namespace penstock::test
