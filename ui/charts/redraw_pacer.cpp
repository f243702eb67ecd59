// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/redraw_pacer.h"
