import DurableFiles
import Foundation
import JSON
import Results
import Statistics
import Testing

struct LedgerTests {
  private static let table = {
    var table = description
    table.primary = .init(setting: "c", first: "london", second: "ofd")
    return table
  }()

  private func claim(
    _ id: String = "claim", _ test: Claim.Test? = nil, settings: [String] = ["c"]
  ) -> Claim {
    Claim(
      id, "A sentence.", source: "somewhere", table: "table2", settings: settings,
      test: test ?? .better(.method("london"), than: .method("ofd"), by: .result),
      command: { "lskd-repro table2 --settings \($0)" }, cost: { _ in 7.2e15 })
  }

  private func ledger(_ records: [RunRecord], _ claims: [Claim]? = nil) -> Ledger {
    Ledger(
      claims ?? [claim()],
      reports: [Report(Self.table, records: records, references: [])], records: records,
      decisive: ["full"])
  }

  private func runs(
    _ method: String, _ errors: [Double], budget: String = "full", setting: String = "c"
  ) -> [RunRecord] {
    errors.enumerated().map {
      makeRecord(method: method, seed: UInt64($0), error: $1, budget: budget, setting: setting)
    }
  }

  private func verdict(_ london: [Double], _ ofd: [Double]) throws -> Finding {
    try #require(ledger(runs("london", london) + runs("ofd", ofd)).findings.first)
  }

  @Test("a difference in favour is reproduced, one against it refuted, a small one equivalent")
  func verdicts() throws {
    let better = try verdict([23, 23.1, 22.9, 23], [24, 24, 24.1, 23.9])
    #expect(better.verdict == .reproduced && better.count == 4 && better.teachers == 1)
    // Gains 1, 0.9, 1.2, 0.9: mean 1, by scipy's t interval 0.7749 to 1.2251.
    #expect(abs((better.estimate ?? 0) - 1) < 1e-9)
    #expect(abs((better.interval?.lower ?? 0) - 0.774_92) < 1e-4)
    let worse = try verdict([24, 24, 24.1, 23.9], [23, 23.1, 22.9, 23])
    #expect(worse.verdict == .refuted && abs((worse.estimate ?? 0) + 1) < 1e-9)
    #expect(
      try verdict([24.01, 24, 23.99, 24.02], [24, 24.01, 24, 24.01]).verdict == .equivalent)
  }

  @Test("what is undecided says how many blocks would decide")
  func undecided() throws {
    let open = try verdict([23, 25, 22.5, 24.8], [24, 24.2, 23.9, 24.1])
    guard case .undecided(let blocks?) = open.verdict else {
      Issue.record("\(open.verdict)")
      return
    }
    #expect(blocks > 4 && open.words == "undecided: n = \(blocks) would decide")
    let few = try verdict([23, 22], [24, 24.2])
    #expect(few.verdict == .undecided(blocks: 3) && few.estimate == nil)
    #expect(few.remark?.contains("below n = 3") == true)
  }

  @Test("a primary contrast with looks is judged at them alone, each with its share of the level")
  func looks() throws {
    var table = Self.table
    table.primary?.looks = ["full": [4, 6]]
    func verdict(_ gains: [Double]) throws -> Verdict {
      let base = [Double](repeating: 24, count: gains.count)
      let records = runs("london", zip(base, gains).map { $0 - $1 }) + runs("ofd", base)
      let report = Report(table, records: records, references: [])
      let ledger = Ledger([claim()], reports: [report], records: records, decisive: ["full"])
      #expect(
        ledger.page(of: []).markdown.contains(
          "with 4 and 6 blocks of budget full alone, each time at 0.05 / 2"))
      #expect(report.page.markdown.contains("each time at 0.05 / 2"))
      return try #require(ledger.findings.first).verdict
    }
    // p = 0.03: enough for one look and not for each of two.
    let weak = [0.4, 0.9, 0.5, 1.3]
    #expect(try verdict(weak) == .waiting(blocks: 6))
    let clear = [0.9, 1, 1.1, 1]
    #expect(try verdict(clear) == .reproduced)
    #expect(try verdict(clear + [1]) == .waiting(blocks: 6))
    #expect(try verdict(clear + [1, 1.1]) == .reproduced)
    #expect(try verdict(clear + [1, 1.1, 1]) == .reproduced)
    guard case .undecided(let blocks?) = try verdict([1, -1, 0.5, -0.6, 1.2, 0.3]) else {
      Issue.record("neither is shown")
      return
    }
    #expect(blocks > 6)
  }

  @Test("the pace that costs are told by is that of runs that can decide")
  func pace() {
    func timed(_ budget: String, seconds: Double) -> RunRecord {
      var record = makeRecord(method: "ofd", seed: 0, error: 24, budget: budget)
      (record.operations, record.wallSeconds) = (1e12, seconds)
      return record
    }
    let slow = timed("smoke", seconds: 99)
    #expect(ledger([timed("full", seconds: 1), slow]).operationsPerSecond == 1e12)
    #expect(ledger([slow]).operationsPerSecond == nil)
  }

  @Test("what was not run has its command and its cost, what cannot decide is not comparable")
  func missing() throws {
    let ledger = ledger(runs("ofd", [24, 24.1, 23.9]))
    let finding = try #require(ledger.findings.first)
    #expect(finding.verdict == .notRun)
    #expect(ledger.text.contains("lskd-repro table2 --settings c"))
    #expect(ledger.text.contains("7200 TFLOP"))
    let smoke = self.ledger(
      runs("london", [23, 23, 23], budget: "smoke") + runs("ofd", [24, 25, 26], budget: "smoke"))
    #expect(smoke.findings.first?.verdict == .notComparable)
    #expect(smoke.findings.first?.estimate == nil)
  }

  @Test("a claim against every other method is as good as its worst contrast")
  func everyOther() throws {
    let all = claim(
      "all", .better(.method("london"), than: .others(than: ["london"]), by: .result))
    let records =
      runs("london", [23, 23.1, 22.9, 23]) + runs("ofd", [24, 24, 24.1, 23.9])
      + runs("at", [30, 30.1, 29, 30])
    #expect(ledger(records, [all]).findings.first?.verdict == .reproduced)
    let rival = records + runs("kd", [20, 20.1, 20, 19.9])
    let finding = try #require(ledger(rival, [all]).findings.first)
    #expect(finding.verdict == .refuted && finding.remark?.contains("london and kd") == true)
  }

  @Test("the primary contrast stands alone, all others are adjusted by Holm's rule")
  func family() throws {
    // Alone p = 0.03, beside another one 0.07.
    let gains = [0.4, 0.9, 0.5, 1.3]
    let base = [24.0, 24, 24, 24]
    let weak = zip(base, gains).map { $0 - $1 }
    let records =
      runs("london", weak) + runs("ofd", base) + runs("kd", base) + runs("at", base)
      + runs("fitnets", weak)
    let p = PairedDifferences(differences: gains).pValue ?? 1
    #expect(p < 0.05 && 2 * p > 0.05)
    let primary = claim()
    func other(_ name: String) -> Claim {
      claim(name, .better(.method("fitnets"), than: .method(name), by: .result))
    }
    let findings = ledger(records, [primary, other("kd"), other("at")]).findings
    #expect(findings.map(\.verdict.name) == ["reproduced", "undecided", "undecided"])
    #expect(ledger(records, [primary, other("kd")]).findings[1].verdict == .reproduced)
  }

  @Test("settings are pooled with their heterogeneity")
  func pooled() throws {
    let records = ["c", "d"].flatMap { setting in
      runs("london", [23, 23.1, 22.9], setting: setting)
        + runs("ofd", setting == "c" ? [24, 24.2, 24] : [23.5, 23.8, 23.5], setting: setting)
    }
    let findings = ledger(records, [claim(settings: ["c", "d"])]).findings
    #expect(findings.count == 3 && findings[2].setting == nil)
    #expect(findings[2].count == 6 && findings[2].remark?.contains("I²") == true)
    #expect(findings[2].teachers == 1 && findings[2].budget == "full")
    // A setting of another budget takes no part, although it can decide.
    let mixed =
      records
      + ["london", "ofd"].flatMap { runs($0, [9, 9.2, 9.1], budget: "compact", setting: "e") }
    let reports = [Report(Self.table, records: mixed, references: [])]
    let ledger = Ledger(
      [claim(settings: ["e", "c", "d"])], reports: reports, records: mixed,
      decisive: ["full", "compact"])
    #expect(ledger.findings[0].budget == "compact")
    #expect(ledger.findings.last?.count == 6 && ledger.findings.last?.budget == "full")
  }

  @Test("only teachers that both methods had are counted")
  func teachers() throws {
    func taught(_ records: [RunRecord], by teacher: String) -> [RunRecord] {
      records.map { record in
        var record = record
        record.teacher?.checkpointHash = teacher
        return record
      }
    }
    let london = runs("london", [23, 23.1, 22.9])
    let trained = ["first", "second"].map { name in
      var teacher = makeRecord(method: "teacher", seed: 0, error: 20)
      teacher.configurationHash = "teacher-c-0"
      teacher.last?.sha256 = name
      return teacher
    }
    let records =
      trained + taught(london, by: "first") + taught(london, by: "second")
      + taught(runs("ofd", [24, 24, 24.1]), by: "first")
    let finding = try #require(ledger(records).findings.first)
    #expect(finding.count == 3 && finding.teachers == 1)
  }

  @Test("the network's own constants and those behind connectors are two questions")
  func twoDistances() throws {
    func measured(_ method: String, raw: Double, connected: Double?) -> [RunRecord] {
      (0..<3).map { seed in
        let noise = Double(seed * seed) / 100
        var record = makeRecord(method: method, seed: UInt64(seed), error: 24)
        var epoch = RunRecord.Epoch(
          epoch: 0, learningRate: 0.1, losses: [:], gradientNorms: [:], measures: [.top1Error: 24],
          seconds: 1, imagesPerSecond: 1)
        epoch.lipschitz = .init(
          images: 1,
          modules: [
            .init(
              teacher: [1], raw: [1 + raw + noise], connected: connected.map { [1 + $0 + noise] })
          ])
        record.epochs = [epoch]
        return record
      }
    }
    let claims = [RunStatistic.constantDistance, .connectedDistance].map {
      claim("\($0)", .better(.method("london"), than: .method("ofd"), by: $0))
    }
    let runs =
      measured("london", raw: 0.5, connected: 0.1) + measured("ofd", raw: 0.3, connected: 0.4)
    let found = ledger(runs, claims).findings
    #expect(found.allSatisfy { $0.remark?.contains("not points") == true })
    #expect((found[0].estimate ?? 0) < -0.19 && (found[1].estimate ?? 0) > 0.29)
    let alone = ledger(
      measured("london", raw: 0.5, connected: nil) + measured("ofd", raw: 0.3, connected: nil),
      claims
    ).findings
    #expect(alone[0].estimate != nil && alone[1].verdict == .notRun)
  }

  @Test("weights lie far apart only where seeds say so, and by more than best of many pairs")
  func tuning() throws {
    let wider = Claim(
      "tuning", "A sentence.", source: "somewhere", table: "table2", settings: ["c"],
      test: .widerTuning(of: "kd", than: 0.3), command: { $0 })
    func verdict(_ results: [[Double]]) throws -> Finding {
      let records = results.enumerated().flatMap { place, errors in
        errors.enumerated().map { seed, error in
          let weight = Double(place + 1)
          var record = makeRecord(
            method: "kd", seed: UInt64(seed), error: error,
            configuration: ["loss_weight": .number(weight)])
          record.subject.name = "kd weight=\(weight)"
          record.subject.trial = .init(term: .loss, weight: weight)
          return record
        }
      }
      return try #require(ledger(records, [wider]).findings.first)
    }
    let single = try verdict([[30], [31], [32]])
    #expect(single.verdict == .undecided(blocks: nil) && single.estimate == 1.7)
    #expect(single.remark?.contains("chance") == true)
    let clear = try verdict([[30, 30.1, 30], [31, 31, 31], [32, 32, 32.1]])
    #expect(clear.verdict == .reproduced && clear.count == 3)
    let close = try verdict([[30, 30.01, 30], [30.01, 30, 30.02], [30.02, 30.03, 30.01]])
    #expect(close.verdict == .refuted)
    guard case .undecided = try verdict([[30, 31, 29], [30.5, 30, 31], [31, 30.2, 32]]).verdict
    else {
      Issue.record("noise decides nothing")
      return
    }
  }

  @Test("two methods are the same only where every epoch of every block is")
  func same() throws {
    func epochs(_ method: String, _ last: Double) -> [RunRecord] {
      (0..<2).map { seed in
        var record = makeRecord(method: method, seed: UInt64(seed), error: last)
        record.epochs = [50, last].enumerated().map { epoch, error in
          .init(
            epoch: epoch, learningRate: 0.1, losses: [:], gradientNorms: [:],
            measures: [.top1Error: error], seconds: 1, imagesPerSecond: 1)
        }
        return record
      }
    }
    let same = claim("same", .same("kd", "ofd"))
    let equal = ledger(epochs("kd", 24) + epochs("ofd", 24), [same]).findings.first
    #expect(equal?.verdict == .reproduced && equal?.count == 2)
    let unlike = ledger(epochs("kd", 24) + epochs("ofd", 24.01), [same]).findings.first
    #expect(unlike?.verdict == .refuted && unlike?.remark == "unlike in 2 of 2 blocks")
    // What was not measured of one of them yet says nothing.
    var measured = epochs("ofd", 24)
    for index in measured.indices {
      measured[index].evaluation = FinalEvaluation(
        checkpoint: "ef", images: 0, correct: Data(), predictions: "ab", choices: 1,
        constantPredictor: [:], calibrationError: 0, fidelity: nil, corruptions: [])
      measured[index].epochs[1].trainingMeasures = [.top1Error: 3]
    }
    #expect(ledger(epochs("kd", 24) + measured, [same]).findings.first?.verdict == .reproduced)
  }

  @Test("the page says claim, verdict, evidence and command in its first table")
  func page() {
    let report = Report(
      Self.table,
      records: runs("london", [23, 23.1, 22.9, 23]) + runs("ofd", [24, 24, 24.1, 23.9]),
      references: [])
    let ledger = ledger(runs("london", [23, 23.1, 22.9, 23]) + runs("ofd", [24, 24, 24.1, 23.9]))
    let lines = ledger.page(of: [report.page]).markdown.split(separator: "\n")
    #expect(lines[1] == "Of 1 claims: 1 reproduced. " + lines[1].dropFirst(27))
    #expect(
      lines[4].contains(
        "| A sentence. | c | **reproduced** | +1.00 | +0.77 to +1.23 | 4 | 1 | full |"))
    #expect(
      lines[4].contains(
        "[table2](table2.md#protocol-equal-budget-full-data-cifar100-the-papers-recipe)"))
    #expect(lines[4].hasSuffix("| `lskd-repro table2 --settings c` |"))
    let html = Page.html([ledger.page(of: [report.page]), report.page], title: "all")
    #expect(
      html.contains("href=\"#table2-protocol-equal-budget-full-data-cifar100-the-papers-recipe\""))
    #expect(
      html.contains("id=\"table2-protocol-equal-budget-full-data-cifar100-the-papers-recipe\""))
    #expect(html.contains("<strong>reproduced</strong>") && html.contains("<svg"))
    #expect(!html.contains("<script") && !html.contains("src=\"http"))
  }
}
