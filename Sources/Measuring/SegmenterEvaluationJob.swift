public import Datasets
import DurableFiles
import Evaluation
public import Foundation
import Images
import NeuralNet
import Training
import UserErrors

/// The evaluation of a segmentation's checkpoint on photos of a devkit.
public struct SegmenterEvaluationJob {
  /// What is asked for besides the numbers.
  public struct Request: Sendable {
    /// The devkit or what it lies in.
    public var root: URL
    /// Years and sets, of the segmentation task unless they name another.
    public var parts: [VOCDevkit.Part]
    /// The photos that are expected; others are an error. Nil takes any.
    public var expected: MeasuredImages?
    /// Short side in pixels at which is measured, too; nil is what the checkpoint was trained for.
    public var shortSide: Int?
    /// Whether bad photos are left out.
    public var skipsBad: Bool
    /// Directory for the predicted masks as palette PNGs, as the devkit and its server want them.
    public var predictions: URL?
    /// Directory for photos under half transparent predictions, as RGB PNGs.
    public var overlays: URL?

    /// Asks for the numbers alone.
    public init(root: URL, parts: [VOCDevkit.Part], shortSide: Int?, skipsBad: Bool) {
      self.root = root
      self.parts = parts
      self.shortSide = shortSide
      self.skipsBad = skipsBad
    }
  }

  private let checkpoint: ModelCheckpoint
  private let data: SegmentationDataset
  private let request: Request
  private let shortSide: Int

  /// Reads the checkpoint and the headers of photos and masks. Masks may be missing where predictions are written, as for
  /// a test set; without any, nothing is measured. `report` gets the reasons for what is left out.
  public init(
    checkpoint: ModelCheckpoint, file: URL, _ request: Request,
    report: ([String]) -> Void = { _ in }
  ) throws {
    guard checkpoint.architecture.output == .pixels,
      checkpoint.network.classCount == SegmentationDataset.classes.count
    else {
      throw UsageError(
        "\(file.path) holds \(checkpoint.architecture) with \(checkpoint.network.classCount) classes, which "
          + "is no segmentation of the \(SegmentationDataset.classes.count) classes of VOC")
    }
    let side =
      request.shortSide ?? checkpoint.imageSize ?? SegmentationEvaluator.paperShortSide
    guard (1...8192).contains(side) else {
      throw UsageError("a short side has 1 to 8192 pixels, not \(side)")
    }
    shortSide = side
    self.checkpoint = checkpoint
    self.request = request
    let writes = request.predictions != nil || request.overlays != nil
    data = try SegmentationDataset(
      name: request.parts.yearsInWords, root: request.root, parts: request.parts,
      needsMasks: !writes, skipsBad: request.skipsBad, report: report)
    try request.expected?.check(data.digest, "--voc DIR")
    let masks = data.samples.count { $0.mask != nil }
    guard masks == 0 || masks == data.count else {
      throw DatasetError(
        "\(data.count - masks) of the \(data.count) photos of \(request.parts.setsInWords) have no mask; --skip-bad leaves them out "
          + "where nothing is written")
    }
  }

  /// Predicts, writes what was asked for, and returns the scores; nil for photos without masks.
  public func run() throws -> SegmentationEvaluationJob? {
    try checkpoint.measured(run)
  }

  private func run(_ network: any Network) throws -> SegmentationEvaluationJob? {
    for directory in [request.predictions, request.overlays].compactMap({ $0 }) {
      try FileError.makeDirectory(directory)
    }
    var matrix = ConfusionMatrix(classCount: SegmentationDataset.classes.count)
    let hasMasks = data.samples.allSatisfy { $0.mask != nil }
    try SegmentationEvaluator.predict(network, on: data, shortSide: nil) {
      batch, classes in
      if hasMasks { try matrix.add(truth: batch.labels, prediction: classes) }
      try write(
        Raster(width: batch.width, height: batch.height, channels: 1, bytes: classes),
        data.samples[batch.indices[0]])
    }
    guard hasMasks else { return nil }
    let scaled = try SegmentationEvaluator.matrix(
      of: network, on: data, shortSide: shortSide)
    return SegmentationEvaluationJob(
      matrix, place: "\(data.name), \(request.parts.setsInWords)", imageCount: data.count,
      checkpoint: .init(sha256: checkpoint.sha256, shortSide: shortSide, scaled: scaled))
  }

  private func write(_ mask: Raster, _ sample: SegmentationDataset.Sample) throws {
    let name = "\(sample.id).png"
    if let directory = request.predictions {
      try AtomicFile.write(
        try ImageFile.png(mask, palette: VOCPalette.colors),
        to: directory.appendingPathComponent(name))
    }
    if let directory = request.overlays {
      let photo = try ImageFile.photo(sample.photo)
      try AtomicFile.write(
        try ImageFile.png(photo.covered(by: mask)), to: directory.appendingPathComponent(name))
    }
  }
}

extension Raster {
  /// The photo with half of each class's colour on its pixels; the background stays as it is.
  fileprivate func covered(by mask: Raster) -> Raster {
    var result = self
    for (pixel, label) in mask.bytes.enumerated() where label > 0 {
      for channel in 0..<3 {
        let place = 3 * pixel + channel
        let colour = Int(VOCPalette.colors[Int(label)][channel])
        result.bytes[place] = UInt8((Int(bytes[place]) + colour + 1) / 2)
      }
    }
    return result
  }
}
