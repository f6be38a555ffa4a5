import ArgumentParser
import Foundation
import GoldenVectors
import PlaceArguments
import ProgramSupport
import TensorCore

struct VectorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vectors",
    abstract: "Networks and losses beside golden numbers, in float32 without TF32 or in float64.",
    discussion: """
      Every file with its largest deviation as a multiple of its tolerance. In float32 that is the one that the file \
      states, else 1e-5, and ten times it is allowed; on a GPU gradients of networks may move by 1 %, as units within \
      rounding of zero take the other side. Float64 is held to the suite's own tolerance, 1e-7 for most, and \
      ten times it on a GPU. Beyond what is allowed the exit code is 1.
      """)

  @Argument(help: "Only these files, such as models/wrn-10-1 or losses/kd.")
  var files: [String] = []

  @Option(help: "cuda, cuda:N or cpu.")
  var device = DeviceChoice.numbered(.cpu)

  @Option(help: "Type of all numbers.")
  var type = NumberType.float32

  @OptionGroup var vectors: VectorOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    guard let directory = vectors.directory else {
      throw ValidationError("there are no golden vectors here; name their directory in --reference")
    }
    let all = try GoldenFile.all(in: directory)
    for name in files where !all.contains(where: { $0.title == name }) {
      throw ValidationError("\(directory.path) has no \(name).json")
    }
    let device = try device.available()
    try Engine.setTF32(false)
    var report = GoldenReport(type.computation(on: device))
    for file in all where files.isEmpty || files.contains(file.title) {
      let line = report.add(file)
      if !json { Console.print(line) }
    }
    if json { Console.print(report.value.indented, terminator: "") }
    if !report.problems.isEmpty || report.isEmpty { throw ExitCode.failure }
  }
}

/// Types in which golden vectors are computed.
enum NumberType: String, CaseIterable, ExpressibleByArgument {
  case float32, float64

  func computation(on device: Device) -> Computation {
    switch self {
    case .float32: .float32(on: device)
    case .float64: .float64(on: device)
    }
  }
}

/// Where golden vectors lie.
struct VectorOptions: ParsableArguments {
  @Option(help: "Golden vectors: a directory with models and losses; without it the suite's own.")
  var reference: String?

  func validate() throws {
    if let reference, !Self.isDirectory(reference) {
      throw ValidationError("--reference \(reference) is no directory")
    }
  }

  /// The directory that is named; without one the suite's own, in the project's directory or in a bundle beside the
  /// program; nil where neither is.
  var directory: URL? {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let own = ["Tests/Vectors", program.deletingLastPathComponent().path + "/vectors"]
    return (reference ?? own.first(where: Self.isDirectory)).map { URL(fileURLWithPath: $0) }
  }

  private static func isDirectory(_ path: String) -> Bool {
    var isDirectory = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
