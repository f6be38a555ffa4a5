public import Datasets
public import Foundation
import Randomness
import SuiteVersion
import TensorCore

extension Diagnosis {
  /// Looks at this machine; `data` is where data sets may lie, `runs` where run folders would be written.
  public init(data: URL = DataHome.directory, runs: URL) throws {
    let source = Machine.sourceState
    suite = (Suite.version, source.commit, source.dirty)
    system = ProcessInfo.processInfo.operatingSystemVersionString
    libtorch = Libtorch.loaded()
    // libtorch asks once whether there is CUDA, at the first operation on any device, so its CUDA part is loaded before.
    let cuda = DeviceFinding.cuda(libtorch)
    devices = [.tried(.cpu)] + cuda
    processor = .here()
    memory = .here()
    threads = .here(processor.cores)
    dataDirectory = data.path
    self.data = try DataFinding.all(in: data)
    space = .under(runs)
  }
}

extension Diagnosis.Libtorch {
  /// The libtorch of this process.
  public static func loaded() -> Self {
    let library = Machine.loadedLibrary { $0 == "libtorch_cpu.so" }
    let directory = library?.deletingLastPathComponent()
    let flavour: Flavour? = directory.map {
      let cuda = $0.appendingPathComponent("libtorch_cuda.so").path
      return FileManager.default.fileExists(atPath: cuda) ? .cuda : .cpu
    }
    let names = ["libgomp", "libomp", "libiomp5"]
    return Self(
      version: Engine.version, directory: directory?.path, flavour: flavour,
      openMP: Machine.loadedLibrary { file in names.contains { file.hasPrefix($0) } }?.path)
  }
}

extension Diagnosis.DeviceFinding {
  /// A convolution of one small image compared with its sum.
  static func tried(_ device: Device) -> Self {
    do {
      let error = try convolutionError(device)
      // TF32 rounds to ten bits, and 27 products are summed.
      guard error < 0.01 else {
        return Self(
          name: device.description, error: error,
          state: .failing(
            advice:
              "a small convolution is off by \(Float(error)): report it with this output, and try another libtorch"
          ))
      }
      return Self(name: device.description, error: error, state: .good)
    } catch {
      return Self(
        name: device.description, error: nil,
        state: .failing(
          advice:
            "a small convolution fails (\(error)): compare libtorch's version with the driver's"))
    }
  }

  /// Every CUDA device, or why there is none.
  static func cuda(_ libtorch: Diagnosis.Libtorch) -> [Self] {
    let count = Engine.cudaDeviceCount
    guard count == 0 else { return (0..<count).map { tried(.cuda($0)) } }
    let state: Diagnosis.State =
      switch (libtorch.flavour, Machine.hasNVIDIADriver) {
      case (.cuda, true):
        .failing(
          advice:
            "\(Engine.cudaObstacle ?? "libtorch finds no device"): does nvidia-smi list one, and is its driver new enough?"
        )
      case (.cuda, false):
        .limited(advice: "--device cuda needs an NVIDIA driver, which this machine has not")
      case (_, true):
        .limited(
          advice:
            "there is an NVIDIA driver, but libtorch is a CPU build: build again with LIBTORCH naming a CUDA build"
        )
      case (_, false):
        .limited(advice: "--device cuda needs an NVIDIA driver and a CUDA build of libtorch")
      }
    return [Self(name: "cuda", error: nil, state: state)]
  }

  private static func convolutionError(_ device: Device) throws -> Double {
    let (channels, side, kernel) = (3, 8, 3)
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let image = stream.uniforms(count: channels * side * side, low: -1)
    let weight = stream.uniforms(count: channels * kernel * kernel, low: -1)
    let result = try Tensor(image, shape: [1, channels, side, side], device: device)
      .convolved(weight: try Tensor(weight, shape: [1, channels, kernel, kernel], device: device))
    let values = try result.values(as: Float.self)
    let width = side - kernel + 1
    var largest = 0.0
    for (index, value) in values.enumerated() {
      var sum = 0.0
      for place in weight.indices {
        let (channel, row, column) = (place / 9, place / 3 % 3, place % 3)
        let pixel = (index / width + row) * side + index % width + column
        sum += Double(weight[place]) * Double(image[channel * side * side + pixel])
      }
      largest = max(largest, abs(sum - Double(value)))
    }
    return values.count == width * width ? largest : .infinity
  }
}

extension Diagnosis.Processor {
  private static let known = [
    "avx2", "fma", "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512_bf16", "amx_bf16",
    "sha_ni", "asimd", "sve", "sve2", "bf16", "sha2",
  ]

  /// That of this machine.
  package static func here() -> Self {
    let flags = Set(Machine.cpuFlags)
    return Self(
      model: Machine.cpuModel, cores: Machine.usableCores, features: known.filter(flags.contains),
      capability: Engine.cpuCapability, kernels: KernelLevel.current)
  }
}

extension Diagnosis.Memory {
  /// A smoke run of every table stays below.
  private static let needed = 2 << 30

  static func here() -> Self {
    let (total, available) = Machine.memory
    let limit = Machine.memoryLimit
    let usable = min(available, limit ?? available)
    return Self(
      total: total, available: available, limit: limit,
      state: usable >= needed
        ? .good
        : .limited(
          advice:
            "less than \(needed >> 30) GiB are available: end other programs, or give the container more"
        ))
  }
}

extension Diagnosis.Threads {
  static func here(_ cores: Int) -> Self {
    let count = Engine.threads
    return Self(
      operation: count, waitPolicy: Engine.waitPolicy,
      state: count <= cores
        ? .good
        : .limited(
          advice:
            "\(count) threads share \(cores) cores: pass --threads \(cores) or set OMP_NUM_THREADS")
    )
  }
}

extension Diagnosis.DataFinding {
  static func all(in directory: URL) throws -> [Self] {
    try DatasetManifest.known().flatMap { manifest in
      try manifest.archives.map { archive in
        let presence = try DatasetPresence.of(archive, of: manifest, in: directory)
        let command = DataHome.fetchCommand(manifest.id, into: directory)
        return Self(
          dataset: manifest.id, archive: archive.name, presence: presence,
          state: presence.isComplete
            ? .good : .limited(advice: "`\(command)` brings what is missing"))
      }
    }
  }
}

extension Diagnosis.Space {
  /// Run folders of a table at the full budget with their checkpoints.
  private static let needed = 2 << 30

  static func under(_ runs: URL) -> Self {
    // The directory is made with the first run.
    var place = runs.standardizedFileURL
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      place.deleteLastPathComponent()
    }
    var status = statvfs()
    // A place whose room the system does not tell is tried by the first run.
    let free =
      statvfs(place.path, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : nil
    func finding(_ state: Diagnosis.State) -> Self {
      Self(directory: runs.path, free: free, state: state)
    }
    guard access(place.path, W_OK) == 0, free != 0 else {
      return finding(
        .failing(
          advice: "nothing can be written to \(place.path): name another directory with --runs"))
    }
    return finding(
      free.map { $0 >= needed } ?? true
        ? .good
        : .limited(
          advice:
            "less than \(needed >> 30) GiB are free: make room, or name another directory with --runs"
        ))
  }
}
