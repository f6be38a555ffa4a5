import Foundation
package import Results
import SuiteVersion
import TensorCore

/// Inside of a record the name `Suite` is that of its member.
private let suiteVersion = Suite.version

extension RunRecord {
  /// The record of a planned run that begins here and now.
  package init(
    _ plan: RunPlan, metrics: TableMetrics, _ options: RunOptions, teacher: Teacher? = nil
  ) {
    let source = Machine.sourceState
    self.init(
      table: plan.table, setting: plan.setting.id, subject: plan.subject,
      protocolName: plan.trainingProtocol.rawValue, budget: plan.budget.name,
      configuration: plan.configuration, configurationHash: plan.hash,
      deviations: plan.deviations + options.replicaDeviations.map { .init($0) },
      seeds: plan.seeds, metrics: metrics, dataset: plan.data.id, datasetHashes: plan.data.hashes,
      teacher: teacher,
      suite: .init(version: suiteVersion, commit: source.commit, dirty: source.dirty),
      environment: .init(
        libtorch: Engine.version, cpuModel: Machine.cpuModel, cpuFeatures: Engine.cpuCapability,
        threads: Engine.threads, device: options.place.device.description,
        precision: options.place.precision.rawValue, kernels: options.place.kernelsInUse,
        replicas: options.replicas?.worldSize),
      command: options.command)
  }
}

extension RunPlan {
  /// Root seeds by purpose.
  fileprivate var seeds: [String: UInt64] {
    let own = ["initialisation", "sampleOrder", "augmentation", "powerIteration"]
    var seeds = Dictionary(uniqueKeysWithValues: own.map { ($0, seed) })
    seeds[RunRecord.teacherSeed] = teacher?.seed
    return seeds
  }
}
