public import Foundation

/// The check of a data set of photos on disk: lists of images against the manifest, and every file that they need.
public struct PhotoVerification: Encodable, Sendable {
  /// The id of the manifest.
  public let dataset: String
  /// Where the files were looked for.
  public let directory: String
  /// Whether photos and masks were only opened, not decoded.
  public let isQuick: Bool
  /// Whether absent files are a count and no failure.
  public let allowsMissing: Bool
  /// One finding per list of the manifest.
  public let sets: [SetFinding]
  /// How many files there are of every kind.
  public let tallies: [Tally]
  /// Paths below the directory of what should be there.
  public let missing: [String]
  /// One sentence, which names it, for every bad list or file.
  public let problems: [String]
  /// Whether nothing is bad and, unless that is allowed, nothing is missing.
  public let isIntact: Bool

  /// What was found in place of a list of images.
  public struct SetFinding: Encodable, Sendable {
    /// Its name, such as `Main/train`.
    public let name: String
    /// The number of images that the manifest states, nil for synthetic data.
    public let expected: Int?
    /// The number of images in the list, nil for a list that is missing or cannot be read.
    public let found: Int?
  }

  /// Files of one kind.
  public struct Tally: Encodable, Sendable {
    /// `photos`, `annotations` or `masks`.
    public let kind: String
    /// Files that were checked and are good.
    public var good = 0
    /// Files that were checked and are bad.
    public var bad = 0
    /// Files that should be there and are not.
    public var missing = 0
  }

  /// How to check.
  public struct Options: Sendable {
    /// Opens photos and masks but decodes none.
    public var isQuick: Bool
    /// Counts absent files without failing.
    public var allowsMissing: Bool

    /// Makes options.
    public init(isQuick: Bool = false, allowsMissing: Bool = false) {
      self.isQuick = isQuick
      self.allowsMissing = allowsMissing
    }
  }

  /// Checks the data set of `manifest` in `root`. Damage is a finding; throws only when there is no such data set.
  public init(
    of root: URL, against manifest: DatasetManifest, _ options: Options = Options()
  ) throws(DatasetError) {
    if manifest.layout == ClassPhotoCheck.layout {
      let check = try ClassPhotoCheck(root, manifest, isQuick: options.isQuick)
      self.init(
        manifest, root, options, sets: check.sets, problems: check.problems,
        missing: check.missing, files: check.files)
      return
    }
    let source: any PhotoSource =
      switch manifest.layout {
      case "voc-devkit": try VOCSource(root: root, manifest: manifest)
      case "sbd-benchmark": try SBDSource(root: root)
      default: throw DatasetError("\(manifest.id) is no data set of photos")
      }
    let lists = PhotoLists(source, manifest, areCounted: !SyntheticVOC.wrote(root))
    let images = Set(lists.members.keys).union(source.others()).sorted()
    let files = concurrentMap(count: images.count) { index in
      source.check(
        images[index], sets: lists.members[images[index]] ?? [], isQuick: options.isQuick)
    }
    self.init(
      manifest, source.directory, options, sets: lists.sets, problems: lists.problems,
      missing: lists.missing, files: files.flatMap(\.self))
  }

  private init(
    _ manifest: DatasetManifest, _ directory: URL, _ options: Options, sets: [SetFinding],
    problems: [String], missing: [String], files: [PhotoFile]
  ) {
    var (problems, missing) = (problems, missing)
    var tallies: [String: Tally] = [:]
    for file in files {
      var tally = tallies[file.kind] ?? Tally(kind: file.kind)
      switch file.state {
      case .good: tally.good += 1
      case .bad(let sentence):
        tally.bad += 1
        problems.append(sentence)
      case .missing(let path):
        tally.missing += 1
        missing.append(path)
      }
      tallies[file.kind] = tally
    }
    dataset = manifest.id
    self.directory = directory.path
    isQuick = options.isQuick
    allowsMissing = options.allowsMissing
    self.sets = sets
    self.tallies = tallies.values.sorted { $0.kind < $1.kind }
    self.missing = missing
    self.problems = problems
    isIntact = problems.isEmpty && (missing.isEmpty || options.allowsMissing)
  }
}

/// The lists of a manifest as they are on disk.
private struct PhotoLists: Sendable {
  var sets: [PhotoVerification.SetFinding] = []
  /// The lists that name an image.
  var members: [String: Set<String>] = [:]
  var problems: [String] = []
  var missing: [String] = []

  /// Reads the lists and, unless the data are synthetic, counts their images.
  init(_ source: any PhotoSource, _ manifest: DatasetManifest, areCounted: Bool) {
    for set in source.hasOwnLists ? manifest.imageSets?.sets ?? [] : [] {
      let expected = areCounted ? set.images : nil
      let images = read(set.name, source)
      sets.append(.init(name: set.name, expected: expected, found: images?.count))
      guard let images else { continue }
      if let expected, images.count != expected {
        problems.append(
          "\(source.path(source.list(set.name))) names \(images.count) images instead of \(expected)"
        )
      }
      for image in images { members[image, default: []].insert(set.name) }
    }
  }

  /// The ids in a list; nil, with the reason noted, for one that is missing or cannot be read.
  private mutating func read(_ set: String, _ source: any PhotoSource) -> [String]? {
    guard source.isFile(source.list(set)) else {
      missing.append(source.list(set))
      return nil
    }
    do throws(DatasetError) { return try source.images(in: set) } catch {
      problems.append(error.description)
      return nil
    }
  }
}
