import Foundation
import Statistics

extension Report {
  /// The report as a page: what was found first, how it was made last.
  public var page: Page {
    var blocks: [Page.Block] = []
    if let note = table.note { blocks.append(.paragraph(note)) }
    for section in sections { blocks += found(section) }
    for panel in panels {
      blocks.append(
        .picture(
          file: panel.file,
          text: "of the first photos of the test set those on which the networks differ most",
          svg: panel.svg))
    }
    blocks += [.heading(2, "How to read this"), .list(Self.reading(table))]
    for section in sections { blocks += made(section) }
    return Page(name: table.id, title: "\(table.id): \(table.title)", blocks: blocks)
  }

  /// The report as Markdown.
  public var markdown: String { page.markdown }

  /// Where the section begins on the page.
  static func heading(_ section: Section) -> String {
    "Protocol \(section.protocolName), budget \(section.budget), data \(section.dataset)"
      + (section.isComparable ? ", the paper's recipe" : "")
  }

  private func found(_ section: Section) -> [Page.Block] {
    var blocks: [Page.Block] = [.heading(2, Self.heading(section))]
    blocks.append(.table(rows(section)))
    blocks.append(.list(levels(section) + limits(section)))
    blocks += differences(section)
    blocks += pictures(section)
    blocks += titled("Agreement with the teacher, calibration, and worse images:", quality(section))
    blocks += titled("Chosen, the best result of the trials:", choices(section))
    blocks += titled(
      "The Lipschitz term's share of the total loss, measured during training, %:", shares(section))
    return blocks + unfinished(section)
  }

  /// A table under its title; nothing without rows.
  func titled(_ title: String, _ text: TextTable) -> [Page.Block] {
    text.isEmpty ? [] : [.paragraph(title), .table(text)]
  }

  private func limits(_ section: Section) -> [String] {
    guard !section.isComparable else { return [] }
    let limit = table.limits[section.budget]
    return [
      "**Not the paper's recipe: its numbers must not be set against the paper's.**"
        + (limit.map { " \($0)" } ?? "")
    ]
  }

  /// Chance, and the teachers beside whom everything is read.
  private func levels(_ section: Section) -> [String] {
    let metric = table.metrics.main
    let chance = Set(section.records.compactMap { $0.chance(metric) })
    let words = chance.sorted().map { decimals($0) + " %" }.joined(separator: ", ")
    var lines = [
      "Chance level, what the best constant predictor gets: "
        + (words.isEmpty ? "not measured" : words)
    ]
    for (setting, groups) in section.groupsBySetting {
      let teachers = Set(groups.flatMap { $0.records.compactMap(\.teacher) })
      guard !teachers.isEmpty else { continue }
      let results = Sample(
        teachers.compactMap { $0.measures[metric] }.sorted())
      let kind = teachers.contains(where: \.isFile) ? ", from a file" : ""
      lines.append(
        "Teacher of setting \(setting): \(metric.title) \(results.summary) %, "
          + "\(teachers.count) checkpoint\(teachers.count == 1 ? "" : "s")\(kind)")
    }
    return lines
  }

  private func rows(_ section: Section) -> TextTable {
    let paper = section.isComparable
    let label = paper ? "ours" : "ours (\(section.budget), not comparable)"
    var head = ["setting", "method"] + (paper ? ["paper"] : []) + [label, "n", "teachers"]
    head +=
      ["best epoch, chosen on \(table.measuredOn) images (its gain)"]
      + table.metrics.others.map(\.title)
    if let server = table.server {
      head += (paper ? ["paper, \(server.title)"] : []) + [server.title]
    }
    var text = TextTable(
      head + ["TFLOP", "student alone at as many TFLOP", "weights"])
    for group in section.groups {
      func printed(_ judge: ReferenceCell.Judge) -> String {
        let known = cells(group.setting, group.subject.name, judge).map(\.markdown)
        return known.isEmpty ? "-" : known.joined(separator: ", ")
      }
      var row = [group.setting, group.method] + (paper ? [printed(.authors)] : [])
      row += [group.result(table.metrics.main), group.count, group.teacherCount]
      row.append(group.best(table.metrics.main))
      row += table.metrics.others.map { group.sample($0).summary }
      if let server = table.server {
        row += (paper ? [printed(.server)] : []) + [group.summary(server)]
      }
      row += [
        group.teraOperations.mean.map { String(format: "%.1f", $0) } ?? "-",
        matched(group, section), group.weights,
      ]
      text.add(row)
    }
    return text
  }

  /// Arithmetic within this share of a row's counts as the same.
  private static let matchingShare = 0.1

  /// What the student alone gets for as much arithmetic, teacher's passes and preparation included, under whatever budget it
  /// was trained that long; otherwise for how many epochs it would have to be.
  private func matched(_ group: RecordGroup, _ section: Section) -> String {
    guard group.subject.role == .student, !group.learnsAlone, let own = group.teraOperations.mean
    else { return "-" }
    func isAlike(_ other: RecordGroup) -> Bool {
      other.setting == group.setting && other.learnsAlone
        && other.records.first?.configuration["network"]
          == group.records.first?.configuration["network"]
        && other.records.first?.datasetHashes["test"] == group.records.first?.datasetHashes["test"]
    }
    let near = sections.filter { $0.protocolName == section.protocolName }.flatMap(\.groups).first {
      other in
      guard isAlike(other), let its = other.teraOperations.mean else { return false }
      return abs(its - own) <= Self.matchingShare * own
    }
    if let near { return near.result(table.metrics.main) }
    guard let alone = section.groups.first(where: isAlike), let its = alone.teraOperations.mean,
      let epochs = alone.records.first?.epochs.count
    else { return "not run" }
    return "not run: `--methods student --epochs \(Int((Double(epochs) * own / its).rounded()))`"
  }

  private func quality(_ section: Section) -> TextTable {
    let kinds = section.records.compactMap(\.evaluation).first?.corruptions ?? []
    var text = TextTable(
      [
        "setting", "method", "agreement with teacher, %", "KL from teacher, nats",
        "calibration error, %",
      ] + kinds.map { "\($0.kind) \($0.strength), error %" })
    for group in section.groups {
      let all = group.records.compactMap(\.evaluation)
      guard !all.isEmpty else { continue }
      let numbers = [
        Sample(all.compactMap { $0.fidelity?.agreement }).summary,
        Sample(all.compactMap { $0.fidelity?.divergence }).precise,
        Sample(all.map(\.calibrationError)).summary,
      ]
      let worse = kinds.map { kind in
        Sample(
          all.flatMap(\.corruptions).filter { $0.kind == kind.kind && $0.strength == kind.strength }
            .map(\.error)
        ).summary
      }
      text.add([group.setting, group.method] + numbers + worse)
    }
    return text
  }

  private func choices(_ section: Section) -> TextTable {
    var text = TextTable(["setting", "method", "beside", "weight", "trials"])
    for (setting, groups) in section.groupsBySetting {
      for choice in TrialChoice.choices(of: groups, by: table.metrics.main) {
        text.add([
          setting, choice.method, choice.beside, "\(choice.weight)", "\(choice.trials)",
        ])
      }
    }
    return text
  }

  /// The Lipschitz term's measured share of the total loss.
  private func shares(_ section: Section) -> TextTable {
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
    return text
  }

  private func unfinished(_ section: Section) -> [Page.Block] {
    func list(_ title: String, _ kept: (RecordGroup) -> [RunRecord]) -> [Page.Block] {
      let lines = section.groups.flatMap { group in
        kept(group).map { "\(group.setting) \(group.method) \($0.state)" }
      }
      return lines.isEmpty ? [] : [.paragraph(title), .list(lines)]
    }
    return list("Not finished:", \.open)
      + list("Further records of a block that is there, which count nowhere:", \.repeats)
  }

  func decimals(_ value: Double) -> String { String(format: "%.2f", value) }
  func signed(_ value: Double) -> String { String(format: "%+.2f", value) }
}

extension RecordGroup {
  /// Different checkpoints that taught the finished runs.
  var teacherCount: String {
    let teachers = Set(records.compactMap { $0.teacher?.checkpointHash })
    return teachers.isEmpty ? "-" : "\(teachers.count)"
  }

  /// Arithmetic of the runs, 10¹² operations.
  var teraOperations: Sample { Sample(records.compactMap(\.operations).map { $0 / 1e12 }) }

  /// The best epochs' results, and by how much the choice on the test set betters the last ones'.
  fileprivate func best(_ metric: Metric) -> String {
    let best = bestSample(metric)
    guard let chosen = best.mean, let last = sample(metric).mean else { return "-" }
    return best.summary + String(format: " (%+.2f)", chosen - last)
  }
}

extension Sample {
  /// The mean with three significant digits.
  var precise: String { mean.map { String(format: "%.3g", $0) } ?? "-" }
}
