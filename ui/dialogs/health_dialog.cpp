// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/health_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {

enum Column { Level, Sink, About, Finding, Advice };

constexpr std::array<const char*, 4> kLevels{"critical", "warning", "note", "good"};

Tone toneOf(const QString& level) {
  if (level == QLatin1String("critical")) return Tone::Alarm;
  if (level == QLatin1String("warning")) return Tone::Caution;
  if (level == QLatin1String("good")) return Tone::Good;
  return Tone::Notice;
}

}  // namespace

// The shape that goes with the word of a level.
class LevelMarks : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  void setShade(Shade shade) { m_shade = shade; }

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->icon = markIcon(toneOf(index.data(PageModel::RawRole).toString()), m_shade);
    option->decorationSize = QSize(12, 12);
  }

 private:
  Shade m_shade = Shade::Light;
};

HealthDialog::HealthDialog(BrowseDesk& desk, QWidget* parent)
    : QDialog(parent),
      m_pages(new PageTable(desk, BrowseSubject::Health, this)),
      m_marks(new LevelMarks(this)),
      m_summary(new QLabel(this)),
      m_detail(new QTextBrowser(this)) {
  setObjectName(QStringLiteral("healthDialog"));
  setWindowTitle(QStringLiteral("Configuration health"));
  resize(1'000, 560);
  m_summary->setTextFormat(Qt::PlainText);
  m_summary->setAccessibleName(QStringLiteral("Summary"));
  m_detail->setAccessibleName(QStringLiteral("The chosen row in full"));
  m_detail->setOpenLinks(false);
  m_detail->setFixedHeight(m_detail->fontMetrics().lineSpacing() * 6 + 12);
  m_pages->view()->setItemDelegateForColumn(Level, m_marks);
  auto* close = new QPushButton(QStringLiteral("Close"), this);
  close->setAutoDefault(false);
  auto* column = new QVBoxLayout(this);
  column->addWidget(m_summary);
  column->addWidget(m_pages, 1);
  column->addWidget(m_detail);
  column->addWidget(close, 0, Qt::AlignRight);
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(m_pages, &PageTable::shown, this, &HealthDialog::showSummary);
  connect(m_pages->view()->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          &HealthDialog::showDetail);
  m_summary->setText(QStringLiteral("The node asks its databases …"));
  showDetail();
}

void HealthDialog::setShade(Shade shade) {
  m_marks->setShade(shade);
  m_pages->view()->viewport()->update();
}

QString HealthDialog::summary() const { return m_summary->text(); }
QString HealthDialog::detail() const { return m_detail->toPlainText(); }

void HealthDialog::showSummary() {
  const PageModel& rows = m_pages->model();
  QStringList parts;
  for (const char* level : kLevels) {
    int count = 0;
    for (int row = 0; row < rows.rowCount(); ++row) {
      const QString word = rows.index(row, Level).data(PageModel::RawRole).toString();
      if (word == QLatin1String(level)) ++count;
    }
    const bool isCounted = QLatin1String(level) == QLatin1String("warning") ||
                           QLatin1String(level) == QLatin1String("note");
    const QString plural = isCounted && count > 1 ? QStringLiteral("s") : QString();
    if (count > 0) parts << QString::number(count) + ' ' + QString::fromLatin1(level) + plural;
  }
  m_summary->setText(parts.isEmpty() ? QStringLiteral("Nothing was found to look at.")
                                     : parts.join(QStringLiteral(", ")));
  QTableView& view = *m_pages->view();
  const int width = view.fontMetrics().horizontalAdvance(QString::fromLatin1(kLevels[0])) + 36;
  view.setColumnWidth(Level, std::max(view.columnWidth(Level), width));  // beside its mark
  showDetail();
}

void HealthDialog::showDetail() {
  const QModelIndex row = m_pages->view()->selectionModel()->currentIndex();
  if (!row.isValid()) {
    m_detail->setPlainText(
        QStringLiteral("Choose a row to read it in full, and to copy what it advises."));
    return;
  }
  const auto textOf = [&row](int column) {
    return row.siblingAtColumn(column).data(PageModel::RawRole).toString();
  };
  const QString advice = textOf(Advice);
  m_detail->setPlainText(QStringLiteral("%1, %2, %3:\n%4")
                             .arg(textOf(Level), textOf(Sink), textOf(About), textOf(Finding)) +
                         (advice.isEmpty() ? QString() : QStringLiteral("\n→ ") + advice));
}

}  // namespace penstock::ui
