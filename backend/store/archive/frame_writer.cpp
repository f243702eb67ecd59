// SPDX-License-Identifier: Apache-2.0
#include "store/archive/frame_writer.h"

#include <zstd.h>

#include "base/check.h"
#include "model/codec_json.h"
#include "store/archive/format.h"

namespace penstock::archive {
namespace {

constexpr std::size_t kCompressedAtOnce = 128 * 1024;  // of text

}  // namespace

void FrameWriter::FreeContext::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

FrameWriter::FrameWriter(int level) : m_context(ZSTD_createCCtx()) {
  CHECK(m_context != nullptr);
  const auto set = [this](ZSTD_cParameter parameter, int value) {
    CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(m_context.get(), parameter, value)) == 0);
  };
  set(ZSTD_c_compressionLevel, level);
  set(ZSTD_c_checksumFlag, 1);
}

std::span<std::byte> FrameWriter::write(const ChangeSetRange& range) {
  CHECK(!range.changeSets.empty());
  CHECK(ZSTD_isError(ZSTD_CCtx_reset(m_context.get(), ZSTD_reset_session_only)) == 0);
  m_size = kRecordBytes;
  m_text.clear();
  m_textBytes = m_changes = 0;
  for (const JournaledChangeSet& each : range.changeSets) {
    appendJson(m_text, *each.changeSet, *range.catalog);
    m_text += '\n';
    m_changes += each.changeSet->changeCount();
    if (m_text.size() >= kCompressedAtOnce) compress(Part::More);
  }
  compress(Part::Last);
  return std::span(m_bytes).first(m_size);
}

void FrameWriter::compress(Part part) {
  m_textBytes += m_text.size();
  ZSTD_inBuffer in{m_text.data(), m_text.size(), 0};
  const ZSTD_EndDirective how = part == Part::Last ? ZSTD_e_end : ZSTD_e_continue;
  for (bool isDone = false; !isDone;) {
    const std::size_t room = ZSTD_CStreamOutSize();
    if (m_bytes.size() < m_size + room) m_bytes.resize((m_size + room) * 2);
    ZSTD_outBuffer out{m_bytes.data() + m_size, m_bytes.size() - m_size, 0};
    const std::size_t left = ZSTD_compressStream2(m_context.get(), &out, &in, how);
    CHECK(ZSTD_isError(left) == 0);  // no memory, or a mistake of ours
    m_size += out.pos;
    isDone = part == Part::Last ? left == 0 : in.pos == in.size;
  }
  m_text.clear();
}

}  // namespace penstock::archive
