import Datasets
import Foundation

extension Diagnosis {
  /// One line per finding; where something lacks, the line below says what to do.
  public var text: String {
    var lines: [String] = []
    func add(_ title: String, _ finding: String, _ state: State = .good) {
      let space = String(repeating: " ", count: max(1, 14 - title.count))
      lines.append(title + space + finding)
      switch state {
      case .good: break
      case .limited(let advice): lines.append("  note: \(advice)")
      case .failing(let advice): lines.append("  FAILS: \(advice)")
      }
    }
    add("suite", "\(suite.version), commit \(suite.commit)\(suite.isDirty ? ", changed" : "")")
    add("system", system)
    add("libtorch", libtorch.text)
    for device in devices {
      let result = device.error.map { "a small convolution is right to \(Float($0))" }
      add(device.name, result ?? "not usable", device.state)
    }
    add("processor", "\(processor.model), \(processor.cores) cores")
    add("features", processor.features.joined(separator: " "))
    add("kernels", processor.computing, processor.state)
    add("memory", memory.text, memory.state)
    add("threads", threads.text, threads.state)
    add("data", "looked for in \(dataDirectory)")
    for finding in data {
      add("  \(finding.dataset)", "\(finding.archive): \(finding.presence.text)", finding.state)
    }
    let free = space.free.map { "\(Self.gibibytes($0)) free" } ?? "of unknown size"
    add("runs", "\(space.directory), \(free)", space.state)
    return lines.joined(separator: "\n")
  }

  fileprivate static func gibibytes(_ bytes: Int) -> String {
    String(format: "%.1f GiB", Double(bytes) / 0x1p30)
  }
}

extension Diagnosis.Libtorch {
  /// The directory that `LIBTORCH` would name, with version and flavour, in a line.
  public var place: String {
    let root = directory.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    let build = flavour == .cuda ? "CUDA" : "CPU"
    return "\(root ?? "unknown place"): libtorch \(version) for \(build)"
  }

  fileprivate var text: String {
    let flavour = flavour.map { "\($0.rawValue == "cuda" ? "CUDA" : "CPU") build" }
    return [version, flavour, directory, openMP.map { "OpenMP from \($0)" }]
      .compactMap { $0 }.joined(separator: ", ")
  }
}

extension Diagnosis.Processor {
  fileprivate var computing: String {
    "libtorch's for \(capability); 3 x 3 convolutions and batch norms by "
      + (kernels == .none ? "libtorch's kernels" : "the suite's fused kernels for \(kernels)")
  }
}

extension Diagnosis.Memory {
  fileprivate var text: String {
    "\(Diagnosis.gibibytes(total)), \(Diagnosis.gibibytes(available)) available"
      + (limit.map { ", limited to \(Diagnosis.gibibytes($0))" } ?? "")
  }
}

extension Diagnosis.Threads {
  fileprivate var text: String {
    let waiting = waitPolicy.map {
      ", \($0.variable)=\($0.value) by \($0.isDefault ? "default" : "the environment")"
    }
    return "\(operation) per operation" + (waiting ?? "")
  }
}

extension DatasetPresence {
  fileprivate var text: String {
    switch self {
    case .absent: "not there"
    case .partial(let place, let missing, let all):
      "\(place.path), but \(missing) of \(all) images are incomplete"
    case .complete(let place): "complete in \(place.path)"
    }
  }
}
