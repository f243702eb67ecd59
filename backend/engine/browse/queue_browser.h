// SPDX-License-Identifier: Apache-2.0
// What waits, for people: reads the journal from where a sink stands (or back from the head) and
// shows change sets as rows of a table, filtered by table and text. Reads what is asked and no
// more.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "engine/engine_link.h"
#include "journal/journal.h"

namespace penstock {

/// Threads: any, one call at a time.
/// Limits: at most limits::kQueueScanMax records are looked at for one page; the note says so.
class QueueBrowser {
 public:
  /// `settled` gives the sequence behind which everything waits. Both outlive the browser.
  QueueBrowser(Journal& journal, const Clock& clock, std::function<Sequence()> settled)
      : m_journal(journal), m_clock(clock), m_settled(std::move(settled)) {}

  /// Ascending: oldest first. Descending: newest first.
  BrowsePage page(const BrowseRequest& request) const;

  /// The columns of a page.
  static const std::vector<std::string>& columns();

 private:
  Sequence startFor(const BrowseRequest& request) const;

  Journal& m_journal;
  const Clock& m_clock;
  const std::function<Sequence()> m_settled;
};

}  // namespace penstock
