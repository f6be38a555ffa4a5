import Foundation
import Statistics

extension Report {
  /// The report as Markdown.
  public var markdown: String {
    var lines = [
      "# \(table.id): \(table.title)",
      "",
      "Generated from run folders alone. The result of a run is its last epoch; the best epoch is a "
        + "selection on the test set and is printed only as such. Ours: mean ± standard deviation over "
        + "n seeds.",
      "",
      "Grades of the paper's numbers: A printed in the paper or its official repository, B stated in a "
        + "comment of the official code, C quoted by a third party, D remembered and unchecked (never "
        + "compared).",
    ]
    if let note = table.note { lines += ["", note] }
    for section in sections { lines += ["", ""] + text(section) }
    for figure in figures { lines += ["", "![\(figure.dropLast(4))](\(figure))"] }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let limits = [
    "compact":
      "All images at half their side, networks of half the width: it shows which methods help there, with "
      + "converged errors. Networks and images of the paper's size may order methods otherwise.",
    "reduced":
      "It shows in which order methods start on few images. It cannot show converged errors, an order "
      + "that depends on a long schedule, or differences smaller than the spread over seeds.",
    "smoke": "It shows that everything works and says nothing about methods.",
  ]

  private func text(_ section: Section) -> [String] {
    var lines = [
      "## Protocol \(section.protocolName), budget \(section.budget), data \(section.dataset)", "",
    ]
    lines += header(section) + [""] + rows(section)
    lines +=
      choices(section) + differences(section) + shares(section) + terms(section)
      + unfinished(section)
    let commands = Set(section.records.filter { $0.subject.role == .student }.map(\.command))
      .sorted()
    return lines + ["", "Command:", ""] + commands.map { "    \($0)" }
  }

  private func header(_ section: Section) -> [String] {
    var lines: [String] = []
    if !section.isComparable {
      lines.append(
        "**This is not the paper's recipe: its numbers must not be set against the paper's.** "
          + (Self.limits[section.budget] ?? ""))
    }
    for (setting, groups) in section.groupsBySetting {
      lines += deviations(
        of: groups.filter { $0.subject.role == .teacher }, as: "\(setting) teacher")
      lines += deviations(
        of: groups.filter { $0.subject.role == .student }, as: "\(setting) students")
    }
    let sets = Set(section.records.map { "\($0.dataset) (\(digests($0)))" }).sorted()
    lines.append("- Data: " + sets.joined(separator: ", "))
    for record in section.records {
      guard record.subject.role == .teacher, let last = record.last else { continue }
      lines.append(
        "- Teacher of setting \(record.setting): measured \(text(last.measures)), checkpoint "
          + last.sha256.prefix(12))
    }
    for teacher in Set(section.records.compactMap(\.teacher)).filter(\.isFile).sorted(by: {
      $0.checkpointHash < $1.checkpointHash
    }) {
      lines.append(
        "- Teacher from a file: measured \(text(teacher.measures)), checkpoint "
          + teacher.checkpointHash.prefix(12))
    }
    let places = Set(
      section.records.map {
        "suite \($0.suite.version), commit \($0.suite.commit.prefix(12))\($0.suite.dirty ? " (changed)" : ""), "
          + "libtorch \($0.environment.libtorch), \($0.environment.cpuModel), "
          + "\($0.environment.threads) threads, \($0.environment.device), \($0.environment.precision)\($0.environment.kernels.map { ", \($0) kernels" } ?? "")"
          + ($0.environment.replicas.map { ", \($0) replicas" } ?? "")
      })
    return lines + places.sorted().map { "- Made with \($0)" }
  }

  /// What the recipes of `groups` change in the paper's: what they share first, then what each adds.
  private func deviations(of groups: [RecordGroup], as name: String) -> [String] {
    let all = groups.map { group in
      ((group.records + group.open).first?.deviations ?? []).map(\.text)
    }
    guard let first = all.first else { return [] }
    let shared = first.filter { one in all.allSatisfy { $0.contains(one) } }
    var lines = [
      "- \(name): " + (shared.isEmpty ? "the paper's recipe" : shared.joined(separator: "; "))
    ]
    for (group, own) in zip(groups, all) {
      let more = own.filter { !shared.contains($0) }
      if !more.isEmpty { lines.append("  - \(group.method) also: \(more.joined(separator: "; "))") }
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

  private func rows(_ section: Section) -> [String] {
    let label = section.isComparable ? "ours" : "ours (\(section.budget), not comparable)"
    let paper = section.isComparable
    var head = ["setting", "method"] + (paper ? ["paper"] : []) + [label, "n"]
    head += table.metrics.others.map(\.title) + ["best epoch (selected on test)"]
    if let server = table.server {
      head += (paper ? ["paper, \(server.title)"] : []) + [server.title]
    }
    var text = TextTable(head + ["weights"])
    for group in section.groups {
      func printed(_ judge: ReferenceCell.Judge) -> String {
        let known = cells(group.setting, group.subject.name, judge).map(\.markdown)
        return known.isEmpty ? "-" : known.joined(separator: ", ")
      }
      var row = [group.setting, group.method] + (paper ? [printed(.authors)] : [])
      row += [group.result(table.metrics.main), group.count]
      row += table.metrics.others.map { group.sample($0).summary }
      row.append(group.bestSample(table.metrics.main).summary)
      if let server = table.server {
        row += (paper ? [printed(.server)] : []) + [group.summary(server)]
      }
      text.add(row + [group.weights])
    }
    return text.markdown
  }

  private func choices(_ section: Section) -> [String] {
    var text = TextTable(["setting", "method", "beside", "weight", "trials"])
    for (setting, groups) in section.groupsBySetting {
      for choice in TrialChoice.choices(of: groups, by: table.metrics.main) {
        text.add([
          setting, choice.method, choice.beside, "\(choice.weight)", "\(choice.trials)",
        ])
      }
    }
    return titled("Chosen, the best result of the trials:", text)
  }

  /// A table under its title; nothing without rows.
  private func titled(_ title: String, _ text: TextTable) -> [String] {
    text.isEmpty ? [] : ["", title, ""] + text.markdown
  }

  private func differences(_ section: Section) -> [String] {
    var text = TextTable(["setting", "difference", "mean", "95 % interval", "seeds", "each"])
    for difference in PairedDifference.all(of: section.groups) {
      let sample = difference.sample
      text.add([
        difference.setting, "\(difference.first) − \(difference.second)",
        sample.mean.map(signed) ?? "-",
        sample.halfInterval95.map { "± \(decimals($0))" } ?? "needs two seeds",
        difference.seeds.map(String.init).joined(separator: ", "),
        sample.values.map(signed).joined(separator: ", "),
      ])
    }
    let better = table.metrics.main.isError ? "negative" : "positive"
    return titled(
      "Paired differences of the last epoch, percentage points (\(better): the first is better):",
      text)
  }

  /// The Lipschitz term's measured share of the total loss.
  private func shares(_ section: Section) -> [String] {
    var text = TextTable([
      "setting", "method", "first epoch", "last epoch", table.metrics.main.title,
    ])
    for group in section.groups {
      let shares = { (epoch: KeyPath<[RunRecord.Epoch], RunRecord.Epoch?>) in
        Sample(
          group.records.compactMap { $0.epochs[keyPath: epoch]?.shares?["lipschitz"] }
            .map { 100 * $0 })
      }
      let (first, last) = (shares(\.first), shares(\.last))
      guard last.count > 0 else { continue }
      text.add([
        group.setting, group.method, first.precise, last.precise,
        group.sample(table.metrics.main).summary,
      ])
    }
    return titled(
      "The Lipschitz term's share of the total loss, measured during training, %:", text)
  }

  private func terms(_ section: Section) -> [String] {
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
    return titled(
      "Loss terms of the first seed: unweighted mean of the first and last epoch, and the gradient norm "
        + "of the weighted term at the first step of each:", text)
  }

  private func unfinished(_ section: Section) -> [String] {
    func list(_ title: String, _ kept: (RecordGroup) -> [RunRecord]) -> [String] {
      let lines = section.groups.flatMap { group in
        kept(group).map { "- \(group.setting) \(group.method) \($0.state)" }
      }
      return lines.isEmpty ? [] : ["", title, ""] + lines
    }
    return list("Not finished:", \.open)
      + list("Further records of a seed that is there, which count nowhere:", \.repeats)
  }

  private func text(_ measures: Measures) -> String {
    table.metrics.all.compactMap { metric in
      measures[metric].map { "\(metric.title) \(decimals($0)) %" }
    }.joined(separator: ", ")
  }

  private func scientific(_ value: Double) -> String { String(format: "%.3g", value) }
  private func decimals(_ value: Double) -> String { String(format: "%.2f", value) }
  private func signed(_ value: Double) -> String { String(format: "%+.2f", value) }
}

extension Sample {
  /// The mean with three significant digits.
  fileprivate var precise: String { mean.map { String(format: "%.3g", $0) } ?? "-" }
}
