import DurableFiles
public import Foundation
import Images

/// Writes learnable synthetic photos in class folders: the images of `SyntheticCIFAR100`, enlarged to unequal sides, as
/// JPEG files.
public struct SyntheticClassPhotos: Sendable {
  /// Grows whenever the same parameters give other bytes.
  public static let version = 1

  /// The images.
  public let images: SyntheticCIFAR100

  /// Makes a generator. Throws for counts outside of what the images have.
  public init(trainCount: Int, testCount: Int, classCount: Int, seed: UInt64 = 0)
    throws(DatasetError)
  {
    images = try SyntheticCIFAR100(
      trainCount: trainCount, testCount: testCount, classCount: classCount, seed: seed)
  }

  private static let (size, quality) = ((width: 48, height: 40), 95)
  private static let stamp = "generator.json"

  /// What made the photos, beside their folders.
  private struct Parameters: Codable, Equatable {
    let version: Int
    let trainCount: Int
    let testCount: Int
    let classCount: Int
    let seed: UInt64
  }

  private var parameters: Parameters {
    Parameters(
      version: Self.version, trainCount: images.trainCount, testCount: images.testCount,
      classCount: images.classCount, seed: images.seed)
  }

  /// Writes `train` and `val` under `root`. Leaves these same photos as they are; throws where others lie.
  public func write(to root: URL) throws {
    if FileManager.default.fileExists(atPath: root.path) {
      if Self.parameters(of: root) == parameters { return }
      throw DatasetError("\(root.path) holds other photos: name another directory, or remove it")
    }
    let isMade = try AtomicDirectory.make(root) { place in
      for (split, set) in [(Split.train, "train"), (.test, "val")] {
        let data = images.dataset(split)
        for index in 0..<data.count {
          let folder = place.appendingPathComponent("\(set)/\(Self.folder(data.label(index)))")
          try FileError.makeDirectory(folder)
          let file = folder.appendingPathComponent(String(format: "%05d.JPEG", index))
          try FileError.wording("write", file) { try Self.jpeg(data, index).write(to: file) }
        }
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let stamp = place.appendingPathComponent(Self.stamp)
      try FileError.wording("write", stamp) { try encoder.encode(parameters).write(to: stamp) }
    }
    // Another process was faster: what it made is looked at like what was there before.
    if !isMade { try write(to: root) }
  }

  private static func folder(_ label: Int) -> String { String(format: "class%02d", label) }

  private static func jpeg(_ data: ImageDataset, _ index: Int) throws -> Data {
    let planes = data.pixels(index)
    let plane = data.height * data.width
    var bytes: [UInt8] = []
    for pixel in 0..<plane {
      for channel in 0..<3 { bytes.append(planes[channel * plane + pixel]) }
    }
    let image = Raster(width: data.width, height: data.height, channels: 3, bytes: bytes)
    return try ImageFile.jpeg(
      image.resized(width: size.width, height: size.height, .bilinear), quality: quality)
  }

  private static func parameters(of root: URL) -> Parameters? {
    // A file that is missing or damaged tells nothing.
    FileManager.default.contents(atPath: root.appendingPathComponent(stamp).path)
      .flatMap { try? JSONDecoder().decode(Parameters.self, from: $0) }
  }

  /// What made the photos in `root`; nil for real ones and for those of another version.
  public static func generator(of root: URL) -> SyntheticClassPhotos? {
    guard let found = parameters(of: root), found.version == version else { return nil }
    return try? SyntheticClassPhotos(
      trainCount: found.trainCount, testCount: found.testCount, classCount: found.classCount,
      seed: found.seed)
  }
}
