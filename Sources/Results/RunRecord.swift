public import JSON

/// What a run was, how far it came and what it gave: the only source of reports.
public struct RunRecord: Codable, Hashable, Sendable {
  /// Version of this layout; a newer one is refused.
  public static let currentSchema = 3

  /// Where a run stands.
  public enum Status: String, Codable, Sendable {
    /// A process works on it, or died; the heartbeat tells.
    case running
    /// Stopped on request; the next start goes on.
    case interrupted
    /// Stopped by an error.
    case failed
    /// The loss left the numbers; others do not depend on it.
    case diverged
    /// Asked for, and not begun: such records stand in lists of requests alone.
    case missing
    /// Done.
    case finished
  }

  /// Version of the layout in which the record was written.
  public var schemaVersion = RunRecord.currentSchema
  /// Table that asked for the run.
  public var table: String
  /// Name of the setting.
  public var setting: String
  /// What was trained.
  public var subject: Subject
  /// `released` or `equal`.
  public var protocolName: String
  /// Name of the budget.
  public var budget: String
  /// The resolved configuration.
  public var configuration: JSONValue
  /// SHA-256 of its canonical text.
  public var configurationHash: String
  /// Differences from the paper's recipe.
  public var deviations: [Deviation]
  /// Root seeds by purpose.
  public var seeds: [String: UInt64]
  /// What is measured.
  public var metrics: TableMetrics
  /// Name of the data set.
  public var dataset: String
  /// Digest by split.
  public var datasetHashes: [String: String]
  /// The teacher; nil without one.
  public var teacher: Teacher?
  /// The program.
  public var suite: Suite
  /// Where it ran.
  public var environment: Environment
  /// The command that started the run.
  public var command: String
  /// Transmitting matrices before the first step; absent where there are none, and before they were measured.
  public var lipschitzAtStart: Lipschitz?
  /// What every finished epoch gave.
  public var epochs: [Epoch] = []
  /// The result: the last epoch.
  public var last: CheckpointReference?
  /// The epoch with the best result on the test set, which is a selection on it.
  public var best: CheckpointReference?
  /// Seconds of work over all starts; of runs that learn side by side each counts its share of their time.
  public var wallSeconds = 0.0
  /// Training images per second over all epochs.
  public var imagesPerSecond = 0.0
  /// Highest memory of tensors on a CUDA device, or highest resident memory on the host, bytes.
  public var peakMemoryBytes = 0
  /// Where the run stands.
  public var status = Status.running
  /// Last sign of life, ISO 8601.
  public var heartbeat = ""
  /// Why it failed or diverged.
  public var message: String?
  /// What a test server said of the run, %, by the names of its figures; from a file beside the record.
  public var serverFigures: [String: Double]?
  /// What was measured of the finished network image by image; from a file beside the record.
  public var evaluation: FinalEvaluation?
  /// What the best network gets that says the same of every test image, or of every pixel; nil where there is none, and in
  /// records of older suites.
  public var constantPredictor: Measures?
  /// Images that the results are measured with; nil in records of older suites.
  public var testImages: Int?
  /// Floating-point operations of the whole training with its teacher's passes, its preparation and its evaluations, two
  /// per multiply-add; nil in records of older suites.
  public var operations: Double?

  /// Makes the record of a run that begins.
  public init(
    table: String, setting: String, subject: Subject, protocolName: String, budget: String,
    configuration: JSONValue, configurationHash: String, deviations: [Deviation],
    seeds: [String: UInt64], metrics: TableMetrics, dataset: String,
    datasetHashes: [String: String], teacher: Teacher?, suite: Suite, environment: Environment,
    command: String
  ) {
    self.table = table
    self.setting = setting
    self.subject = subject
    self.protocolName = protocolName
    self.budget = budget
    self.configuration = configuration
    self.configurationHash = configurationHash
    self.deviations = deviations
    self.seeds = seeds
    self.metrics = metrics
    self.dataset = dataset
    self.datasetHashes = datasetHashes
    self.teacher = teacher
    self.suite = suite
    self.environment = environment
    self.command = command
  }
}

extension RunRecord {
  /// The name of the method, with its variant or trial; `teacher` for a teacher.
  public var method: String { subject.name }

  /// The result by the metric that decides.
  public var result: Double? { last?.measures[metrics.main] }

  /// Whether the result may be set against the paper's.
  public var isComparable: Bool { !deviations.contains(where: \.separates) }
}
