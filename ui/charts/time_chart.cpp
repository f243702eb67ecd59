// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/time_chart.h"
