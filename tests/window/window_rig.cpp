// SPDX-License-Identifier: Apache-2.0
#include "tests/window/window_rig.h"

#include <QLabel>
#include <QTest>

#include "base/check.h"
#include "tests/window/click_times.h"

namespace penstock::test {

using namespace std::chrono_literals;

WindowRig::WindowRig(const QString& folder) {
  EngineOptions options = app::withDefaults({}, folder.toStdString());
  auto started = app::Application::start(std::move(options), app::KeepHistory::Yes);
  CHECK(started.isOk());
  m_application = std::move(*started);
  m_link = m_application->makeLink();
  ui::MainWindowOptions window;
  window.theme = ui::Theme::Light;
  window.range = 60s;
  window.aboutToQuit = [this] { m_hasQuit = true; };
  window.runElsewhere = [this](std::function<void()> job) { m_jobs.run(std::move(job)); };
  m_window = std::make_unique<ui::MainWindow>(*m_link, window);
  m_window->show();
  m_window->activateWindow();
  CHECK(QTest::qWaitForWindowExposed(m_window.get()));
  CHECK(until(30s, [this] { return newest() != nullptr && button("pauseButton")->isEnabled(); }));
}

WindowRig::~WindowRig() {
  m_window.reset();
  m_link.reset();
  (void)m_application->stop(0ms);
}

QPushButton* WindowRig::button(const char* objectName) const {
  return m_window->findChild<QPushButton*>(QString::fromLatin1(objectName));
}

QSpinBox* WindowRig::box(const char* name) const {
  for (QSpinBox* found : m_window->findChildren<QSpinBox*>()) {
    if (found->accessibleName() == QString::fromLatin1(name)) return found;
  }
  return nullptr;
}

QString WindowRig::text(const char* objectName) const {
  const auto* label = m_window->findChild<QLabel*>(QString::fromLatin1(objectName));
  return label == nullptr ? QString() : label->text();
}

void WindowRig::type(const char* boxName, int value) {
  QSpinBox* field = box(boxName);
  field->setFocus();
  field->selectAll();
  QTest::keyClicks(field, QString::number(value));
  QTest::keyClick(field, Qt::Key_Tab);
}

void WindowRig::click(QAbstractButton* button) {
  CHECK(until(20s, [button] { return button->isEnabled(); }));
  QTest::mouseClick(button, Qt::LeftButton);
}

void WindowRig::startGame(int ratePerSecond) {
  m_window->tables()->open(ui::TableTabs::Tab::Workload);
  type("Rate of the game, change sets per second", ratePerSecond);
  click(button("startGame"));
}

}  // namespace penstock::test
