// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTest>
#include <array>
#include <csignal>
#include <cstdio>
#include <vector>

#include "base/log.h"
#include "tests/fuzz/mutator.h"
#include "tests/fuzz/segment_chunks.h"
#include "tests/fuzz/target.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

namespace penstock::test {
namespace {

struct Target {
  const char* name;  ///< also of its folder in corpus/
  Complaint (*run)(std::string_view input);
};
constexpr std::array<Target, 5> kTargets{{{"change_set", tryChangeSet},
                                          {"journal", tryJournal},
                                          {"byte_form", tryByteForm},
                                          {"config", tryConfig},
                                          {"csv", tryCsv}}};

constexpr std::uint64_t kSeed = 20'240'229;
constexpr std::uint64_t kMutations = 2'000;

/// The input that is being tried: when the program ends in it, it is written where a person finds
/// it.
struct Trial {
  const char* target = nullptr;
  const std::string* input = nullptr;
};
Trial now;

void keepInput() {
  if (now.input == nullptr) return;
  const std::string path = std::string("found-") + now.target;
  if (std::FILE* file = std::fopen(path.c_str(), "wb"); file != nullptr) {
    std::fwrite(now.input->data(), 1, now.input->size(), file);
    std::fclose(file);
  }
  std::fprintf(stderr, "the input of target %s is now in the file %s\n", now.target, path.c_str());
  now.input = nullptr;
}

void keepInputOfAbort(int) {
  keepInput();
  std::signal(SIGABRT, SIG_DFL);
}

/// Tries the input, from memory that ends with it; empty, or what is wrong with which bytes.
Complaint tryInput(const Target& target, const std::string& input) {
  const std::vector<char> exact(input.begin(), input.end());
  now = {target.name, &input};
  const Complaint wrong = target.run({exact.data(), exact.size()});
  if (!wrong.empty()) keepInput();
  now = {};
  return escapeForLog(wrong);
}

}  // namespace

class TestFuzzTargets : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    std::signal(SIGABRT, keepInputOfAbort);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(keepInput);
#endif
  }

  void keptInputDoesNoHarm_data() { addTargets(); }
  void keptInputDoesNoHarm() {
    const Target& target = fetchTarget();
    const auto names = folderOf(target).entryList(QDir::Files);
    QVERIFY(names.size() >= 5);
    for (const QString& name : names) {
      const Complaint wrong = tryInput(target, contentOf(target, name));
      QVERIFY2(wrong.empty(), (name.toStdString() + ": " + wrong).c_str());
    }
  }

  /// PENSTOCK_MUTATIONS=N: so many; PENSTOCK_SEED=N: others.
  void changedInputDoesNoHarm_data() { addTargets(); }
  void changedInputDoesNoHarm() {
    const Target& target = fetchTarget();
    std::vector<std::string> corpus;
    for (const QString& name : folderOf(target).entryList(QDir::Files)) {
      corpus.push_back(contentOf(target, name));
    }
    QVERIFY(!corpus.empty());
    const std::uint64_t seed = numberFrom("PENSTOCK_SEED", kSeed);
    const std::uint64_t mutations = numberFrom("PENSTOCK_MUTATIONS", kMutations);
    std::printf("%s: %llu mutations of seed %llu\n", target.name,
                static_cast<unsigned long long>(mutations), static_cast<unsigned long long>(seed));
    Mutator mutator(seed);
    for (std::uint64_t i = 0; i < mutations; ++i) {
      const Complaint wrong = tryInput(target, mutator.next(corpus));
      QVERIFY2(wrong.empty(), ("mutation " + std::to_string(i) + ": " + wrong).c_str());
    }
  }

  void aSeedHasOneRowOfMutations() {
    const std::vector<std::string> corpus{"one input", "and another, longer one"};
    Mutator one(1);
    Mutator same(1);
    Mutator other(2);
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
      const std::string input = one.next(corpus);
      QCOMPARE(same.next(corpus), input);
      differs = differs || other.next(corpus) != input;
    }
    QVERIFY(differs);
  }

  void segmentsSurviveTheSparseForm() {
    std::string content(3 * 4096 + 10, '\0');
    content[0] = 'a';
    content[4096 + 7] = 'b';
    content[3 * 4096 + 1] = 'c';
    std::string input;
    appendSegment(input, 2, content);
    QVERIFY(input.size() < 100);
    const auto segments = segmentsOf(input);
    QCOMPARE(segments.size(), std::size_t{1});
    QVERIFY(segments.at(2) == content);
  }

 private:
  static void addTargets() {
    QTest::addColumn<int>("target");
    for (std::size_t i = 0; i < kTargets.size(); ++i) {
      QTest::newRow(kTargets[i].name) << static_cast<int>(i);
    }
  }
  static const Target& fetchTarget() {
    QFETCH(int, target);
    return kTargets[static_cast<std::size_t>(target)];
  }
  static QDir folderOf(const Target& target) {
    return {QStringLiteral(PENSTOCK_FUZZ_CORPUS "/") + target.name};
  }
  static std::string contentOf(const Target& target, const QString& name) {
    QFile file(folderOf(target).filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
  }
};

PENSTOCK_TEST(TestFuzzTargets)

}  // namespace penstock::test

#include "tst_fuzz_targets.moc"
