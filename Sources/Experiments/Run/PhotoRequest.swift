import Datasets
import Foundation

/// Which photos a table of VOC takes.
public struct PhotoRequest: Sendable {
  /// What the photos are for.
  let task: VisionTask
  /// The devkit; nil for the default place.
  let root: URL?
  /// The directory of the Semantic Boundaries Dataset; nil without.
  let sbd: URL?
  /// Whether bad and missing photos are left out.
  let skipsBad: Bool
  private let training: String?
  private let test: String?

  /// Reads lists of `YEAR:SET`, separated by commas; nil is the paper's. `sbd` names the directory of the Semantic Boundaries
  /// Dataset, which a segmentation adds to its training photos.
  public init(
    _ task: VisionTask, root: String?, training: String?, test: String?, sbd: String? = nil,
    skipsBad: Bool
  ) throws {
    self.task = task
    self.root = root.map { URL(fileURLWithPath: $0) }
    self.sbd = sbd.map { URL(fileURLWithPath: $0) }
    self.training = training
    self.test = test
    self.skipsBad = skipsBad
    // A list that makes no sense is found before anything is read.
    for list in [training, test] { _ = try list.map(Self.parts) }
  }

  /// The devkit with the sets of both uses.
  struct Place {
    let root: URL
    let training: [VOCDevkit.Part]
    let test: [VOCDevkit.Part]
    let isSynthetic: Bool
  }

  /// Photos of the synthetic devkit of the smoke budget.
  private static let smokePhotos = (training: 24, test: 8)

  /// Finds the photos of a budget; the synthetic devkit is written under `runs`.
  func place(_ budget: Budget, runs: URL) throws -> Place {
    var root = root ?? DataHome.directory
    if budget.isSynthetic {
      let directory = runs.appendingPathComponent("synthetic-voc")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      try SyntheticVOC(
        trainCount: Self.smokePhotos.training, testCount: Self.smokePhotos.test
      ).write(to: directory)
      root = directory
    }
    let usual = budget.isSynthetic ? Self.syntheticSets : task.usualSets
    return Place(
      root: root, training: try Self.parts(training ?? usual.training),
      test: try Self.parts(test ?? usual.test), isSynthetic: SyntheticVOC.wrote(root))
  }

  private static let syntheticSets = (
    training: "2007:trainval,2012:trainval", test: "2007:test"
  )

  /// Sets out of a list of `YEAR:SET`.
  static func parts(_ text: String) throws(UsageError) -> [VOCDevkit.Part] {
    var parts: [VOCDevkit.Part] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = item.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let year = Int(words[0]), !words[1].isEmpty else {
        throw UsageError("\"\(item)\" names no set; write YEAR:SET, such as 2007:test")
      }
      parts.append(.init(year: year, set: String(words[1])))
    }
    return parts
  }

  /// Sets as a user writes them, with the extension where there is one.
  static func text(_ parts: [VOCDevkit.Part], _ sbd: URL? = nil) -> String {
    (parts.map { "\($0.year):\($0.set)" } + (sbd == nil ? [] : [extensionName]))
      .joined(separator: ",")
  }

  fileprivate static let extensionName = "sbd"
}

extension VisionTask {
  /// The devkit's sets that are taken when none are named.
  fileprivate var usualSets: (training: String, test: String) {
    self == .segmentation ? ("2012:train", "2012:val") : paperSets
  }

  /// The paper's sets to learn from and to measure with.
  var paperSets: (training: String, test: String) {
    self == .segmentation
      ? ("2012:train,\(PhotoRequest.extensionName)", "2012:val")
      : ("2007:trainval,2012:trainval", "2007:test")
  }
}
