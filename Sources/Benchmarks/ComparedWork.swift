import Results
import TensorCore

/// One row of a benchmark: the same work in the suite and elsewhere.
struct ComparedWork {
  /// A program that does the work, too; `seconds` runs it once.
  typealias Other = (name: String, seconds: () throws -> Double, amount: Double)

  let name: String
  /// What seconds are turned into.
  let unit: String
  let amount: Double
  let own: () throws -> Void
  let others: [Other]

  /// Runs all works in turn, each beside the others' programs, `repeats` times after one to warm up; the medians and their
  /// ratios as text.
  static func table(_ works: [ComparedWork], repeats: Int, device: Device) throws -> String {
    var table = TextTable(["work", "by", "median s", "lowest s", "rate", "suite is faster by"])
    for work in works {
      var own: [Double] = []
      var others = work.others.map { _ in [Double]() }
      for turn in 0...repeats {
        let start = ContinuousClock.now
        try work.own()
        let seconds = start.duration(to: .now).seconds
        if turn > 0 { own.append(seconds) }
        for (index, other) in work.others.enumerated() {
          let seconds = try other.seconds()
          if turn > 0 { others[index].append(seconds) }
        }
      }
      func add(_ name: String, _ seconds: [Double], _ amount: Double, ratio: Double?) {
        let median = seconds.median
        table.add([
          work.name, name, String(format: "%.4f", median),
          String(format: "%.4f", seconds.min() ?? 0),
          String(format: "%.1f %@", amount / median, work.unit),
          ratio.map { String(format: "%.2f", $0) } ?? "",
        ])
      }
      let rate = work.amount / own.median
      add("suite", own, work.amount, ratio: nil)
      for (other, seconds) in zip(work.others, others) {
        let median = seconds.median
        add(other.name, seconds, other.amount, ratio: rate / (other.amount / median))
      }
    }
    return table.text + "\(Engine.threads) threads, \(device)\n"
  }

  /// A word that a comparison program knows, as another's work; none without the program.
  static func others(_ python: PythonProcess?, _ name: String, _ word: String, _ amount: Double)
    -> [Other]
  {
    python.map { python in [(name, { try python.ask(word) }, amount)] } ?? []
  }
}
