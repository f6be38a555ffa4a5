import Foundation
import Statistics

extension Report {
  /// The differences that are printed with their tests, and those that are not with the rule that keeps them back.
  func differences(_ section: Section) -> [Page.Block] {
    let shown = section.contrasts.filter { $0.contrast.withheld == nil }
    let better = table.metrics.main.isError ? "negative" : "positive"
    var blocks: [Page.Block] = []
    if !shown.isEmpty {
      blocks.append(
        .paragraph(
          "Paired differences of the last epoch, percentage points (\(better): the first is better). "
            + "Margin of equivalence: ± \(table.margin) points. P-values of all but the primary contrast are "
            + "adjusted by Holm's rule over the \(shown.count { $0.primary == nil }) others of this section."
            + (shown.lazy.compactMap { $0.primary?.looksSentence(budget: section.budget) }.first
              .map { " " + $0 } ?? "")
        ))
      blocks.append(.table(tests(shown)))
      blocks += pooled(shown) + residual(section)
    }
    return blocks + withheld(section)
  }

  private func tests(_ contrasts: [JudgedContrast]) -> TextTable {
    var text = TextTable([
      "setting", "difference", "mean", "95 % interval (t)", "95 % interval (BCa, blocks x images)",
      "p (t, Holm)", "p (sign flips)", "p (TOST)", "P(better)", "correlation", "n", "teachers",
      "verdict",
    ])
    for judged in contrasts {
      let contrast = judged.contrast
      let pairs = contrast.pairs
      text.add([
        contrast.setting,
        "\(contrast.first.method) − \(contrast.second.method)"
          + (judged.primary != nil ? " **(primary)**" : ""),
        pairs.differences.mean.map(signed) ?? "-", range(judged.interval),
        range(contrast.imageInterval), probability(judged.adjustedPValue),
        probability(pairs.signFlipPValue),
        probability(pairs.equivalencePValue(margin: table.margin)),
        contrast.probabilityOfImprovement.map(decimals) ?? "-", correlation(pairs.correlation),
        "\(contrast.blocks.count)", "\(contrast.teachers.count)",
        words(judged.verdict(margin: table.margin), contrast),
      ])
    }
    return text
  }

  private func words(_ verdict: Verdict, _ contrast: Contrast) -> String {
    switch verdict {
    case .reproduced: "\(contrast.first.subject.name) better"
    case .refuted: "\(contrast.second.subject.name) better"
    case .undecided(let blocks):
      "undecided" + (blocks.map { "; n = \($0) would decide" } ?? "")
    case .waiting(let blocks): "undecided until n = \(blocks)"
    default: verdict.name
    }
  }

  private func correlation(_ value: Double?) -> String {
    value.map { decimals($0) + ($0 > 0 ? "" : ": pairing bought nothing") } ?? "-"
  }

  /// One estimate over settings for every pair of methods that several settings have.
  private func pooled(_ contrasts: [JudgedContrast]) -> [Page.Block] {
    var text = TextTable([
      "difference", "settings", "pooled estimate", "95 % interval", "heterogeneity Q", "I²",
    ])
    let pairs = Dictionary(grouping: contrasts) {
      "\($0.contrast.first.subject.name) − \($0.contrast.second.subject.name)"
    }
    for (name, own) in pairs.sorted(by: { $0.key < $1.key }) {
      guard let effects = RandomEffects(of: own.map(\.contrast.pairs)) else { continue }
      text.add([
        name, own.map(\.contrast.setting).joined(separator: ", "), signed(effects.estimate),
        range(effects.interval()), decimals(effects.heterogeneity),
        String(format: "%.0f %%", 100 * effects.inconsistency),
      ])
    }
    return titled("Over settings, by random effects (DerSimonian and Laird):", text)
  }

  /// The spread of a single run that methods and blocks do not explain.
  private func residual(_ section: Section) -> [Page.Block] {
    let lines = section.groupsBySetting.compactMap { setting, groups -> String? in
      let plain = groups.filter {
        $0.subject.role == .student && $0.subject.isPlain && !$0.learnsAlone
      }
      .filter { $0.records.count >= Withholding.fewestBlocks }
      let values = plain.map { $0.values(.result, bySeed: false) }
      guard let first = values.first else { return nil }
      let blocks = first.keys.filter { block in values.allSatisfy { $0[block] != nil } }.sorted()
      guard let layout = TwoWayLayout(values.map { row in blocks.compactMap { row[$0] } }) else {
        return nil
      }
      let deviation = layout.residualVariance.squareRoot()
      return "Setting \(setting): pooled residual standard deviation of a run "
        + "\(decimals(deviation)) points (\(plain.count) methods x \(blocks.count) blocks, "
        + "\(layout.freedom) degrees of freedom), so "
        + "\(decimals(deviation * 2.0.squareRoot())) of a paired difference"
    }
    return lines.isEmpty ? [] : [.list(lines)]
  }

  private func withheld(_ section: Section) -> [Page.Block] {
    // A rule that holds many back is said once.
    let byRule = Dictionary(grouping: section.contrasts.filter { $0.contrast.withheld != nil }) {
      [$0.contrast.setting, $0.contrast.withheld?.sentence ?? ""]
    }
    guard !byRule.isEmpty else { return [] }
    let items = byRule.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, own in
      "Setting \(key[0]), \(key[1]): "
        + own.map { "\($0.contrast.first.method) − \($0.contrast.second.method)" }
        .joined(separator: ", ")
    }
    return [.paragraph("Differences that are not printed, with the rule:"), .list(items)]
  }

  func range(_ interval: Interval?) -> String {
    interval.map { "\(signed($0.lower)) to \(signed($0.upper))" } ?? "-"
  }

  func probability(_ value: Double?) -> String {
    value.map { $0 < 0.001 ? "< 0.001" : String(format: "%.3f", $0) } ?? "-"
  }
}

extension RandomEffects {
  /// Pools differences of several settings; nil for fewer than two whose mean has a positive variance.
  init?(of settings: [PairedDifferences]) {
    self.init(
      settings.compactMap { pairs in
        guard let mean = pairs.differences.mean, let spread = pairs.differences.standardDeviation
        else { return nil }
        return .init(
          estimate: mean, variance: spread * spread / Double(pairs.differences.count))
      })
  }
}
