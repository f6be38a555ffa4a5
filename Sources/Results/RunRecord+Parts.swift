extension RunRecord {
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
    /// Seconds of the run's own steps.
    public var seconds: Double
    /// Seconds of what was done once for all runs that learnt side by side: waiting for batches, and their teacher's
    /// passes. Absent before cohorts.
    public var sharedSeconds: Double?
    /// Images per second of both.
    public var imagesPerSecond: Double
    /// Seconds in which gradients and transmitting matrices were measured; absent before they were counted.
    public var telemetrySeconds: Double?
    /// Transmitting matrices after the epoch; absent where there are none, and before they were measured.
    public var lipschitz: Lipschitz?
    /// Gradients of the terms at the first step; absent before they were measured.
    public var gradients: Gradients?

    /// Makes a record of an epoch.
    public init(
      epoch: Int, learningRate: Double, losses: [String: Double],
      gradientNorms: [String: Double], shares: [String: Double]? = nil,
      trainingMeasures: Measures? = nil, measures: Measures, seconds: Double,
      sharedSeconds: Double? = nil, imagesPerSecond: Double, telemetrySeconds: Double? = nil,
      lipschitz: Lipschitz? = nil, gradients: Gradients? = nil
    ) {
      self.telemetrySeconds = telemetrySeconds
      self.lipschitz = lipschitz
      self.gradients = gradients
      self.sharedSeconds = sharedSeconds
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
}
