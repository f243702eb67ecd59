// SPDX-License-Identifier: Apache-2.0
#include "intake/iso_time.h"

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace penstock {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::sys_days;

/// Exactly `count` digits off the front.
bool takeNumber(std::string_view& text, unsigned count, int& number) {
  if (text.size() < count) return false;
  number = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool takeLetter(std::string_view& text, char letter) {
  if (text.empty() || text[0] != letter) return false;
  text.remove_prefix(1);
  return true;
}

bool takeDate(std::string_view& text, sys_days& date) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!takeNumber(text, 4, year) || !takeLetter(text, '-')) return false;
  if (!takeNumber(text, 2, month) || !takeLetter(text, '-')) return false;
  if (!takeNumber(text, 2, day) || year == 0) return false;
  const std::chrono::year_month_day calendar{std::chrono::year(year),
                                             std::chrono::month(static_cast<unsigned>(month)),
                                             std::chrono::day(static_cast<unsigned>(day))};
  if (!calendar.ok()) return false;
  date = sys_days(calendar);
  return true;
}

/// Digits after the point, in microseconds; further ones may only be zeros.
bool takeFraction(std::string_view& text, std::int64_t& micros) {
  micros = 0;
  std::size_t count = 0;
  for (; count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    if (count < 6) micros = micros * 10 + (text[count] - '0');
    if (count >= 6 && text[count] != '0') return false;
  }
  for (std::size_t i = count; i < 6; ++i) micros *= 10;
  text.remove_prefix(count);
  return count > 0;
}

bool takeTimeOfDay(std::string_view& text, microseconds& sinceMidnight) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t micros = 0;
  if (!takeNumber(text, 2, hour) || !takeLetter(text, ':')) return false;
  if (!takeNumber(text, 2, minute)) return false;
  if (takeLetter(text, ':')) {
    if (!takeNumber(text, 2, second)) return false;
    if (takeLetter(text, '.') && !takeFraction(text, micros)) return false;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  sinceMidnight = std::chrono::hours(hour) + minutes(minute) + std::chrono::seconds(second) +
                  microseconds(micros);
  return true;
}

/// All that is left of a timestamp: nothing, `Z`, or an offset of less than a day.
bool takeOffset(std::string_view text, minutes& offset) {
  offset = minutes(0);
  if (text.empty() || text == "Z" || text == "z") return true;
  const bool west = text[0] == '-';
  if (!west && text[0] != '+') return false;
  text.remove_prefix(1);
  int hour = 0;
  int minute = 0;
  if (!takeNumber(text, 2, hour)) return false;
  takeLetter(text, ':');
  if (!text.empty() && !takeNumber(text, 2, minute)) return false;
  if (!text.empty() || hour > 23 || minute > 59) return false;
  offset = std::chrono::hours(hour) + minutes(minute);
  if (west) offset = -offset;
  return true;
}

void appendDate(std::string& to, sys_days date) {
  const std::chrono::year_month_day calendar(date);
  char buffer[32];
  const int count =
      std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(calendar.year()),
                    static_cast<unsigned>(calendar.month()), static_cast<unsigned>(calendar.day()));
  to.append(buffer, static_cast<std::size_t>(count));
}

void appendTimeOfDay(std::string& to, microseconds sinceMidnight) {
  const std::chrono::hh_mm_ss time(sinceMidnight);
  char buffer[64];
  const int count = std::snprintf(
      buffer, sizeof buffer, "%02d:%02d:%02d.%06d", static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  std::string_view text(buffer, static_cast<std::size_t>(count));
  text.remove_suffix(text.size() - 1 - text.find_last_not_of('0'));
  if (text.back() == '.') text.remove_suffix(1);
  to.append(text);
}

}  // namespace

bool canonicalTimestamp(std::string_view text, std::string& to) {
  to.clear();
  sys_days date;
  microseconds time{};
  minutes offset{};
  if (!takeDate(text, date)) return false;
  if (!takeLetter(text, 'T') && !takeLetter(text, ' ') && !takeLetter(text, 't')) return false;
  if (!takeTimeOfDay(text, time) || !takeOffset(text, offset)) return false;
  const std::chrono::sys_time<microseconds> moment = date + time - offset;
  const sys_days day = std::chrono::floor<days>(moment);
  const std::chrono::year year = std::chrono::year_month_day(day).year();
  if (year < std::chrono::year(1) || year > std::chrono::year(9999)) return false;
  appendDate(to, day);
  to.push_back('T');
  appendTimeOfDay(to, moment - day);
  to.push_back('Z');
  return true;
}

bool canonicalDate(std::string_view text, std::string& to) {
  to.clear();
  sys_days date;
  if (!takeDate(text, date) || !text.empty()) return false;
  appendDate(to, date);
  return true;
}

bool canonicalTime(std::string_view text, std::string& to) {
  to.clear();
  microseconds time{};
  if (!takeTimeOfDay(text, time) || !text.empty()) return false;
  appendTimeOfDay(to, time);
  return true;
}

}  // namespace penstock
