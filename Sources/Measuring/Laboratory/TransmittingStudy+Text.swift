import Foundation
import JSON
import Results

extension TransmittingStudy {
  var value: JSONValue {
    .array(
      modules.map { module in
        .object([
          "values": module.values.value, "in_train_mode": module.inTrainMode.value,
          "deviation_of_batches": .number(module.deviationOfBatches),
          "scale_free": .number(module.scaleFree),
          "estimates": .array(
            module.estimates.map {
              .object([
                "start": .string($0.start.rawValue), "steps": .integer($0.steps),
                "mean_error": .number($0.meanError), "largest_error": .number($0.largestError),
              ])
            }),
        ])
      })
  }

  /// Exact values: mean, spread and what they depend on.
  var valueTable: TextTable {
    var table = TextTable([
      "module", "mean", "deviation over images", "of batch means", "mean with batch statistics",
      "scale-free",
    ])
    for (index, module) in modules.enumerated() {
      table.add(
        ["tap \(index + 1) to tap \(index + 2)"]
          + [
            module.values.mean, module.values.deviation, module.deviationOfBatches,
            module.inTrainMode.mean, module.scaleFree,
          ].map { String(format: "%.4g", $0) })
    }
    return table
  }

  /// What power steps miss, %, mean and largest over images.
  var errorTable: TextTable {
    let steps = modules.first?.estimates.filter { $0.start == .uniform }.map(\.steps) ?? []
    var table = TextTable(["module", "start"] + steps.map { "\($0) steps" })
    for (index, module) in modules.enumerated() {
      for start in Estimate.Start.allCases {
        table.add(
          ["tap \(index + 1) to tap \(index + 2)", start.rawValue]
            + module.estimates.filter { $0.start == start }.map {
              String(format: "%.2f / %.2f", 100 * $0.meanError, 100 * $0.largestError)
            })
      }
    }
    return table
  }
}

extension RunRecord.Lipschitz.Spread {
  var value: JSONValue {
    .object([
      "mean": .number(mean), "deviation": .number(deviation), "smallest": .number(smallest),
      "largest": .number(largest),
    ])
  }
}
