import Foundation

extension Report {
  /// How the numbers of the page are made.
  static func reading(_ table: TableDescription) -> [String] {
    [
      "The result of a run is its last epoch. The best epoch is a selection on the \(table.measuredOn) images: it has a column of its own, "
        + "with what the selection gains.",
      "Ours: mean ± standard deviation over n runs of different blocks. A block is a teacher's checkpoint and a seed; "
        + "with a network that learns alone it is a seed, and the others are means over teachers.",
      "TFLOP: 10¹² floating-point operations of a whole training with its teacher's passes, its preparation and its evaluations.",
      "Intervals and p-values (t): Student's t over blocks. BCa: bias-corrected and accelerated bootstrap over blocks and "
        + "test images. Sign flips: exact permutation test. TOST: two one-sided tests of equivalence within ± "
        + "\(table.margin) points. P(better): probability that a run of the first is better than one of the second.",
      "Several students of one teacher share its luck: an interval over one teacher is conditional on that teacher.",
      "Grades of the paper's numbers: A printed in the paper or its official repository, B stated in a comment of the "
        + "official code, C quoted by a third party, D remembered and unchecked (never compared).",
    ]
  }

  /// Recipes, data, machines and commands of a section.
  func made(_ section: Section) -> [Page.Block] {
    var lines: [String] = []
    for (setting, groups) in section.groupsBySetting {
      lines += deviations(
        of: groups.filter { $0.subject.role == .teacher }, as: "\(setting) teacher")
      lines += deviations(
        of: groups.filter { $0.subject.role == .student }, as: "\(setting) students")
    }
    let sets = Set(section.records.map { "\($0.dataset) (\(digests($0)))" }).sorted()
    lines.append("Data: " + sets.joined(separator: ", "))
    let teachers = Set(section.records.compactMap(\.teacher)).sorted {
      $0.checkpointHash < $1.checkpointHash
    }
    for teacher in teachers {
      lines.append(
        "Teacher\(teacher.isFile ? " from a file" : ""): measured \(text(teacher.measures)), checkpoint "
          + teacher.checkpointHash.prefix(12))
    }
    lines += Set(section.records.map(place)).sorted().map { "Made with \($0)" }
    let commands = Set(section.records.filter { $0.subject.role == .student }.map(\.command))
      .sorted()
    return [.heading(2, "Recipes and machines: \(Self.heading(section).lowercasedFirst)")]
      + [.list(lines)]
      + titled(
        "Loss terms of the first block: unweighted mean of the first and last epoch, and the gradient norm of the "
          + "weighted term at the first step of each:", terms(section))
      + [.paragraph("Command:"), .code(commands)]
  }

  private func place(_ record: RunRecord) -> String {
    let (suite, own) = (record.suite, record.environment)
    return
      "suite \(suite.version), commit \(suite.commit.prefix(12))\(suite.dirty ? " (changed)" : ""), "
      + "libtorch \(own.libtorch), \(own.cpuModel), \(own.threads) threads, \(own.device), \(own.precision)"
      + (own.kernels.map { ", \($0) kernels" } ?? "")
      + (own.replicas.map { ", \($0) replicas" } ?? "")
  }

  /// What the recipes of `groups` change in the paper's: what they share first, then what each adds.
  private func deviations(of groups: [RecordGroup], as name: String) -> [String] {
    let all = groups.map { group in
      ((group.records + group.open).first?.deviations ?? []).map(\.text)
    }
    guard let first = all.first else { return [] }
    let shared = first.filter { one in all.allSatisfy { $0.contains(one) } }
    var lines = [
      "\(name): " + (shared.isEmpty ? "the paper's recipe" : shared.joined(separator: "; "))
    ]
    for (group, own) in zip(groups, all) {
      let more = own.filter { !shared.contains($0) }
      if !more.isEmpty { lines.append("  \(group.method) also: \(more.joined(separator: "; "))") }
    }
    return lines
  }

  private func digests(_ record: RunRecord) -> String {
    record.datasetHashes.sorted { $0.key < $1.key }.map { part, digest in
      // The digest of the files, and behind it the rule that chose images of them.
      let words = digest.split(separator: " ", maxSplits: 1)
      let rule = words.count > 1 ? " \(words[1])" : ""
      return "\(part) \(digest.prefix(12))\(rule)"
    }.joined(separator: ", ")
  }

  private func terms(_ section: Section) -> TextTable {
    var text = TextTable([
      "setting", "method", "term", "loss, first", "loss, last", "gradient, first",
      "gradient, last",
    ])
    for group in section.groups where group.subject.role == .student {
      guard let epochs = group.records.first?.epochs, let first = epochs.first,
        let last = epochs.last
      else { continue }
      for term in first.gradientNorms.keys.sorted() {
        let norms = [first, last].map { scientific($0.gradientNorms[term] ?? 0) }
        let losses = [first, last].map { scientific($0.losses[term] ?? 0) }
        text.add([group.setting, group.method, term] + losses + norms)
      }
    }
    return text
  }

  private func text(_ measures: Measures) -> String {
    table.metrics.all.compactMap { metric in
      measures[metric].map { "\(metric.title) \(decimals($0)) %" }
    }.joined(separator: ", ")
  }

  private func scientific(_ value: Double) -> String { String(format: "%.3g", value) }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
