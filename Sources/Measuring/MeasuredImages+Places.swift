public import Datasets
public import Foundation
public import UserErrors

extension MeasuredImages {
  /// The images of a checkpoint. Throws where its header does not name them, with the flags that do.
  public init(of checkpoint: ModelCheckpoint, _ file: URL, flags: String) throws(UsageError) {
    guard let found = MeasuredImages(header: checkpoint.metadata) else {
      throw UsageError(
        "the header of \(file.path) does not tell what it was measured with: name it with \(flags)")
    }
    self = found
  }

  /// The test images of CIFAR-100 out of the default place, or synthetic ones made anew; at the side of the header's.
  func records(side: Int?) throws -> ImageDataset {
    let whole =
      if let generator {
        try SyntheticCIFAR100(
          trainCount: generator.trainCount, testCount: generator.testCount,
          classCount: generator.classCount, seed: generator.seed
        ).dataset(.test)
      } else {
        try CIFAR100.load(.test, from: DataHome.directory)
      }
    let images = try side.map { try whole.averaged(toSide: $0) } ?? whole
    try check(images.digest, "--data DIR")
    return images
  }

  /// Calls `body` with the devkit's place and sets; a synthetic devkit is made anew for as long as `body` runs.
  public func withDevkit(_ body: (URL, [VOCDevkit.Part]) throws -> Void) throws {
    guard case .devkit(let parts) = layout else {
      throw UsageError("the header names records of images for a network of photos")
    }
    guard let generator else { return try body(DataHome.directory, parts) }
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("lskd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    // What stays behind is in the system's temporary directory.
    defer { _ = try? FileManager.default.removeItem(at: place) }
    try SyntheticVOC(
      trainCount: generator.trainCount, testCount: generator.testCount, seed: generator.seed
    ).write(to: place)
    try body(place, parts)
  }

  /// Calls `body` with the directory around photos of classes and their set; synthetic ones are made anew for as long as
  /// `body` runs.
  func withClassFolders<Output>(_ body: (URL, String) throws -> Output) throws -> Output {
    guard case .classFolders(let set) = layout else {
      throw UsageError("the header names other images for a network of ImageNet's photos")
    }
    guard let generator else {
      return try body(DataHome.directory.appendingPathComponent(PhotoFolder.folderName), set)
    }
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("lskd-\(UUID().uuidString)")
    // What stays behind is in the system's temporary directory.
    defer { _ = try? FileManager.default.removeItem(at: place) }
    try SyntheticClassPhotos(
      trainCount: generator.trainCount, testCount: generator.testCount,
      classCount: generator.classCount, seed: generator.seed
    ).write(to: place)
    return try body(place, set)
  }

  /// Throws where the images that were found are not those of the header.
  func check(_ found: String, _ flag: String) throws(DatasetError) {
    guard found == digest else {
      throw DatasetError(
        "the network was measured with other images than these (SHA-256 \(digest), here \(found)): "
          + "\(flag) measures it with images that you name")
    }
  }
}
