// SPDX-License-Identifier: Apache-2.0
// What nearly every test includes, compiled once for all. No test may rely on it: each includes
// what it uses, as -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON shows.
#pragma once

#include <QTest>
#ifdef QT_WIDGETS_LIB
#include <QApplication>
#include <QTableView>
#include <QWidget>
#endif

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>
