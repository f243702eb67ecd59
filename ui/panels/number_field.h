// SPDX-License-Identifier: GPL-3.0-or-later
// A setting of the engine as an operator edits it: the value in effect, the value typed, the range
// allowed and why. Anything may be typed; what is out of range is said, never silently corrected.
#pragma once

#include <QSpinBox>
#include <QWidget>

class QLabel;

namespace penstock::ui {

struct NumberFieldText {
  QString name;       ///< the label, with its accelerator
  QString unit;       ///< suffix in the field, or empty
  QString rangeNote;  ///< the range and its reason: `1–64: …`
  QString tooltip;
};

struct NumberRange {
  int minimum = 0;
  int maximum = 0;
  int step = 1;
};

/// Threads: GUI.
class NumberField : public QWidget {
  Q_OBJECT

 public:
  NumberField(const NumberFieldText& text, const NumberRange& range, QWidget* parent = nullptr);

  /// The node's value. Shown in the field unless an operator has typed another one.
  void setInEffect(int value);
  int inEffect() const { return m_inEffect; }
  int value() const;
  bool isChanged() const { return m_edited && value() != m_inEffect; }
  bool isValid() const;
  void revert();
  QSpinBox* box() const { return m_box; }

 signals:
  /// Meaning: what isChanged or isValid return may be another now.
  void edited();

 private:
  void showValidity();
  void onValueChanged();

  const NumberRange m_range;
  const QString m_rangeNote;
  QSpinBox* m_box;
  QLabel* m_note;
  int m_inEffect = -1;
  bool m_edited = false;
};

}  // namespace penstock::ui
