import DurableFiles
public import Foundation
public import Images

/// The Semantic Boundaries Dataset: class masks of 11,355 photos of VOC2011.
///
/// Its own sets are not VOC's: some images of its `train` are in VOC2012's `val`. Who measures on VOC2012 val takes them
/// out.
public struct SBDataset: Sendable {
  /// Where masks and photos come from.
  public enum Layout: Sendable, Equatable {
    /// The authors' archive: `img/ID.jpg`, `cls/ID.mat`, `train.txt`, `val.txt`.
    case benchmark
    /// Masks as PNGs, `SegmentationClassAug/ID.png`. Photos and image sets are those of the VOC2012 devkit around it.
    case augmented
  }

  /// Where masks and photos come from.
  public let layout: Layout
  /// What holds `img` and `cls`, or the directory around `SegmentationClassAug`.
  public let directory: URL

  private static let masks = "SegmentationClassAug"

  /// Finds the data set at `root`, in its `benchmark_RELEASE/dataset` or `dataset`, or as a directory that holds
  /// `SegmentationClassAug` (`root`, or VOC2012 of the devkit at `root`). Throws where there is none of them.
  public init(root: URL) throws(DatasetError) {
    let holds = { (directory: URL, names: [String]) in
      names.allSatisfy {
        FileManager.default.fileExists(atPath: directory.appendingPathComponent($0).path)
      }
    }
    let places = ["benchmark_RELEASE/dataset", "dataset"].map { root.appendingPathComponent($0) }
    if let found = (places + [root]).first(where: { holds($0, ["img", "cls"]) }) {
      (layout, directory) = (.benchmark, found)
      return
    }
    let devkits = ["VOCdevkit/VOC2012", "VOC2012"].map { root.appendingPathComponent($0) }
    guard let found = ([root] + devkits).first(where: { holds($0, [Self.masks]) }) else {
      throw DatasetError(
        "\(root.path) holds neither benchmark_RELEASE/dataset with img and cls nor \(Self.masks): "
          + "`\(DataHome.fetchCommand("sbd", into: root))` gets the data set")
    }
    (layout, directory) = (.augmented, found)
  }

  /// The image ids of a set in file order: `train` or `val` of the data set, or the list of any other name beside
  /// them. With `augmented` masks the lists are the devkit's, such as `trainaug`.
  public func images(in set: String) throws(DatasetError) -> [String] {
    let lists = layout == .benchmark ? directory : devkitLists
    let file = lists.appendingPathComponent("\(set).txt")
    return try ImageSetFile.read(file, ifMissing: "is there a set \(set)?")
  }

  /// The ids of all images that have a mask, sorted.
  public func images() throws(DatasetError) -> [String] {
    let (place, ending) = layout == .benchmark ? ("cls", ".mat") : (Self.masks, ".png")
    let masks = directory.appendingPathComponent(place).path
    do {
      return try FileManager.default.contentsOfDirectory(atPath: masks)
        .filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
        .map { String($0.dropLast(ending.count)) }.sorted()
    } catch {
      throw DatasetError("cannot list the masks in \(masks): \(error.reason)")
    }
  }

  /// Where the photo of an image lies; with `augmented` masks that is in the VOC devkit.
  public func photo(of image: String) -> URL {
    directory.appendingPathComponent(
      layout == .benchmark ? "img/\(image).jpg" : "JPEGImages/\(image).jpg")
  }

  /// Where the mask of an image lies.
  public func maskFile(of image: String) -> URL {
    directory.appendingPathComponent(
      layout == .benchmark ? "cls/\(image).mat" : "\(Self.masks)/\(image).png")
  }

  /// The class of every pixel, 0 for background: one channel. Throws a sentence with the file for a mask that is
  /// missing, damaged or no matrix of bytes.
  public func mask(of image: String) throws(DatasetError) -> Raster {
    let file = maskFile(of: image)
    guard layout == .augmented else { return try Self.matrix(file) }
    do throws(ImageError) { return try ImageFile.mask(file) } catch {
      throw DatasetError(error.description)
    }
  }

  /// The class of every pixel out of a file of the authors' archive.
  static func matrix(_ file: URL) throws(DatasetError) -> Raster {
    try MATLABFile.mask(file, variable: "GTcls", field: "Segmentation")
  }

  private var devkitLists: URL { directory.appendingPathComponent("ImageSets/Segmentation") }
}
