// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/browse_desk.h"

#include <utility>

namespace penstock::ui {

BrowseDesk::BrowseDesk(EngineLink& link, QObject* parent) : QObject(parent), m_link(link) {}

RequestId BrowseDesk::request(const BrowseRequest& request, QObject* context, PageHandler handler) {
  std::erase_if(m_waiting, [context](const auto& entry) {
    return entry.second.context.isNull() || entry.second.context == context;
  });
  const RequestId id = m_link.browse(request);
  m_waiting[id] = {context, std::move(handler)};
  return id;
}

void BrowseDesk::poll() {
  for (const BrowsePage& page : m_link.takePages()) {
    const auto found = m_waiting.find(page.request);
    if (found == m_waiting.end()) continue;
    const Waiting waiting = std::move(found->second);
    m_waiting.erase(found);
    if (!waiting.context.isNull()) waiting.handler(page);
  }
}

}  // namespace penstock::ui
