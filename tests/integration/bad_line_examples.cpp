// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/bad_line_examples.h"

namespace penstock::test {

const char* const kExampleSchema = R"(
CREATE TABLE IF NOT EXISTS parents(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, level INTEGER CHECK (level < 10),
  price DECIMAL(30,10));
CREATE TABLE IF NOT EXISTS children(
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents(id), data BLOB, doc TEXT);
)";

std::vector<Example> refusedLines() {
  const QByteArray parent = R"({"table":"parents","op":"insert","key":{"id":2},"set":)";
  return {
      {R"({"table":"nowhere","op":"insert","key":{"id":1},"set":{"a":1}})",
       "table: unknown table 'nowhere'"},
      {parent + R"({"nmae":"x"}})", "set.nmae: unknown column 'nmae' of table 'parents'"},
      {parent + R"({"name":"x","level":"high"}})", "set.level: 'high' does not fit"},
      {parent + R"({"name":"x","price":1234567890.12345678}})",
       "set.price: 1234567890.12345678 does not fit the decimal column (DECIMAL(30,10)) without "
       "loss: it would become"},
      {R"({"table":"parents","op":"insert","set":{"name":"x"}})", "key column 'id' is missing"},
      {R"({"table":"parents","op":"insert","key":{"id":7.5},"set":{"name":"x"}})",
       "key.id: 7.5 does not fit"},
      {parent + R"({"name":"x","name":"y"}})", "set.name: named twice"},
      {R"({"id":"a","id":"b","changes":[]})", "stands twice"},
      {"not json", "JSON"},
      {parent + R"({"name":"x"})", "malformed JSON"},
      {parent + R"({"name":"x"}} {"more":1})", "JSON"},
      {"[1]", "a change set is a JSON object"},
      {R"({"changes":[]})", "changes: empty"},
      {R"({"table":"parents","op":"explode","key":{"id":2}})", "op: unknown operation 'explode'"},
      {R"({"table":"parents","op":"delete","key":{"id":2},"set":{"name":"x"}})", "set: a delete"},
      {R"({"table":"parents","op":"update","key":{"id":1},"add":{"name":1}})",
       "add.name: only a number"},
      {R"({"table":"children","op":"insert","key":{"id":2},"set":{"parent":1,"data":)"
       R"({"$bytes":"####"}}})",
       "set.data: $bytes"},
      {R"({"id":5,"changes":[{"table":"parents","op":"delete","key":{"id":1}}]})",
       "id: not a string"},
      {R"({"changes":[{"table":"parents","op":"upsert","key":{"id":50},"set":{"name":"s"}},)"
       R"({"table":"children","op":"insert","key":{"id":50},"set":{"paternt":50}}]})",
       "changes[1].set.paternt: unknown column"},
      {parent + "{\"name\":\"\xff\xfe\"}}", "invalid UTF-8"},
      {R"({"table":"children","op":"insert","key":{"id":9},"set":{"parent":1,"doc":)" +
           QByteArray(2000, '[') + QByteArray(2000, ']') + "}}",
       "nested deeper than"},
      {parent + R"({"name":")" + QByteArray(2 << 20, 'x') + R"("}})", "the line is longer than"},
      {R"({"table":"parents","op":"insert","key":"new","set":{"name":"x"}})", "not available yet"},
      {R"({"table":"parents","op":"update","key":{"id":1},"expect":{"level":1},)"
       R"("set":{"level":2}})",
       "not available yet"},
  };
}

std::vector<Example> deadLines() {
  return {
      {R"({"table":"parents","op":"insert","key":{"id":3},"set":{"name":null}})",
       "NOT NULL constraint failed: parents.name"},
      {R"({"table":"parents","op":"insert","key":{"id":4},"set":{"name":"d","level":11}})",
       "CHECK constraint failed: level < 10"},
      {R"({"table":"parents","op":"insert","key":{"id":5},"set":{"name":"first"}})",
       "UNIQUE constraint failed: parents.name"},
      {R"({"table":"children","op":"insert","key":{"id":6},"set":{"parent":77}})",
       "FOREIGN KEY constraint failed"},
      {R"({"table":"parents","op":"update","key":{"id":99},"set":{"name":"nobody"}})",
       "the row is missing: table 'parents', key 99"},
      {R"({"table":"parents","op":"delete","key":{"id":98}})",
       "the row is missing: table 'parents', key 98"},
      {R"({"table":"parents","op":"insert","key":{"id":1},"set":{"name":"again"}})",
       "UNIQUE constraint failed: parents.id"},
      {R"({"changes":[{"table":"parents","op":"insert","key":{"id":8},"set":{"name":"half"}},)"
       R"({"table":"children","op":"insert","key":{"id":8},"set":{"parent":78}}]})",
       "FOREIGN KEY constraint failed: table 'children', key 8"},
  };
}

QByteArray goodLine(int key) {
  const QByteArray name = key == 1 ? QByteArray("first") : "good " + QByteArray::number(key);
  return R"({"table":"parents","op":"insert","key":{"id":)" + QByteArray::number(key) +
         R"(},"set":{"name":")" + name + R"("}})";
}

}  // namespace penstock::test
