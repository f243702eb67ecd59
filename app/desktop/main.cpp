// SPDX-License-Identifier: GPL-3.0-or-later
// penstock: the desktop application.
#include <QApplication>
#include <cstdio>

#include "app/desktop/desktop.h"
#include "base/log.h"

namespace {

int fail(const penstock::Status& status) {
  std::fprintf(stderr, "penstock: %s\n", penstock::escapeForLog(status.message()).c_str());
  const bool usage = status.code() == penstock::StatusCode::Invalid ||
                     status.code() == penstock::StatusCode::Unsupported;
  return usage ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  QStringList words;
  for (int i = 0; i < argc; ++i) words << QString::fromLocal8Bit(argv[i]);
  // Before QApplication: --help and usage errors need no display.
  penstock::Result<penstock::app::DesktopArguments> arguments =
      penstock::app::parseDesktopArguments(words);
  if (!arguments) return fail(arguments.status());
  if (!arguments->answer.isEmpty()) {
    std::fputs(qPrintable(arguments->answer), stdout);
    return 0;
  }
  QApplication application(argc, argv);
  QApplication::setApplicationName("penstock");
  QApplication::setApplicationDisplayName("Penstock");
  QApplication::setApplicationVersion(PENSTOCK_VERSION);
  QApplication::setQuitOnLastWindowClosed(false);
  penstock::app::Desktop desktop(std::move(*arguments));
  if (const penstock::Status started = desktop.start(); !started.isOk()) return fail(started);
  return QApplication::exec();
}
