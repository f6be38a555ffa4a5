public import Datasets
import Foundation
public import TensorCore

/// What the suite finds on this machine: the facts of a bug report.
public struct Diagnosis: Sendable {
  /// How a finding is to be taken.
  public enum State: Hashable, Sendable {
    /// As it should be.
    case good
    /// Fine for some work; the sentence says what more takes.
    case limited(advice: String)
    /// In the way of all work; the sentence says what to do.
    case failing(advice: String)

    /// What to do; nil for nothing.
    public var advice: String? {
      switch self {
      case .good: nil
      case .limited(let advice), .failing(let advice): advice
      }
    }
  }

  /// The libtorch that was loaded.
  public struct Libtorch: Sendable {
    /// With or without a CUDA part.
    public enum Flavour: String, Sendable { case cpu, cuda }

    /// Such as `2.13.0`.
    public let version: String
    /// Directory of its libraries; nil where the system does not tell.
    public let directory: String?
    /// Nil where the directory is not known.
    public let flavour: Flavour?
    /// File of OpenMP's runtime; nil where none is loaded.
    public let openMP: String?
  }

  /// One kind of device with the result of a small convolution.
  public struct DeviceFinding: Sendable {
    /// `cpu`, `cuda:0`, or `cuda` where there is none.
    public let name: String
    /// Largest error of the convolution against its sum; nil where it did not run.
    public let error: Double?
    /// What is wrong with it.
    public let state: State
  }

  /// The processor and what is computed with because of it.
  public struct Processor: Sendable {
    /// Its name.
    public let model: String
    /// Cores that this process may use.
    public let cores: Int
    /// Of the instruction sets that matter, those that it has, as the system names them.
    public let features: [String]
    /// Vector instructions that libtorch uses.
    public let capability: String
    /// The instructions of the suite's fused kernels, for teachers and for training.
    public let kernels: KernelLevel
    /// What lacks.
    public var state: State {
      kernels != .none
        ? .good
        : .limited(advice: "nothing to do: without avx2 and fma libtorch's kernels compute all")
    }
  }

  /// Bytes of memory.
  public struct Memory: Sendable {
    /// Of the machine.
    public let total: Int
    /// That a program could get now.
    public let available: Int
    /// The limit of the control group; nil for none.
    public let limit: Int?
    /// Whether a smoke run fits.
    public let state: State
  }

  /// Threads of a process.
  public struct Threads: Sendable {
    /// Of one operation.
    public let operation: Int
    /// How they wait for each other.
    public let waitPolicy: Engine.WaitPolicy?
    /// Whether they are as many as there are cores, or fewer.
    public let state: State
  }

  /// What a data set's archive brings, as it lies in the directory of the data.
  public struct DataFinding: Sendable {
    /// The data set.
    public let dataset: String
    /// The archive.
    public let archive: String
    /// What is there.
    public let presence: DatasetPresence
    /// How to get what is missing.
    public let state: State
  }

  /// Room for run folders.
  public struct Space: Sendable {
    /// Where they would be written.
    public let directory: String
    /// Bytes that are free; nil where the system does not tell.
    public let free: Int?
    /// Whether that is enough and may be written.
    public let state: State
  }

  /// Version, commit and whether the sources were changed.
  public let suite: (version: String, commit: String, isDirty: Bool)
  /// The system's name and version.
  public let system: String
  /// The libtorch that was loaded.
  public let libtorch: Libtorch
  /// The host first.
  public let devices: [DeviceFinding]
  /// The processor.
  public let processor: Processor
  /// Memory.
  public let memory: Memory
  /// Threads.
  public let threads: Threads
  /// Where data sets were looked for.
  public let dataDirectory: String
  /// One finding for every archive of a known data set.
  public let data: [DataFinding]
  /// Room for run folders.
  public let space: Space

  /// Whether nothing is in the way of all work.
  public var isHealthy: Bool {
    let states = devices.map(\.state) + [memory.state, threads.state, space.state]
    return states.allSatisfy { if case .failing = $0 { false } else { true } }
  }
}
