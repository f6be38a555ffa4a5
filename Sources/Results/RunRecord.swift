import DurableFiles
public import Foundation

/// What a run was, how far it came and what it gave: the only source of reports.
public struct RunRecord: Codable, Hashable, Sendable {
  /// Version of this layout; a newer one is refused.
  public static let currentSchema = 2

  /// Where a run stands.
  public enum Status: String, Codable, Sendable {
    /// A process works on it, or died; the heartbeat tells.
    case running
    /// Stopped on request; the next start goes on.
    case interrupted
    /// Stopped by an error.
    case failed
    /// Done.
    case finished
  }

  /// Version of the layout in which the record was written.
  public var schemaVersion = RunRecord.currentSchema
  /// Table that asked for the run.
  public var table: String
  /// Setting's letter.
  public var setting: String
  /// `teacher` or the method.
  public var method: String
  /// `released` or `equal`.
  public var protocolName: String
  /// `full`, `reduced` or `smoke`.
  public var budget: String
  /// The resolved configuration.
  public var configuration: JSONValue
  /// SHA-256 of its canonical text.
  public var configurationHash: String
  /// Differences from the paper's recipe.
  public var deviations: [String]
  /// Root seeds by purpose.
  public var seeds: [String: UInt64]
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
  /// What every finished epoch gave.
  public var epochs: [Epoch] = []
  /// The result: the last epoch.
  public var last: CheckpointReference?
  /// The epoch with the best result on the test set, which is a selection on it.
  public var best: CheckpointReference?
  /// Seconds of work over all starts.
  public var wallSeconds = 0.0
  /// Training images per second over all epochs.
  public var imagesPerSecond = 0.0
  /// Highest resident memory, bytes.
  public var peakMemoryBytes = 0
  /// Where the run stands.
  public var status = Status.running
  /// Last sign of life, ISO 8601.
  public var heartbeat = ""
  /// Why it failed.
  public var message: String?
  /// Mean intersection over union by VOC's test server, %, from a file beside the record; nil where there is none.
  public var serverMIoU: Double?

  /// The teacher's checkpoint and what this suite measured of it.
  public struct Teacher: Codable, Hashable, Sendable {
    /// Hash of the teacher run's configuration; for a file `file` and its digest.
    public var configurationHash: String
    /// SHA-256 of the checkpoint.
    public var checkpointHash: String
    /// As measured by this suite.
    public var measures: Measures

    /// A checkpoint from elsewhere, whose training this suite knows nothing of.
    public init(fileHash: String, measures: Measures) {
      self.init(
        configurationHash: "file \(fileHash)", checkpointHash: fileHash, measures: measures)
    }

    /// Whether the checkpoint came from elsewhere.
    public var isFile: Bool { configurationHash.hasPrefix("file ") }

    /// Makes a reference.
    public init(configurationHash: String, checkpointHash: String, measures: Measures) {
      self.configurationHash = configurationHash
      self.checkpointHash = checkpointHash
      self.measures = measures
    }
  }

  /// Version and source of the program.
  public struct Suite: Codable, Hashable, Sendable {
    /// Version as in the changelog.
    public var version: String
    /// Commit of the sources; `unknown` outside of a clone.
    public var commit: String
    /// Whether the sources differed from the commit.
    public var dirty: Bool

    /// Makes a reference.
    public init(version: String, commit: String, dirty: Bool) {
      self.version = version
      self.commit = commit
      self.dirty = dirty
    }
  }

  /// Library and machine.
  public struct Environment: Codable, Hashable, Sendable {
    /// Version of libtorch.
    public var libtorch: String
    /// Name of the processor.
    public var cpuModel: String
    /// Vector instructions in use.
    public var cpuFeatures: String
    /// Threads of an operation.
    public var threads: Int
    /// `cpu` or `cuda:N`.
    public var device: String
    /// `float32` or `bfloat16`.
    public var precision: String
    /// `fast` or `reference`; absent before version 0.2.
    public var kernels: String?
    /// Processes that trained together; absent for one.
    public var replicas: Int?

    /// Makes a description.
    public init(
      libtorch: String, cpuModel: String, cpuFeatures: String, threads: Int, device: String,
      precision: String, kernels: String?, replicas: Int? = nil
    ) {
      self.libtorch = libtorch
      self.cpuModel = cpuModel
      self.cpuFeatures = cpuFeatures
      self.threads = threads
      self.device = device
      self.precision = precision
      self.kernels = kernels
      self.replicas = replicas
    }
  }

  /// One epoch, counted from 0.
  public struct Epoch: Codable, Hashable, Sendable {
    /// Number.
    public var epoch: Int
    /// Learning rate.
    public var learningRate: Double
    /// Mean per image of each unweighted term.
    public var losses: [String: Double]
    /// Gradient norm of each weighted term at the first step.
    public var gradientNorms: [String: Double]
    /// Share of each weighted term in the total loss; absent before version 0.2.
    public var shares: [String: Double]?
    /// On a part of the training images without augmentation; absent before version 0.2.
    public var trainingMeasures: Measures?
    /// On the test set.
    public var measures: Measures
    /// Seconds of training.
    public var seconds: Double
    /// Images per second of training.
    public var imagesPerSecond: Double

    /// Makes a record of an epoch.
    public init(
      epoch: Int, learningRate: Double, losses: [String: Double],
      gradientNorms: [String: Double], shares: [String: Double]? = nil,
      trainingMeasures: Measures? = nil, measures: Measures, seconds: Double,
      imagesPerSecond: Double
    ) {
      self.shares = shares
      self.trainingMeasures = trainingMeasures
      self.measures = measures
      self.epoch = epoch
      self.learningRate = learningRate
      self.losses = losses
      self.gradientNorms = gradientNorms
      self.seconds = seconds
      self.imagesPerSecond = imagesPerSecond
    }
  }

  /// A checkpoint of a run with what was measured of it.
  public struct CheckpointReference: Codable, Hashable, Sendable {
    /// File name in the run folder.
    public var file: String
    /// Digest of the file.
    public var sha256: String
    /// Epoch, from 0.
    public var epoch: Int
    /// On the test set.
    public var measures: Measures

    /// Makes a reference.
    public init(file: String, sha256: String, epoch: Int, measures: Measures) {
      self.file = file
      self.sha256 = sha256
      self.epoch = epoch
      self.measures = measures
    }
  }

  /// Makes the record of a run that begins.
  public init(
    table: String, setting: String, method: String, protocolName: String, budget: String,
    configuration: JSONValue, configurationHash: String, deviations: [String],
    seeds: [String: UInt64], dataset: String, datasetHashes: [String: String],
    teacher: Teacher?, suite: Suite, environment: Environment, command: String
  ) {
    self.table = table
    self.setting = setting
    self.method = method
    self.protocolName = protocolName
    self.budget = budget
    self.configuration = configuration
    self.configurationHash = configurationHash
    self.deviations = deviations
    self.seeds = seeds
    self.dataset = dataset
    self.datasetHashes = datasetHashes
    self.teacher = teacher
    self.suite = suite
    self.environment = environment
    self.command = command
  }
}

extension RunRecord {
  /// The result by the metric that decides in its table.
  public var result: Double? { last?.measures[TableMetrics(table: table).main] }

  private struct Version: Decodable { var schemaVersion: Int }

  /// Reads a record.
  /// - Throws: `ResultsError`: `newerVersion` when a newer suite wrote it, `damaged` when it is none.
  public init(contentsOf url: URL) throws(ResultsError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw ResultsError(.file, "cannot read \(url.path): \(error.reason)")
    }
    do {
      let version = try JSONDecoder().decode(Version.self, from: data).schemaVersion
      guard version <= Self.currentSchema else {
        throw ResultsError(
          .newerVersion,
          "\(url.path) was written by a newer version of the suite (record layout \(version), this one "
            + "reads up to \(Self.currentSchema)): use that version or another --runs directory")
      }
      self = try JSONDecoder().decode(
        RunRecord.self, from: version == 1 ? try Self.withMeasures(data) : data)
    } catch let error as ResultsError {
      throw error
    } catch {
      throw ResultsError(.damaged, "\(url.path) is no run record: \(error.reason)")
    }
  }

  /// A record of layout 1, which had errors as members of their own, in layout 2.
  private static func withMeasures(_ data: Data) throws -> Data {
    func moved(_ value: Any) -> Any {
      if let list = value as? [Any] { return list.map(moved) }
      guard var members = (value as? [String: Any])?.mapValues(moved) else { return value }
      if let top1 = members.removeValue(forKey: "top1Error"),
        let top5 = members.removeValue(forKey: "top5Error")
      {
        members["measures"] = [Metric.top1Error.rawValue: top1, Metric.top5Error.rawValue: top5]
      }
      if let training = members.removeValue(forKey: "trainingTop1Error") {
        members["trainingMeasures"] = [Metric.top1Error.rawValue: training]
      }
      return members
    }
    return try JSONSerialization.data(
      withJSONObject: moved(try JSONSerialization.jsonObject(with: data)))
  }

  /// Writes the record whole or not at all, with sorted keys.
  public func write(to url: URL) throws(ResultsError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: url)
    } catch let error as FileError {
      throw ResultsError(error)
    } catch {
      throw ResultsError(.damaged, "cannot write \(url.path): \(error.reason)")
    }
  }
}
