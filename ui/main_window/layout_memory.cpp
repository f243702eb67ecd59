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
