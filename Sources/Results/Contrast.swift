public import Statistics

/// Two rows of one setting, compared over the blocks that both have.
public struct Contrast: Sendable {
  /// Name of the setting.
  public let setting: String
  /// The row that is judged.
  public let first: RecordGroup
  /// The row that it is judged by.
  public let second: RecordGroup
  /// What is compared.
  public let statistic: RunStatistic
  /// What both share, in order. Where one of them learns alone, the other's results are means over teachers, and a block
  /// is a seed.
  public let blocks: [Block]
  /// First minus second, block by block, in the metric's unit.
  public let pairs: PairedDifferences
  /// Why it is not printed; nil where it is.
  public let withheld: Withholding?
  /// SHA-256 of the different teachers' checkpoints behind the blocks.
  public let teachers: Set<String>

  private let values: (first: [Double], second: [Double])

  /// Compares two rows of `groups`, which tell what teacher and student alone give.
  init(
    _ first: RecordGroup, _ second: RecordGroup, by statistic: RunStatistic = .result,
    among groups: [RecordGroup]
  ) {
    setting = first.setting
    self.first = first
    self.second = second
    self.statistic = statistic
    // One side without a teacher cannot tell teachers apart.
    let bySeed = first.learnsAlone != second.learnsAlone
    let left = first.values(statistic, bySeed: bySeed)
    let right = second.values(statistic, bySeed: bySeed)
    blocks = left.keys.filter { right[$0] != nil }.sorted()
    pairs = PairedDifferences(left, right)
    values = (blocks.compactMap { left[$0] }, blocks.compactMap { right[$0] })
    let seeds = Set(blocks.map(\.seed))
    teachers =
      bySeed
      ? Set(
        (first.records + second.records).filter { seeds.contains($0.rootSeed) }
          .compactMap { $0.teacher?.checkpointHash })
      : Set(blocks.map(\.teacher)).subtracting([""])
    withheld = Self.withholding(first, second, count: blocks.count, groups)
  }

  /// The first rule that keeps a difference back. Without a student alone nobody knows whether the teacher is better.
  private static func withholding(
    _ first: RecordGroup, _ second: RecordGroup, count: Int, _ groups: [RecordGroup]
  ) -> Withholding? {
    guard let metric = first.records.first?.metrics.main else { return .fewBlocks(count) }
    let images = (first.records + second.records).compactMap(\.testImages).min()
    if let images, images < Withholding.fewestImages { return .fewImages(images) }
    for row in [first, second] where row.isConstant(metric) {
      return .constantPredictor(row: row.method)
    }
    let teacher = Sample(
      (first.records + second.records).compactMap { $0.teacher?.measures[metric] })
    let alone = groups.filter { $0.setting == first.setting && $0.learnsAlone }
      .compactMap { $0.sample(metric).mean }
    let best = alone.min { metric.isBetter($0, than: $1) }
    if let teacher = teacher.mean, let best, !metric.isBetter(teacher, than: best) {
      return .weakTeacher(teacher: teacher, student: best)
    }
    return count < Withholding.fewestBlocks ? .fewBlocks(count) : nil
  }

  /// Whether smaller is better.
  var isError: Bool { statistic.isSmallerBetter(first.records.first?.metrics.main ?? .top1Error) }

  /// How much better the first row is: positive where it is.
  public var gain: PairedDifferences { isError ? pairs.reversed : pairs }

  /// The probability that a run of the first row is better than one of the second.
  public var probabilityOfImprovement: Double? {
    let better = MultipleTests.probabilityOfImprovement(values.first, over: values.second)
    return isError ? better : better.map { 1 - $0 }
  }
}

/// A number of a run that rows are compared by.
public enum RunStatistic: Hashable, Sendable {
  /// The metric that decides, after the last epoch.
  case result
  /// How much worse the network is on test images than on training images without augmentation, after the last epoch.
  case generalisationGap
  /// How far the constants of the student's own maps lie from the teacher's after the last epoch, mean over modules, as a
  /// share of the teacher's.
  case constantDistance
  /// The same with the front map behind its connector, where the Lipschitz term looks; connectors are thrown away after
  /// training.
  case connectedDistance

  /// In sentences.
  var title: String {
    switch self {
    case .result: "result"
    case .generalisationGap: "test minus training"
    case .constantDistance: "distance of the constants"
    case .connectedDistance: "distance of the constants behind connectors"
    }
  }

  func isSmallerBetter(_ metric: Metric) -> Bool { self != .result || metric.isError }

  func value(of record: RunRecord) -> Double? {
    switch self {
    case .result: return record.result
    case .generalisationGap:
      let metric = record.metrics.main
      guard let last = record.epochs.last, let test = last.measures[metric],
        let training = last.trainingMeasures?[metric]
      else { return nil }
      return metric.isError ? test - training : training - test
    case .constantDistance:
      return record.epochs.last?.lipschitz?.mean(\.rawDistance)
    case .connectedDistance:
      return record.epochs.last?.lipschitz?.mean(\.connectedDistance)
    }
  }
}

extension RecordGroup {
  /// Whether it is a row of students without a teacher.
  var learnsAlone: Bool { subject.learnsAlone }

  /// The statistic by block, or by seed as means over teachers.
  func values(_ statistic: RunStatistic, bySeed: Bool) -> [Block: Double] {
    let pairs = records.compactMap { record in
      statistic.value(of: record).map { (record.block, $0) }
    }
    guard bySeed else { return Dictionary(pairs) { first, _ in first } }
    return Dictionary(grouping: pairs) { Block(teacher: "", seed: $0.0.seed) }
      .compactMapValues { Sample($0.map(\.1)).mean }
  }
}
