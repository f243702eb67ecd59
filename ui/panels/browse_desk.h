// SPDX-License-Identifier: GPL-3.0-or-later
// Where the tables ask for pages and get them back: requests go out with a number, and an answer
// that comes after a newer request of the same table is dropped.
#pragma once

#include <QObject>
#include <QPointer>
#include <functional>
#include <map>

#include "engine/engine_link.h"

namespace penstock::ui {

/// Threads: GUI.
/// Owns: nothing; the link outlives it.
class BrowseDesk : public QObject {
  Q_OBJECT

 public:
  using PageHandler = std::function<void(const BrowsePage&)>;

  explicit BrowseDesk(EngineLink& link, QObject* parent = nullptr);

  /// `handler` is called once with the page, unless `context` is gone by then or has asked anew.
  RequestId request(const BrowseRequest& request, QObject* context, PageHandler handler);
  /// Hands out the pages that have come. Called by the window's one timer.
  void poll();

 private:
  struct Waiting {
    QPointer<QObject> context;
    PageHandler handler;
  };

  EngineLink& m_link;
  std::map<RequestId, Waiting> m_waiting;
};

}  // namespace penstock::ui
