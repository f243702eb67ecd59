// SPDX-License-Identifier: Apache-2.0
#include <QClipboard>
#include <QGuiApplication>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/models/cell_copy.h"

namespace penstock::test {

using namespace penstock::ui;

class TestCellCopy : public QObject {
  Q_OBJECT

 private slots:
  void selectedCellsAreCopiedInTheirOrderByTheirRole() {
    QStandardItemModel model(3, 2);
    for (int row = 0; row < 3; ++row) {
      for (int column = 0; column < 2; ++column) {
        auto* item = new QStandardItem(QStringLiteral("…"));
        item->setData(QStringLiteral("%1.%2").arg(row).arg(column), Qt::UserRole);
        model.setItem(row, column, item);
      }
    }
    QTableView view;
    view.setModel(&model);
    view.setSelectionBehavior(QAbstractItemView::SelectRows);
    copyCellsOnKey(view, Qt::UserRole);
    view.selectRow(2);
    view.selectionModel()->select(model.index(0, 0),
                                  QItemSelectionModel::Select | QItemSelectionModel::Rows);
    view.show();
    QTest::keySequence(&view, QKeySequence::Copy);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("0.0\t0.1\n2.0\t2.1"));
  }
};
PENSTOCK_TEST(TestCellCopy)

}  // namespace penstock::test
#include "tst_cell_copy.moc"
