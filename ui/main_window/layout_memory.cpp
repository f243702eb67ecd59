// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window/layout_memory.h"

#include <QGuiApplication>
#include <QMainWindow>
#include <QScreen>
#include <QSettings>

namespace penstock::ui {

namespace {

// Raised whenever docks or their meaning change.
constexpr int kLayoutVersion = 1;

bool isOnAScreen(const QWidget& window) {
  const QList<QScreen*> screens = QGuiApplication::screens();
  return std::any_of(screens.begin(), screens.end(), [&](const QScreen* screen) {
    const QRect seen = screen->availableGeometry().intersected(window.frameGeometry());
    return seen.width() >= 200 && seen.height() >= 100;
  });
}

// Qt makes room above for a title bar, also where there is none, and the lower edge leaves the
// screen. A window that fits stands whole on the screen that holds its middle.
void keepWhole(QWidget& window) {
  const QScreen* screen = QGuiApplication::screenAt(window.geometry().center());
  if (screen == nullptr || window.isMaximized() || window.isFullScreen()) return;
  const QRect room = screen->availableGeometry();
  const QRect place = window.geometry();
  if (place.width() > room.width() || place.height() > room.height()) return;
  const int over = std::max(0, place.bottom() - room.bottom());
  const int beside = std::max(0, place.right() - room.right());
  if (over > 0 || beside > 0) window.setGeometry(place.translated(-beside, -over));
}

}  // namespace

LayoutMemory::Restored LayoutMemory::restore(QMainWindow& window) const {
  if (m_file.isEmpty()) return Restored::No;
  const QSettings settings(m_file, QSettings::IniFormat);
  const QByteArray state = settings.value(QStringLiteral("layout/state")).toByteArray();
  const QByteArray place = settings.value(QStringLiteral("layout/geometry")).toByteArray();
  if (state.isEmpty() || place.isEmpty()) return Restored::No;
  const QSize before = window.size();
  if (!window.restoreGeometry(place) || !isOnAScreen(window)) {
    window.resize(before);
    if (const QScreen* screen = QGuiApplication::primaryScreen()) {
      window.move(screen->availableGeometry().topLeft());
    }
  }
  keepWhole(window);
  return window.restoreState(state, kLayoutVersion) ? Restored::Yes : Restored::No;
}

void LayoutMemory::save(const QMainWindow& window) const {
  if (m_file.isEmpty()) return;
  QSettings settings(m_file, QSettings::IniFormat);
  settings.setValue(QStringLiteral("layout/state"), window.saveState(kLayoutVersion));
  settings.setValue(QStringLiteral("layout/geometry"), window.saveGeometry());
}

void LayoutMemory::forget() const {
  if (m_file.isEmpty()) return;
  QSettings settings(m_file, QSettings::IniFormat);
  settings.remove(QStringLiteral("layout"));
}

QString LayoutMemory::choice(const QString& key) const {
  if (m_file.isEmpty()) return {};
  const QSettings settings(m_file, QSettings::IniFormat);
  return settings.value(QStringLiteral("choices/") + key).toString();
}

void LayoutMemory::setChoice(const QString& key, const QString& value) const {
  if (m_file.isEmpty()) return;
  QSettings settings(m_file, QSettings::IniFormat);
  settings.setValue(QStringLiteral("choices/") + key, value);
}

}  // namespace penstock::ui
