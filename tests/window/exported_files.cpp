// SPDX-License-Identifier: Apache-2.0
#include "tests/window/exported_files.h"

#include <QDateTime>
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QRegularExpression>
#include <QSet>
#include <QSvgRenderer>

namespace penstock::test {

namespace {

constexpr int kColorsOfAPicture = 8;  // lines, text, axes: a blank sheet has one or two

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool isBlank(const QImage& image) {
  QSet<QRgb> colors;
  for (int y = 0; y < image.height(); y += 2) {
    for (int x = 0; x < image.width(); x += 2) colors.insert(image.pixel(x, y));
    if (colors.size() > kColorsOfAPicture) return false;
  }
  return true;
}

}  // namespace

QString problemOfPng(const QString& path) {
  const QImage image(path);
  if (image.isNull()) return QStringLiteral("no picture");
  if (image.width() < 2'000) return QStringLiteral("%1 pixels wide").arg(image.width());
  return isBlank(image) ? QStringLiteral("blank") : QString();
}

QString problemOfSvg(const QString& path) {
  const QByteArray text = contentOf(path);
  for (const char* word : {"Queue depth", "Rates", "Delay", "Pool", "Backpressure", "Errors"}) {
    if (!text.contains(word)) return QStringLiteral("lacks ") + QString::fromLatin1(word);
  }
  QSvgRenderer renderer(text);
  if (!renderer.isValid()) return QStringLiteral("no SVG");
  QImage image(renderer.defaultSize(), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  renderer.render(&painter);
  painter.end();
  return isBlank(image) ? QStringLiteral("blank") : QString();
}

QString problemOfPdf(const QString& path) {
  const QByteArray bytes = contentOf(path);
  if (!bytes.startsWith("%PDF-1.")) return QStringLiteral("no header");
  if (!bytes.trimmed().endsWith("%%EOF")) return QStringLiteral("no end");
  if (!bytes.contains("/Font")) return QStringLiteral("no text");
  static const QRegularExpression kPage(QStringLiteral("/Type\\s*/Page[^s]"));
  const auto pages = QString::fromLatin1(bytes).count(kPage);
  return pages == 1 ? QString() : QStringLiteral("%1 pages").arg(pages);
}

std::vector<QStringList> readCsv(const QString& path) {
  std::vector<QStringList> records;
  QStringList record;
  QString field;
  bool isQuoted = false;
  const QString text = QString::fromUtf8(contentOf(path));
  for (qsizetype at = 0; at < text.size(); ++at) {
    const QChar character = text[at];
    if (isQuoted) {
      const bool isDoubled = character == '"' && text.mid(at + 1, 1) == "\"";
      if (character != '"' || isDoubled) field += character;
      if (isDoubled) ++at;
      if (character == '"' && !isDoubled) isQuoted = false;
    } else if (character == '"') {
      isQuoted = true;
    } else if (character == ',') {
      record << std::exchange(field, {});
    } else if (character == '\n') {
      record << std::exchange(field, {});
      records.push_back(std::exchange(record, {}));
    } else if (character != '\r') {
      field += character;
    }
  }
  return records;
}

QString problemOfRangeCsv(const QString& path) {
  const std::vector<QStringList> records = readCsv(path);
  if (records.size() < 10) return QStringLiteral("%1 records").arg(records.size());
  const QStringList& header = records.front();
  if (header.value(0) != "time" || !header.contains("queue_depth")) {
    return QStringLiteral("header: ") + header.join(',');
  }
  QDateTime last;
  for (std::size_t at = 1; at < records.size(); ++at) {
    const QStringList& record = records[at];
    const QDateTime time = QDateTime::fromString(record.front(), Qt::ISODateWithMs);
    bool isNumber = false;
    (void)record.value(header.indexOf("queue_depth")).toULongLong(&isNumber);
    const bool isGood =
        record.size() == header.size() && time.isValid() && isNumber && (at == 1 || time >= last);
    if (!isGood) return QStringLiteral("record %1: %2").arg(at).arg(record.join(','));
    last = time;
  }
  return {};
}

}  // namespace penstock::test
