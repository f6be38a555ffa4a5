public import Foundation

/// A PASCAL VOC devkit on disk, as its archives unpack: `VOCdevkit/VOC2007/Annotations`, `ImageSets`, ...
public struct VOCDevkit: Sendable {
  /// The twenty classes in the devkit's order; segmentation masks number them from 1.
  public static let classes = [
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
  ]

  /// One part of a devkit.
  public struct Part: Hashable, Sendable, CustomStringConvertible {
    /// Year of the devkit.
    public let year: Int
    /// Image set, of the main task unless it names another: `trainval`, `Segmentation/train`.
    public let set: String

    /// Names a part.
    public init(year: Int, set: String) {
      self.year = year
      self.set = set
    }

    /// Year and set in sentences.
    public var description: String { "VOC\(year) \(set)" }
  }

  /// `VOC2007` or another year's directory.
  public let directory: URL

  /// Finds the year's directory under `root`, which may be the devkit or what it lies in.
  public init(root: URL, year: Int) throws(DatasetError) {
    let name = "VOC\(year)"
    let places = [root, root.appendingPathComponent("VOCdevkit")].map {
      $0.appendingPathComponent(name)
    }
    // A part of a devkit is one: test sets come without annotations, and so may masks.
    let contents = ["Annotations", "ImageSets", "JPEGImages"]
    guard
      let found = places.first(where: { place in
        contents.contains {
          FileManager.default.fileExists(atPath: place.appendingPathComponent($0).path)
        }
      })
    else {
      let isKnown = try DatasetManifest.known().contains { $0.id == "voc\(year)" }
      let command = DataHome.fetchCommand("voc\(year)", into: root)
      throw DatasetError(
        "\(root.path) holds no \(name) with Annotations, ImageSets or JPEGImages: "
          + (isKnown ? "`\(command)` brings it, or " : "")
          + "name the VOCdevkit directory or the one above it")
    }
    directory = found
  }

  /// The image ids of a set in file order: `test` of the main task, or with the task's name `Segmentation/val`.
  public func images(in set: String) throws(DatasetError) -> [String] {
    let path = set.contains("/") ? set : "Main/\(set)"
    let file = directory.appendingPathComponent("ImageSets/\(path).txt")
    return try ImageSetFile.read(file, ifMissing: "is there a set \(set)?")
  }

  /// Where the photo of an image lies.
  public func photo(of image: String) -> URL {
    directory.appendingPathComponent("JPEGImages/\(image).jpg")
  }

  /// Where the class mask of an image lies.
  public func mask(of image: String) -> URL {
    directory.appendingPathComponent("SegmentationClass/\(image).png")
  }

  /// Where the annotation of an image lies.
  func annotationFile(of image: String) -> URL {
    directory.appendingPathComponent("Annotations/\(image).xml", isDirectory: false)
  }

  /// The objects of an image.
  public func annotation(of image: String) throws(DatasetError) -> VOCAnnotation {
    try VOCAnnotation(contentsOf: annotationFile(of: image))
  }

  /// The objects of all of the images, read on all processors. Throws for the first image whose file is bad.
  public func annotations(of images: [String]) throws(DatasetError) -> [VOCAnnotation] {
    let results = concurrentMap(count: images.count) { number in
      Result { () throws(DatasetError) in try annotation(of: images[number]) }
    }
    var annotations: [VOCAnnotation] = []
    for result in results { annotations.append(try result.get()) }
    return annotations
  }

  /// Whether the objects of an image are known.
  func hasAnnotation(of image: String) -> Bool {
    FileManager.default.fileExists(atPath: annotationFile(of: image).path)
  }
}
