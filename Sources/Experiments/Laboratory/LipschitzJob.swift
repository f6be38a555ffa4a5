import DurableFiles
public import Foundation
public import JSON
public import Measuring
import Results
import Spectra

/// Bounds of the Lipschitz constants of checkpoints.
public struct LipschitzJob {
  private let checkpoints: [URL]
  private let directory: URL?
  private let side: Int?
  private let configuration: NetworkConstants.Configuration

  /// Takes files and what to look at; see `NetworkConstants.Configuration`.
  public init(
    checkpoints: [URL], directory: URL?, side: Int?, images: Int, powerSteps: Int, ascentSteps: Int
  ) {
    self.checkpoints = checkpoints
    self.directory = directory
    self.side = side
    var configuration = NetworkConstants.Configuration()
    configuration.images = images
    configuration.powerSteps = powerSteps
    configuration.ascentSteps = ascentSteps
    self.configuration = configuration
  }

  /// Measures all of them, one after the other.
  public func run(progress: any RunProgress) throws -> Result {
    try Result(
      networks: checkpoints.map { file in
        let checkpoint = try ModelCheckpoint(contentsOf: file, layout: .contiguous)
        let images = try LaboratoryImages(
          for: checkpoint, file: file, count: configuration.images, directory: directory,
          side: side)
        var done = 0
        let found = try NetworkConstants(of: checkpoint, file: file, at: images, configuration) {
          layer in
          done += 1
          progress.update { "\(file.path): \(done) norms, \(layer.name)" }
        }
        progress.line("\(file.path): \(done) norms, done")
        return found
      })
  }

  /// What was measured.
  public struct Result {
    let networks: [NetworkConstants]

    /// An object for one checkpoint, an array for several.
    public var value: JSONValue {
      networks.count == 1 ? networks[0].value : .array(networks.map(\.value))
    }

    /// Whether transmitting matrices go with the constants of their modules.
    public var correlation: TransmittingCorrelation { TransmittingCorrelation(networks) }

    private var correlationLines: [String] {
      func text(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "n/a" }
      let found = correlation
      return [
        "Over the \(found.count) modules between taps that have bounds, the rank correlation of the mean singular value of the",
        "transmitting matrices with the largest Jacobian norm is \(text(found.withLower)), with the upper bound "
          + "\(text(found.withUpper)); that of both bounds is \(text(found.ofBounds)).", "",
      ]
    }

    /// The tables, for a terminal.
    public var text: String { networks.map(\.text).joined(separator: "\n") }

    /// Writes `lipschitz.md` with the `command` that made it, `lipschitz.json` and the pictures; returns their places.
    public func write(to directory: URL, command: String) throws -> [URL] {
      try FileError.makeDirectory(directory)
      let page =
        Self.heading + ["    \(command)", ""] + correlationLines + networks.flatMap(\.markdown)
      let texts =
        [
          ("lipschitz.md", page.joined(separator: "\n")), ("lipschitz.json", twin.indented),
        ] + networks.map { ($0.picture.name, $0.picture.svg) }
      return try texts.map { name, text in
        let file = directory.appendingPathComponent(name)
        try AtomicFile.write(text, to: file)
        return file
      }
    }

    /// The page's JSON twin.
    private var twin: JSONValue {
      .object([
        "networks": .array(networks.map(\.value)),
        "transmitting_correlation": correlation.value,
      ])
    }

    private static let heading = [
      "# Lipschitz constants", "",
      "Bounds in eval mode, in normalised inputs unless a row says pixels. The norm of a layer is that of the operator",
      "with its zero padding and its stride. `svd` is exact up to rounding; `lanczos` is exceeded with a probability of at",
      "most \(Certificate.failure) over random starts; \"any size\" bounds it for maps of every size and border, \"periodic\"",
      "is its norm on periodic maps, \"kernel\" that of the reshaped kernel, which bounds nothing. Modules and networks are",
      "bounded from above over their graph and from below by Jacobians. A module without bounds is no function of the",
      "map where it begins.", "",
    ]
  }
}
