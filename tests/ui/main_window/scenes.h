// SPDX-License-Identifier: Apache-2.0
// The states of UI.md's table as a fake engine plays them: what a test shows in a window, and what
// somebody looks at. Every scene has 90 seconds of samples before it.
#pragma once

#include <vector>

#include "base/clock.h"
#include "tests/support/fake_engine_link.h"

namespace penstock::test {

// A clock that stands until it is moved.
class HandClock : public Clock {
 public:
  SteadyTime steadyNow() const override { return m_steady; }
  WallTime wallNow() const override { return m_wall; }
  void setWall(std::int64_t micros) { m_wall = WallTime(std::chrono::microseconds(micros)); }
  void advance(std::chrono::milliseconds by) {
    m_steady += by;
    m_wall += by;
  }

 private:
  SteadyTime m_steady{std::chrono::hours(1)};
  WallTime m_wall{};
};

struct Scene {
  const char* name;
  NodeState state;
  const char* reason;    // the node's own words
  const char* expected;  // a word that the window must show
};

// Those that come from the node itself.
const std::vector<Scene>& nodeScenes();

// 90 s of healthy samples, then this state; the clock is set to the newest of them.
void play(const Scene& scene, FakeEngineLink& link, HandClock& clock);
void playHealthy(FakeEngineLink& link, HandClock& clock);
void playDisconnected(FakeEngineLink& link, HandClock& clock);
// Tables, events and pages, so that no part of the window is empty.
void fillTables(FakeEngineLink& link);

}  // namespace penstock::test
