// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/number_field.h"

#include <QGridLayout>
#include <QLabel>
#include <QWheelEvent>
#include <algorithm>

namespace penstock::ui {

namespace {

constexpr int kTypedMax = 99'999'999;

// Takes whatever is typed; the arrows and the wheel stay within what is allowed.
class TypedBox : public QSpinBox {
 public:
  TypedBox(const NumberRange& range, QWidget* parent) : QSpinBox(parent), m_range(range) {
    setRange(0, kTypedMax);
    setSingleStep(range.step);
    setGroupSeparatorShown(true);
    setFocusPolicy(Qt::StrongFocus);
  }

  void stepBy(int steps) override {
    const qint64 wanted = qint64{value()} + qint64{steps} * m_range.step;
    setValue(int(std::clamp<qint64>(wanted, m_range.minimum, m_range.maximum)));
  }

 protected:
  // A wheel over the panel scrolls the panel; it must not change a setting in passing.
  void wheelEvent(QWheelEvent* event) override {
    if (hasFocus()) {
      QSpinBox::wheelEvent(event);
    } else {
      event->ignore();
    }
  }

 private:
  const NumberRange m_range;
};

}  // namespace

NumberField::NumberField(const NumberFieldText& text, const NumberRange& range, QWidget* parent)
    : QWidget(parent),
      m_range(range),
      m_rangeNote(text.rangeNote),
      m_box(new TypedBox(range, this)),
      m_note(new QLabel(this)) {
  auto* name = new QLabel(text.name, this);
  name->setBuddy(m_box);
  if (!text.unit.isEmpty()) m_box->setSuffix(QStringLiteral(" ") + text.unit);
  QString plainName = text.name;
  plainName.remove('&');
  m_box->setAccessibleName(plainName);
  m_box->setAccessibleDescription(text.tooltip);
  m_box->setEnabled(false);
  m_note->setWordWrap(true);
  QFont small = font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  m_note->setFont(small);
  m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);
  // Two lines, kept free, so that a refusal moves nothing.
  m_note->setFixedHeight(QFontMetrics(small).lineSpacing() * 2 + 6);
  m_box->setSpecialValueText(QStringLiteral("–"));
  for (QWidget* widget : {static_cast<QWidget*>(name), static_cast<QWidget*>(m_box)}) {
    widget->setToolTip(QStringLiteral("<p>") + text.tooltip.toHtmlEscaped());
  }
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setVerticalSpacing(1);
  grid->addWidget(name, 0, 0);
  grid->addWidget(m_box, 0, 1);
  grid->addWidget(m_note, 1, 0, 1, 2);
  grid->setColumnStretch(0, 1);
  m_box->setFixedWidth(100);
  connect(m_box, &QSpinBox::valueChanged, this, &NumberField::onValueChanged);
  connect(m_box, &QSpinBox::editingFinished, this,
          [this] { m_edited = m_edited && value() != m_inEffect; });
  showValidity();
}

void NumberField::setInEffect(int value) {
  if (m_inEffect < 0) m_box->setSpecialValueText({});
  m_box->setEnabled(true);
  if (value == m_inEffect) return;
  m_inEffect = value;
  if (!m_edited) {
    const QSignalBlocker quiet(m_box);
    m_box->setValue(value);
  }
  if (this->value() == m_inEffect) m_edited = false;
  showValidity();
  emit edited();
}

int NumberField::value() const { return m_box->value(); }

bool NumberField::isValid() const {
  return value() >= m_range.minimum && value() <= m_range.maximum;
}

void NumberField::revert() {
  m_edited = false;
  m_box->setValue(m_inEffect);
  m_edited = false;
  showValidity();
  emit edited();
}

// While the operator is at it, the old value may be one that is meant, or on the way to another.
void NumberField::onValueChanged() {
  m_edited = value() != m_inEffect || m_box->hasFocus();
  showValidity();
  emit edited();
}

// The note keeps its place and its height: only its words and its weight change.
void NumberField::showValidity() {
  const bool wrong = m_inEffect >= 0 && !isValid();
  m_note->setText(wrong ? QStringLiteral("✕ Not allowed: %1").arg(m_rangeNote) : m_rangeNote);
  QFont weight = m_note->font();
  weight.setBold(wrong);
  m_note->setFont(weight);
}

}  // namespace penstock::ui
