import DurableFiles
public import Foundation
public import Images

/// Photos with the class of every pixel; both stay on disk.
public struct SegmentationDataset: PhotoSet, Sendable {
  /// One photo.
  public struct Sample: Hashable, Sendable {
    /// Id in the devkit.
    public let id: String
    /// The photo.
    public let photo: URL
    /// Its mask; nil for a test set whose truth is on the server alone.
    public let mask: URL?
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// SHA-256 of the photo, and of the mask where there is one.
    let contents: String
  }

  /// What the photos are, for run records.
  public let name: String
  /// In the order of the image sets.
  public let samples: [Sample]
  /// SHA-256 over ids in order and the contents of photos and masks.
  public let digest: String
  /// Images that were left out, each with the reason.
  public let leftOut: [String]

  /// The background and the devkit's classes, as masks number them.
  public static let classes = ["background"] + VOCDevkit.classes
  /// The mask value of pixels that count nowhere.
  public static let void: UInt8 = 255

  /// Finds the photos of `parts`, whose sets are those of the segmentation task unless they name another, then those of
  /// `extension` without the ones of VOC2012 val, and reads the headers of photos and masks.
  ///
  /// A photo without mask is an error unless `needsMasks` is false; one that is missing, damaged or of another size than
  /// its mask always is. `skipsBad` decodes everything once and lists what is bad in `leftOut` instead, after `report` got
  /// it. An id that occurs twice is taken once, from the first place that has it. `rehash` reads all contents anew;
  /// otherwise those of files with the size and time of before are taken from memory.
  public init(
    name: String, root: URL, parts: [VOCDevkit.Part], extendedBy sbd: SBDataset? = nil,
    needsMasks: Bool = true, skipsBad: Bool = false, rehash: Bool = false,
    report: ([String]) -> Void = { _ in }
  ) throws(DatasetError) {
    let digests = FileDigests(rehash: rehash)
    defer { digests.save() }
    var sources: [Source] = []
    for part in parts {
      let devkit = try VOCDevkit(root: root, year: part.year)
      sources += try devkit.images(in: Self.list(part.set)).map { id in
        Source(id: id, photo: devkit.photo(of: id), mask: devkit.mask(of: id))
      }
    }
    if let sbd { sources += try Self.sources(of: sbd, root) }
    var ids: Set<String> = []
    let unique = sources.filter { ids.insert($0.id).inserted }
    let (samples, leftOut) = try Self.samples(of: unique, skipsBad: skipsBad, report: report) {
      source throws(DatasetError) in
      try Sample(source, needsMask: needsMasks, digests)
    } decode: { sample throws(DatasetError) in
      _ = try sample.decoded()
    }
    guard !samples.isEmpty else {
      let sets = parts.map(\.description).joined(separator: ", ")
      throw DatasetError("\(root.path) holds no photo with a mask of \(sets)")
    }
    self.init(name: name, samples: samples, leftOut: leftOut)
  }

  /// Where a photo and its mask lie.
  fileprivate struct Source: Sendable {
    let id: String
    let photo: URL
    let mask: URL
  }

  private static func list(_ set: String) -> String {
    set.contains("/") ? set : "Segmentation/\(set)"
  }

  /// The extension's photos, its training part first, without those that are measured with.
  private static func sources(of sbd: SBDataset, _ root: URL) throws(DatasetError) -> [Source] {
    let devkit = try VOCDevkit(root: root, year: 2012)
    let measured = Set(try devkit.images(in: list("val")))
    let images =
      sbd.layout == .benchmark
      ? try sbd.images(in: "train") + sbd.images(in: "val") : try sbd.images()
    return images.filter { !measured.contains($0) }.map { id in
      Source(
        id: id, photo: sbd.layout == .benchmark ? sbd.photo(of: id) : devkit.photo(of: id),
        mask: sbd.maskFile(of: id))
    }
  }

  private init(name: String, samples: [Sample], leftOut: [String]) {
    self.name = name
    self.samples = samples
    self.leftOut = leftOut
    digest = Digest.sha256(Data(samples.map(\.line).joined(separator: "\n").utf8))
  }

  /// Names of the photos, in order.
  public var ids: [String] { samples.map(\.id) }
  /// Number of photos.
  public var count: Int { samples.count }

  /// The first `count` samples alone.
  public func first(_ count: Int) -> SegmentationDataset {
    SegmentationDataset(name: name, samples: Array(samples.prefix(count)), leftOut: leftOut)
  }

  /// See `PhotoSet`.
  public func splitHeldOut(oneOf share: Int, seed: UInt64) -> (
    training: SegmentationDataset, heldOut: SegmentationDataset
  ) {
    let parts = samples.splitHeldOut(oneOf: share, seed: seed)
    return (
      SegmentationDataset(name: name, samples: parts.training, leftOut: leftOut),
      SegmentationDataset(name: name, samples: parts.heldOut, leftOut: leftOut)
    )
  }
}

extension SegmentationDataset.Sample {
  fileprivate init(
    _ source: SegmentationDataset.Source, needsMask: Bool, _ digests: FileDigests
  ) throws(DatasetError) {
    id = source.id
    photo = source.photo
    (width, height) = try reading { () throws(ImageError) in try ImageFile.size(of: source.photo) }
    let hasMask = FileManager.default.fileExists(atPath: source.mask.path)
    guard hasMask || needsMask else {
      mask = nil
      contents = try digests.sha256(of: source.photo)
      return
    }
    mask = source.mask
    // The size of a MATLAB file's matrix is found when it is read.
    if source.mask.pathExtension == "png" {
      let size = try reading { () throws(ImageError) in try ImageFile.size(of: source.mask) }
      guard size == (width, height) else {
        throw DatasetError(
          "\(source.mask.path) has \(size.width) x \(size.height) pixels, its photo has "
            + "\(width) x \(height)")
      }
    }
    contents = try digests.sha256(of: source.photo) + " " + digests.sha256(of: source.mask)
  }

  /// The photo, and the class of every pixel where there is a mask. Throws for a damaged file and for a mask with a value
  /// that is neither a class nor void.
  public func decoded() throws(DatasetError) -> (photo: Raster, mask: Raster?) {
    let photo = try reading { () throws(ImageError) in try ImageFile.photo(self.photo) }
    guard let file = mask else { return (photo, nil) }
    let mask =
      file.pathExtension == "png"
      ? try reading { () throws(ImageError) in try ImageFile.mask(file) }
      : try SBDataset.matrix(file)
    guard (mask.width, mask.height) == (photo.width, photo.height) else {
      throw DatasetError(
        "\(file.path) has \(mask.width) x \(mask.height) pixels, its photo has "
          + "\(photo.width) x \(photo.height)")
    }
    try mask.checkClasses(file)
    return (photo, mask)
  }

  fileprivate var line: String { "\(id) \(contents)" }
}

extension Raster {
  /// Throws for a value that is neither a class nor void.
  func checkClasses(_ file: URL) throws(DatasetError) {
    let classes = UInt8(SegmentationDataset.classes.count)
    var isKnown = [Bool](repeating: false, count: 256)
    for value in 0..<256 {
      isKnown[value] = value < classes || value == SegmentationDataset.void
    }
    if let bad = bytes.first(where: { !isKnown[Int($0)] }) {
      throw DatasetError(
        "\(file.path) holds the value \(bad); classes are 0 to \(classes - 1), void is "
          + "\(SegmentationDataset.void)")
    }
  }
}

/// Turns a sentence about an image into one about a data set.
func reading<Result>(_ body: () throws(ImageError) -> Result) throws(DatasetError) -> Result {
  do throws(ImageError) { return try body() } catch { throw DatasetError(error.description) }
}
