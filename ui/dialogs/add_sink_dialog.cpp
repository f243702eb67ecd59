// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/add_sink_dialog.h"

#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <atomic>
#include <utility>

#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr int kPortMax = 65'535;

struct DriverChoice {
  const char* word;
  const char* title;
};
constexpr DriverChoice kDrivers[] = {{"postgres", "PostgreSQL"},
                                     {"mariadb", "MariaDB or MySQL"},
                                     {"sqlite", "SQLite file"},
                                     {"archive", "Archive (files of NDJSON)"}};

QString escaped(const QString& text) { return displayText(text, 4'000).toHtmlEscaped(); }

QString listOf(const QString& title, const QStringList& entries, const char* mark) {
  if (entries.isEmpty()) return {};
  QString html = QStringLiteral("<p style='margin-bottom:2px'><b>%1</b></p>").arg(title);
  for (const QString& entry : entries) {
    html += QStringLiteral("<div style='margin-left:12px'>%1 %2</div>")
                .arg(QString::fromUtf8(mark), escaped(entry));
  }
  return html;
}

QString paragraph(const QString& text) { return QStringLiteral("<p>%1</p>").arg(text); }

}  // namespace

QString findingsAsHtml(const SinkFindings& findings) {
  if (!findings.problem.isEmpty()) {
    return paragraph(QStringLiteral("<b>■ It cannot be used:</b> ") + escaped(findings.problem)) +
           paragraph(escaped(findings.whatToDo));
  }
  QString html = paragraph(QStringLiteral("<b>%1 %2</b> %3")
                               .arg(findings.isGood() ? QStringLiteral("●") : QStringLiteral("■"),
                                    findings.isGood() ? QStringLiteral("Reached:")
                                                      : QStringLiteral("Reached, not usable yet:"),
                                    escaped(findings.target + ' ' + findings.server)));
  html += listOf(QStringLiteral("Rights that are missing"), findings.rightsMissing, "■");
  html += listOf(QStringLiteral("Tables that are missing: what comes for them is parked"),
                 findings.tablesMissing, "▲");
  html += listOf(QStringLiteral("Advice"), findings.advice, "▲");
  html += listOf(QStringLiteral("Tables found"), findings.tablesFound, "●");
  html += listOf(QStringLiteral("Rights held"), findings.rights, "●");
  html += listOf(QStringLiteral("A start will run"), findings.statements, "·");
  return html;
}

/// Shared with the job: whoever comes later finds the other's flag.
struct AddSinkDialog::Test {
  SinkFindings findings;
  std::atomic<bool> isStarted{false};
  std::atomic<bool> isDone{false};  // then the findings are whole
};

AddSinkDialog::AddSinkDialog(SinkSetup setup, QStringList names, QWidget* parent)
    : QDialog(parent),
      m_setup(std::move(setup)),
      m_names(std::move(names)),
      m_form(new QFormLayout),
      m_driver(new QComboBox(this)),
      m_role(new QComboBox(this)),
      m_note(new QLabel(this)),
      m_result(new QTextBrowser(this)),
      m_test(new QPushButton(QStringLiteral("&Test"), this)),
      m_add(new QPushButton(QStringLiteral("&Add"), this)),
      m_copy(new QPushButton(QStringLiteral("&Copy"), this)),
      m_close(new QPushButton(QStringLiteral("Cancel"), this)) {
  setObjectName(QStringLiteral("addSinkDialog"));
  setWindowTitle(QStringLiteral("Add sink"));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(720, 560);
  auto* column = new QVBoxLayout(this);
  makeForm();
  m_note->setTextFormat(Qt::PlainText);
  m_note->setWordWrap(true);
  m_note->setAccessibleName(QStringLiteral("What is still missing"));
  m_result->setObjectName(QStringLiteral("findings"));
  m_result->setAccessibleName(QStringLiteral("What the test found"));
  m_result->setOpenLinks(false);
  column->addLayout(m_form);
  column->addWidget(m_note);
  column->addWidget(m_result, 1);
  makeButtons();
  connect(&m_timer, &QTimer::timeout, this, &AddSinkDialog::look);
  m_result->setHtml(paragraph(
      QStringLiteral("<i>Test</i> looks at the database and changes nothing. The new sink is "
                     "started with the node: at its next start.")));
  showFields();
}

AddSinkDialog::~AddSinkDialog() = default;

QLineEdit* AddSinkDialog::addField(const char* name, const QString& label, const QString& hint) {
  auto* edit = new QLineEdit(this);
  edit->setObjectName(QString::fromLatin1(name));
  edit->setPlaceholderText(hint);
  edit->setAccessibleName(QString(label).remove('&'));
  m_form->addRow(label, edit);
  connect(edit, &QLineEdit::textChanged, this, &AddSinkDialog::showAvailability);
  return edit;
}

QLineEdit* AddSinkDialog::field(const char* name) const {
  return findChild<QLineEdit*>(QString::fromLatin1(name));
}

void AddSinkDialog::makeForm() {
  addField("name", QStringLiteral("&Name"), QStringLiteral("paris"));
  for (const DriverChoice& choice : kDrivers) {
    m_driver->addItem(QString::fromUtf8(choice.title), QString::fromLatin1(choice.word));
  }
  m_driver->setObjectName(QStringLiteral("driver"));
  m_driver->setAccessibleName(QStringLiteral("Database system"));
  m_form->addRow(QStringLiteral("&Database system"), m_driver);
  m_role->setObjectName(QStringLiteral("role"));
  m_role->setAccessibleName(QStringLiteral("Role"));
  m_form->addRow(QStringLiteral("&Role"), m_role);
  addField("host", QStringLiteral("&Host"), QStringLiteral("this machine"));
  m_port = new QSpinBox(this);
  m_port->setObjectName(QStringLiteral("port"));
  m_port->setAccessibleName(QStringLiteral("Port"));
  m_port->setRange(0, kPortMax);
  m_port->setSpecialValueText(QStringLiteral("the usual one"));
  m_form->addRow(QStringLiteral("&Port"), m_port);
  addField("place", QStringLiteral("Data&base"), {});
  addField("user", QStringLiteral("&User"), QStringLiteral("that of this process"));
  addField("passwordFile", QStringLiteral("Pass&word file"),
           QStringLiteral("its first line is the password; empty: none"));
  addField("options", QStringLiteral("&Options"), {});
  connect(m_driver, &QComboBox::currentIndexChanged, this, &AddSinkDialog::showFields);
  QWidget* before = field("name");
  for (QWidget* next : {static_cast<QWidget*>(m_driver), static_cast<QWidget*>(m_role),
                        static_cast<QWidget*>(field("host")), static_cast<QWidget*>(m_port),
                        static_cast<QWidget*>(field("place")), static_cast<QWidget*>(field("user")),
                        static_cast<QWidget*>(field("passwordFile")),
                        static_cast<QWidget*>(field("options")), static_cast<QWidget*>(m_result),
                        static_cast<QWidget*>(m_test), static_cast<QWidget*>(m_copy),
                        static_cast<QWidget*>(m_add), static_cast<QWidget*>(m_close)}) {
    setTabOrder(before, next);
    before = next;
  }
  field("name")->setFocus();
}

void AddSinkDialog::makeButtons() {
  m_test->setObjectName(QStringLiteral("testSink"));
  m_add->setObjectName(QStringLiteral("addSink"));
  m_test->setAutoDefault(false);
  m_copy->setAutoDefault(false);
  m_close->setAutoDefault(false);
  m_add->setDefault(true);
  m_add->setText(m_setup.configFile.isEmpty() ? QStringLiteral("Show the &section")
                                              : QStringLiteral("&Add to the configuration"));
  m_copy->setToolTip(QStringLiteral("Copies the section of the configuration"));
  m_copy->hide();
  auto* row = new QHBoxLayout;
  row->addWidget(m_test);
  row->addWidget(m_copy);
  row->addStretch(1);
  row->addWidget(m_add);
  row->addWidget(m_close);
  static_cast<QVBoxLayout*>(layout())->addLayout(row);
  connect(m_test, &QPushButton::clicked, this, [this] { m_running ? endTest() : startTest(); });
  connect(m_add, &QPushButton::clicked, this, &AddSinkDialog::add);
  connect(m_copy, &QPushButton::clicked, this,
          [this] { QGuiApplication::clipboard()->setText(m_added.toml); });
  connect(m_close, &QPushButton::clicked, this, &QDialog::close);
}

SinkDraft AddSinkDialog::draft() const {
  const auto textOf = [this](const char* name) { return field(name)->text().trimmed(); };
  SinkDraft draft;
  draft.name = textOf("name");
  draft.role = m_role->currentText();
  draft.driver = m_driver->currentData().toString();
  draft.place = textOf("place");
  if (!draft.isServer()) return draft;
  draft.host = textOf("host");
  draft.port = m_port->value();
  draft.user = textOf("user");
  draft.passwordFile = textOf("passwordFile");
  draft.options = textOf("options");
  return draft;
}

// An archive has no other role, and nothing else can have that one.
void AddSinkDialog::showFields() {
  const QString driver = m_driver->currentData().toString();
  const bool isArchive = driver == QStringLiteral("archive");
  const QString role = m_role->currentText();
  m_role->clear();
  m_role->addItems(isArchive ? QStringList{QStringLiteral("archive")}
                             : QStringList{QStringLiteral("standby"), QStringLiteral("mirror")});
  m_role->setCurrentIndex(qMax(0, m_role->findText(role)));
  const bool isServer = draft().isServer();
  for (const char* name : {"host", "user", "passwordFile", "options"}) {
    field(name)->setVisible(isServer);
    m_form->labelForField(field(name))->setVisible(isServer);
  }
  m_port->setVisible(isServer);
  m_form->labelForField(m_port)->setVisible(isServer);
  field("options")->setPlaceholderText(driver == QStringLiteral("postgres")
                                           ? QStringLiteral("sslmode=verify-full …")
                                           : QStringLiteral("as the driver takes them"));
  static_cast<QLabel*>(m_form->labelForField(field("place")))
      ->setText(isArchive  ? QStringLiteral("&Folder")
                : isServer ? QStringLiteral("Data&base")
                           : QStringLiteral("&File"));
  field("place")->setPlaceholderText(isServer ? QStringLiteral("players")
                                              : QStringLiteral("/srv/…"));
  showAvailability();
}

QString AddSinkDialog::incompleteBecause() const {
  const SinkDraft wanted = draft();
  if (wanted.name.isEmpty()) return QStringLiteral("Give it a name.");
  if (m_names.contains(wanted.name)) {
    return QStringLiteral("There is a sink of this name: give it another one.");
  }
  if (wanted.place.isEmpty()) {
    return wanted.isServer() ? QStringLiteral("Name the database.")
                             : QStringLiteral("Name the place of its files.");
  }
  if (!wanted.isServer() && !wanted.place.startsWith('/')) {
    return QStringLiteral("Write the whole path, from / on.");
  }
  return {};
}

void AddSinkDialog::showAvailability() {
  const QString missing = incompleteBecause();
  m_note->setText(missing);
  m_note->setVisible(!missing.isEmpty() && !m_isAdded);
  m_test->setEnabled(m_running != nullptr || (missing.isEmpty() && m_setup.test && !m_isAdded));
  m_add->setEnabled(missing.isEmpty() && !m_running && m_setup.add && !m_isAdded);
}

void AddSinkDialog::startTest() {
  m_running = std::make_shared<Test>();
  const auto job = [test = m_running, ask = m_setup.test, wanted = draft()] {
    test->isStarted.store(true);
    test->findings = ask(wanted);
    test->isDone.store(true);
  };
  m_setup.runElsewhere ? m_setup.runElsewhere(job) : job();
  m_test->setText(QStringLiteral("Cancel the &test"));
  m_timer.start(kLookEvery);
  showAvailability();
  look();
}

// Nobody waits for it any more; it ends with the timeout of its connection at the latest.
void AddSinkDialog::endTest() {
  m_running.reset();
  m_timer.stop();
  m_test->setText(QStringLiteral("&Test"));
  m_result->setHtml(paragraph(QStringLiteral("The test was cancelled.")));
  showAvailability();
}

void AddSinkDialog::look() {
  if (!m_running) return;
  if (!m_running->isDone.load()) {
    const QString text = m_running->isStarted.load()
                             ? QStringLiteral("Asking the database …")
                             : QStringLiteral("Waiting for the test before to end …");
    if (m_result->toPlainText() != text) m_result->setHtml(paragraph(text));
    return;
  }
  const std::shared_ptr<Test> done = std::exchange(m_running, nullptr);
  m_timer.stop();
  m_test->setText(QStringLiteral("&Test"));
  showFindings(done->findings);
  showAvailability();
}

void AddSinkDialog::showFindings(const SinkFindings& findings) {
  m_result->setHtml(findingsAsHtml(findings));
}

QString AddSinkDialog::resultText() const { return m_result->toPlainText(); }

void AddSinkDialog::add() { showAdded(m_setup.add(draft())); }

void AddSinkDialog::showAdded(const SinkAdded& added) {
  m_added = added;
  const QString section = QStringLiteral("<pre>%1</pre>").arg(added.toml.toHtmlEscaped());
  if (!added.problem.isEmpty()) {
    m_result->setHtml(
        paragraph(QStringLiteral("<b>■ Nothing was written:</b> ") + escaped(added.problem)) +
        section);
    m_copy->setVisible(!added.toml.isEmpty());
    return;
  }
  const QString done =
      added.file.isEmpty()
          ? QStringLiteral(
                "This node was started without a configuration file. Put this section "
                "into one, and start it with --config FILE:")
          : QStringLiteral("<b>● Written</b> to %1. It takes effect at the next start of the node:")
                .arg(escaped(added.file));
  m_result->setHtml(
      paragraph(done) + section +
      paragraph(QStringLiteral(
          "Give the sink a copy of the primary's database, its penstock_ tables included: it goes "
          "on from the place that the copy holds. An empty one gets all that the journal still "
          "has, and stops with <i>gap</i> where that is not all.")));
  m_isAdded = !added.file.isEmpty();
  m_copy->show();
  if (m_isAdded) m_close->setText(QStringLiteral("Close"));
  showAvailability();
}

}  // namespace penstock::ui
