public import Detection
import DurableFiles
public import Foundation
import Images

/// Photos with the boxes of their objects; the photos stay on disk.
public struct DetectionDataset: PhotoSet, Sendable {
  /// One photo.
  public struct Sample: Hashable, Sendable {
    /// Id in the devkit.
    public let id: String
    /// The photo.
    public let file: URL
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// In file order; nil for a test set whose truth is on the server alone.
    public let objects: [Object]?
    /// SHA-256 of the photo and of its annotation.
    let contents: String
  }

  /// One object.
  public struct Object: Hashable, Sendable {
    /// Class, from 0.
    public let label: Int
    /// Marked as hard to recognise.
    public let isDifficult: Bool
    /// As annotated: 1-based pixels, both ends inclusive, left, top, right, bottom.
    public let pixels: [Double]
  }

  /// What the photos are, for run records.
  public let name: String
  /// Names of the classes.
  public let classes: [String]
  /// In the order of the image sets.
  public let samples: [Sample]
  /// SHA-256 over ids in order and the contents of photos and annotations.
  public let digest: String
  /// Images that were left out, each with the reason.
  public let leftOut: [String]

  /// Reads the annotations of `parts`, one after the other, and the headers of the photos.
  ///
  /// A photo without annotation is an error unless `needsTruth` is false; one that is missing, damaged or of another size
  /// than its annotation says always is. `skipsBad` decodes every photo once and lists what is bad in `leftOut` instead,
  /// after `report` got it. An id that occurs in two parts is an error. `rehash` reads all contents anew; otherwise those
  /// of files with the size and time of before are taken from memory.
  public init(
    name: String, root: URL, parts: [VOCDevkit.Part], needsTruth: Bool = true,
    skipsBad: Bool = false, rehash: Bool = false, report: ([String]) -> Void = { _ in }
  ) throws(DatasetError) {
    let digests = FileDigests(rehash: rehash)
    defer { digests.save() }
    var sources: [(id: String, devkit: VOCDevkit)] = []
    var ids: Set<String> = []
    for part in parts {
      let devkit = try VOCDevkit(root: root, year: part.year)
      for id in try devkit.images(in: part.set) {
        guard ids.insert(id).inserted else {
          throw DatasetError("image \(id) is in two of the sets that are joined")
        }
        sources.append((id, devkit))
      }
    }
    let (samples, leftOut) = try Self.samples(of: sources, skipsBad: skipsBad, report: report) {
      source throws(DatasetError) in
      try Sample(source.id, source.devkit, needsTruth: needsTruth, digests)
    } decode: { sample throws(DatasetError) in
      _ = try sample.decoded()
    }
    guard !samples.isEmpty else {
      throw DatasetError(
        "\(root.path) holds no photo of \(parts.map(\.description).joined(separator: ", "))")
    }
    self.init(name: name, classes: VOCDevkit.classes, samples: samples, leftOut: leftOut)
  }

  private init(name: String, classes: [String], samples: [Sample], leftOut: [String]) {
    self.name = name
    self.classes = classes
    self.samples = samples
    self.leftOut = leftOut
    digest = Digest.sha256(Data(samples.map(\.line).joined(separator: "\n").utf8))
  }

  /// The first `count` samples alone.
  public func first(_ count: Int) -> DetectionDataset {
    DetectionDataset(
      name: name, classes: classes, samples: Array(samples.prefix(count)), leftOut: leftOut)
  }

  /// See `PhotoSet`.
  public func splitHeldOut(oneOf share: Int, seed: UInt64) -> (
    training: DetectionDataset, heldOut: DetectionDataset
  ) {
    let parts = samples.splitHeldOut(oneOf: share, seed: seed)
    func part(_ own: [Sample]) -> DetectionDataset {
      DetectionDataset(name: name, classes: classes, samples: own, leftOut: leftOut)
    }
    return (part(parts.training), part(parts.heldOut))
  }

  /// Names of the photos, in order.
  public var ids: [String] { samples.map(\.id) }
  /// Number of photos.
  public var count: Int { samples.count }
}

extension DetectionDataset.Sample {
  fileprivate init(
    _ id: String, _ devkit: VOCDevkit, needsTruth: Bool, _ digests: FileDigests
  ) throws(DatasetError) {
    let hasTruth = needsTruth || devkit.hasAnnotation(of: id)
    let annotation = try hasTruth ? devkit.annotation(of: id) : nil
    let file = devkit.photo(of: id)
    let size = try reading { () throws(ImageError) in try ImageFile.size(of: file) }
    if let annotation, size != (annotation.width, annotation.height) {
      throw DatasetError(
        "\(file.path) has \(size.width) x \(size.height) pixels, its annotation says "
          + "\(annotation.width) x \(annotation.height)")
    }
    self.init(
      id: id, file: file, width: size.width, height: size.height,
      objects: annotation?.objects.map {
        .init(
          label: VOCDevkit.classes.firstIndex(of: $0.name) ?? 0, isDifficult: $0.isDifficult,
          pixels: $0.box)
      },
      contents: try digests.sha256(of: file)
        + (hasTruth ? " " + digests.sha256(of: devkit.annotationFile(of: id)) : ""))
  }

  /// The photo. Throws for a damaged file.
  func decoded() throws(DatasetError) -> Raster {
    try reading { () throws(ImageError) in try ImageFile.photo(file) }
  }

  /// A box in the devkit's pixels: left, top, right and bottom, from 1, the other way round than `learntBoxes`.
  public func pixels(of box: FractionBox) -> [Double] {
    [
      box.xMin * Double(width) + 1, box.yMin * Double(height) + 1, box.xMax * Double(width) + 1,
      box.yMax * Double(height) + 1,
    ]
  }

  fileprivate var line: String { "\(id) \(contents)" }

  /// Objects that are learnt: those that are not difficult, in fractions of the image. The devkit counts pixels from 1;
  /// a box is at least one pixel wide and high.
  public func learntBoxes() -> (boxes: [FractionBox], classes: [Int]) {
    let learnt = (objects ?? []).filter { !$0.isDifficult }
    let boxes = learnt.map { object in
      let sides = object.pixels.map { $0 - 1 }
      return FractionBox(
        xMin: sides[0] / Double(width), yMin: sides[1] / Double(height),
        xMax: max(sides[2], sides[0] + 1) / Double(width),
        yMax: max(sides[3], sides[1] + 1) / Double(height))
    }
    return (boxes, learnt.map(\.label))
  }
}
