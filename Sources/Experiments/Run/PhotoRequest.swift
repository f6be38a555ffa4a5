import Datasets
import DurableFiles
import Foundation
import Measuring
import UserErrors

/// Which photos a table of VOC takes.
public struct PhotoRequest: Sendable {
  /// The paper's sets.
  let sets: PhotoSets
  /// The devkit; nil for the default place.
  let root: URL?
  /// The directory of the Semantic Boundaries Dataset; nil without.
  let sbd: URL?
  /// Whether bad and missing photos are left out.
  let skipsBad: Bool
  /// Whether the contents of files are hashed anew that seem to be the same as before.
  let rehash: Bool
  /// Gets the reasons for photos that are left out.
  let report: @Sendable ([String]) -> Void
  private let training: String?
  private let test: String?

  /// Reads lists of `YEAR:SET`, separated by commas; nil is the paper's. `sbd` names the directory of the Semantic Boundaries
  /// Dataset, which a segmentation adds to its training photos.
  public init(
    _ sets: PhotoSets, root: String?, training: String?, test: String?, sbd: String? = nil,
    skipsBad: Bool, rehash: Bool = false, report: @escaping @Sendable ([String]) -> Void = { _ in }
  ) throws {
    self.sets = sets
    self.root = root.map { URL(fileURLWithPath: $0) }
    self.sbd = sbd.map { URL(fileURLWithPath: $0) }
    self.training = training
    self.test = test
    self.skipsBad = skipsBad
    self.rehash = rehash
    self.report = report
    // A list that makes no sense is found before anything is read.
    for list in [training, test] { _ = try list.map([VOCDevkit.Part].init(list:)) }
  }

  /// Takes what a user says.
  init(_ sets: PhotoSets, _ request: DataRequest) throws {
    try self.init(
      sets, root: request.root, training: request.trainingSets, test: request.testSets,
      sbd: request.sbd, skipsBad: request.skipsBad, rehash: request.rehashes,
      report: request.report)
  }

  /// The devkit with the sets of both uses.
  struct Place {
    let root: URL
    let training: [VOCDevkit.Part]
    let test: [VOCDevkit.Part]
    let isSynthetic: Bool
  }

  /// Finds the photos: those that are named, else the synthetic ones of the budget, written under `runs`, else those of the
  /// default place.
  func place(_ synthetic: SyntheticPhotos?, runs: URL) throws -> Place {
    guard root == nil, let synthetic else {
      return try place(root ?? DataHome.directory, usual: sets)
    }
    guard sbd == nil else {
      throw UsageError(
        "--sbd extends the photos of a devkit, and this budget makes its own: name a devkit with --data"
      )
    }
    let directory = runs.appendingPathComponent(
      "synthetic-voc-v\(SyntheticVOC.version)-\(synthetic.training)-\(synthetic.test)")
    try FileError.makeDirectory(directory)
    try SyntheticVOC(trainCount: synthetic.training, testCount: synthetic.test)
      .write(to: directory)
    return try place(directory, usual: .voc0712)
  }

  private func place(_ root: URL, usual: PhotoSets) throws -> Place {
    Place(
      root: root, training: try .init(list: training ?? usual.usualTraining),
      test: try .init(list: test ?? usual.test), isSynthetic: SyntheticVOC.wrote(root))
  }

  /// Sets as a user writes them, with the extension where there is one.
  static func text(_ parts: [VOCDevkit.Part], _ sbd: URL? = nil) -> String {
    parts.list + (sbd == nil ? "" : ",\(extensionName)")
  }

  fileprivate static let extensionName = "sbd"
}

/// How many photos a budget makes.
struct SyntheticPhotos: Hashable {
  /// To learn from.
  let training: Int
  /// To measure with.
  let test: Int
}

/// The paper's sets of photos, as a user writes them.
public struct PhotoSets: Hashable, Sendable {
  /// To learn from.
  let training: String
  /// To learn from where nothing extends the devkit's.
  let usualTraining: String
  /// To measure with.
  let test: String

  /// Both years to learn from, the older one's test set.
  public static let voc0712 = PhotoSets(
    training: "2007:trainval,2012:trainval", usualTraining: "2007:trainval,2012:trainval",
    test: "2007:test")
  /// The later year with its extension.
  public static let voc12 = PhotoSets(
    training: "2012:train,\(PhotoRequest.extensionName)", usualTraining: "2012:train",
    test: "2012:val")
}
