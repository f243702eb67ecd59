// SPDX-License-Identifier: GPL-3.0-or-later
// Ticks of the axes: values with SI or IEC prefixes at round places, and times of the clock at
// whole seconds, minutes and hours of the zone that is shown.
#pragma once

#include <qcustomplot.h>

#include "ui/models/quantity.h"

namespace penstock::ui {

/// Round in the unit's own system: bytes in powers of two, seconds in 1, 2, 5, 10, 15, 30, 60.
class ValueTicker : public QCPAxisTicker {
 public:
  explicit ValueTicker(Unit unit);

 protected:
  double getTickStep(const QCPRange& range) override;
  int getSubTickCount(double tickStep) override;
  QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                       int precision) override;

 private:
  Unit m_unit;
};

/// Powers of ten, labelled like ValueTicker.
class LogTicker : public QCPAxisTickerLog {
 public:
  explicit LogTicker(Unit unit) : m_unit(unit) {}

 protected:
  QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                       int precision) override;

 private:
  Unit m_unit;
};

class ClockTicker : public QCPAxisTicker {
 public:
  explicit ClockTicker(TimeStyle style) : m_style(style) {}
  /// How many labels have room.
  void setLabelCount(int count) { m_labelCount = count; }

 protected:
  double getTickStep(const QCPRange& range) override;
  int getSubTickCount(double tickStep) override;
  QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
  QString getTickLabel(double tick, const QLocale& locale, QChar formatChar,
                       int precision) override;

 private:
  TimeStyle m_style;
  int m_labelCount = 5;
  double m_step = 60;
};

}  // namespace penstock::ui
