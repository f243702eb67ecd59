// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/report.h"

#include <cstdio>

namespace penstock::bench {

namespace {

constexpr int kRowBytesMax = 400;
constexpr const char* kHead = "%-22s %-9s %-32s %-32s %-19s %-5s %-11s %s\n";

std::string number(double figure) {
  char text[40];
  std::snprintf(text, sizeof(text), figure < 1000 ? "%.4g" : "%.0f", figure);
  return text;
}

std::string exact(double figure) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.10g", figure);
  return text;
}

std::string text(const Spread& spread) {
  return number(spread.median) + " (" + number(spread.min) + " to " + number(spread.max) + ")";
}

std::string members(const Spread& spread) {
  return "\"median\":" + exact(spread.median) + ",\"min\":" + exact(spread.min) +
         ",\"max\":" + exact(spread.max);
}

std::string row(const std::vector<std::string>& cells) {
  char line[kRowBytesMax];
  std::snprintf(line, sizeof(line), kHead, cells[0].c_str(), cells[1].c_str(), cells[2].c_str(),
                cells[3].c_str(), cells[4].c_str(), cells[5].c_str(), cells[6].c_str(),
                cells[7].c_str());
  return line;
}

}  // namespace

std::string tableHead() {
  return row({"case", "unit", "ours (min to max)", "peer (min to max)", "ratio, more is better",
              "reach", "load % core", "peer"});
}

std::string tableRow(const LineResult& result) {
  const std::string load = number(static_cast<int>(result.loadPercentOurs)) + " / " +
                           number(static_cast<int>(result.loadPercentPeer));
  const bool isReached = result.ratio().median >= result.line.mustReach;
  const std::string reach = number(result.line.mustReach) + (isReached ? "" : " !");
  return row({result.line.name, result.line.unit, text(result.oursSpread()),
              text(result.peerSpread()), text(result.ratio()), reach, load, result.peerName});
}

std::string toJson(const std::vector<LineResult>& results) {
  std::string json = "{\"cases\":[";
  for (const LineResult& result : results) {
    const bool isHigher = result.line.better == Better::Higher;
    if (json.back() != '[') json += ',';
    json += "\n{\"name\":\"" + result.line.name + "\",\"unit\":\"" + result.line.unit +
            "\",\"higher_is_better\":" + (isHigher ? "true" : "false") +
            ",\"pairs\":" + std::to_string(result.ours.size()) + ",\"ours\":{" +
            members(result.oursSpread()) + "},\"peer\":{\"name\":\"" + result.peerName + "\"," +
            members(result.peerSpread()) + "},\"ratio\":{" + members(result.ratio()) + "}}";
  }
  return json + "\n]}\n";
}

}  // namespace penstock::bench
