public import Foundation

/// A directory with photos of classes: ImageNet's official archives, class folders, or archives of class folders.
///
/// Of a set (`train`, `val`) it takes the first that is there: the directory `SET` with a folder for every class; the
/// official archive `ILSVRC2012_img_SET.tar`; an archive `SET.tar` of class folders. The classes and their order are those
/// of `synsets.txt`, else those of the official devkit, else the sorted names of the class folders.
public struct PhotoFolder: Sendable {
  /// The directory.
  public let root: URL
  /// Whether contents are read anew that seem to be the same as before.
  public let rehashes: Bool
  /// The directory in which is remembered what was read; nil remembers nothing.
  public var cache = FileDigests.userCache?.deletingLastPathComponent()
  /// Gets the number of photos that were read and that of all, now and then, where contents must be read.
  public var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  /// A directory.
  public init(_ root: URL, rehashes: Bool = false) {
    self.root = root
    self.rehashes = rehashes
  }

  /// The default place of ImageNet, below the directory where data sets lie.
  public static let folderName = "imagenet"
  /// The list of classes.
  public static let classList = "synsets.txt"

  /// The list of classes that the directory has besides its photos; nil where it has none.
  public func classes() throws(DatasetError) -> PhotoClasses? {
    let list = root.appendingPathComponent(Self.classList)
    if FileManager.default.fileExists(atPath: list.path) {
      return try PhotoClasses(contentsOf: list)
    }
    return try ImageNetDevkit.find(in: root)?.classes
  }

  /// Whether there are photos of a set.
  public func has(_ set: String) -> Bool { container(set) != nil }

  /// The photos of a set. Throws where there are none, for a class that is not among `classes` (those of the directory
  /// without them), and for an archive that is damaged.
  public func photos(_ set: String, classes given: PhotoClasses? = nil, name: String? = nil)
    throws(DatasetError) -> ClassPhotos
  {
    try photos(set, classes: given, name: name, readsContents: true)
  }

  /// The same without reading what the photos hold; their digest says little.
  package func photosByHeaders(_ set: String) throws(DatasetError) -> ClassPhotos {
    try photos(set, readsContents: false)
  }

  private func photos(
    _ set: String, classes given: PhotoClasses? = nil, name: String? = nil, readsContents: Bool
  ) throws(DatasetError) -> ClassPhotos {
    guard let container = container(set) else {
      throw DatasetError(
        "\(root.path) holds no photos of the set \(set): neither \(set)/CLASS/*.JPEG nor "
          + "ILSVRC2012_img_\(set).tar nor \(set).tar; `lskd-data fetch imagenet --archive DIR` brings the official "
          + "archives, --data and --imagenet name another directory")
    }
    let devkit = try ImageNetDevkit.find(in: root)
    let index = try index(container, set: set)
    var archive: OpenFile?
    if case .archive(let url) = container { archive = try OpenFile(url) }
    let folders = try Self.folders(of: index, devkit, container)
    var classes = given
    if classes == nil { classes = try self.classes() }
    return try photos(
      index, folders, classes ?? PhotoClasses(Set(folders).sorted()), archive, readsContents,
      name: name ?? "\(root.lastPathComponent) \(set)")
  }

  private func photos(
    _ index: PhotoIndex, _ folders: [String], _ classes: PhotoClasses, _ archive: OpenFile?,
    _ readsContents: Bool, name: String
  ) throws(DatasetError) -> ClassPhotos {
    let numbers = Dictionary(
      uniqueKeysWithValues: classes.ids.enumerated().map { ($1, $0) })
    if let foreign = Set(folders).filter({ numbers[$0] == nil }).min() {
      throw DatasetError(
        "\(index.container.url.path) has photos of the class \(foreign), which is none of the \(classes.count) classes "
          + "from \(classes.ids[0]) to \(classes.ids[classes.count - 1]): it belongs to another data set"
      )
    }
    var index = index
    if readsContents { try read(&index, archive) }
    let samples = zip(index.entries, folders).map { entry, folder in
      // Every folder has a number, see above.
      ClassPhotos.Sample(label: numbers[folder] ?? 0, entry: entry)
    }
    return ClassPhotos(
      name: name, classes: classes,
      samples: samples.sorted { ($0.label, $0.entry.name) < ($1.label, $1.entry.name) },
      container: index.container, archive: archive)
  }

  private func container(_ set: String) -> PhotoIndex.Container? {
    let directory = root.appendingPathComponent(set)
    if directory.hasDirectory { return .directory(directory) }
    return ["ILSVRC2012_img_\(set).tar", "\(set).tar"].map(root.appendingPathComponent)
      .first { FileManager.default.fileExists(atPath: $0.path) }.map { .archive($0) }
  }

  /// The class of every entry: its folder, or, where an archive has none, what the devkit says.
  private static func folders(
    of index: PhotoIndex, _ devkit: ImageNetDevkit?, _ container: PhotoIndex.Container
  ) throws(DatasetError) -> [String] {
    guard index.entries.contains(where: { $0.folder.isEmpty }) else {
      return index.entries.map(\.folder)
    }
    guard let devkit else {
      throw DatasetError(
        "\(container.url.path) has photos without class folders: their classes are in "
          + "\(ImageNetDevkit.archiveName), which must lie beside it")
    }
    return try devkit.validationClasses(of: index.entries.map(\.name), in: container.url)
  }

  // MARK: - What was read before

  private func index(_ container: PhotoIndex.Container, set: String) throws(DatasetError)
    -> PhotoIndex
  {
    let memory = PhotoIndexFile(of: container, cache: cache)
    switch container {
    case .archive(let url):
      let file = try OpenFile(url)
      if let known = memory?.read(of: container, size: file.size, modified: file.modified) {
        return rehashes ? known.forgettingContents : known
      }
      let index = try ArchiveScan.index(of: url, set: set)
      memory?.write(index, size: file.size, modified: file.modified)
      return index
    case .directory(let url):
      var index = try FolderScan.index(of: url)
      if !rehashes, let known = memory?.read(of: container, size: 0, modified: 0) {
        index.takeDigests(from: known)
      }
      return index
    }
  }

  /// Reads the contents that nobody has read yet, and remembers all.
  private func read(_ index: inout PhotoIndex, _ archive: OpenFile?) throws(DatasetError) {
    guard index.entries.contains(where: { $0.digest == nil }) else { return }
    var missing = index.entries.indices.filter { index.entries[$0].digest == nil }
    // In the order of the archive.
    missing.sort { index.entries[$0].offset < index.entries[$1].offset }
    let container = index.container
    for start in stride(from: 0, to: missing.count, by: Self.portion) {
      let part = missing[start..<min(start + Self.portion, missing.count)]
      let entries = part.map { index.entries[$0] }
      let digests = concurrentMap(count: entries.count) { number in
        // A photo that cannot be read is named when it is shown, or left out where bad photos are.
        (try? ClassPhotos.bytes(of: entries[number], in: container, archive))
          .map(ContentDigest.init(of:))
      }
      for (place, digest) in zip(part, digests) { index.entries[place].digest = digest }
      progress(start + part.count, missing.count)
    }
    var known = index
    known.forgetFreshContents()
    PhotoIndexFile(of: container, cache: cache)?.write(
      known, size: archive?.size ?? 0, modified: archive?.modified ?? 0)
  }

  /// Photos that are read between two reports.
  private static let portion = 4096
}

extension PhotoIndex {
  fileprivate var forgettingContents: PhotoIndex {
    var index = self
    for place in entries.indices { index.entries[place].digest = nil }
    return index
  }

  /// Takes over what was read of files with the size and time of before.
  fileprivate mutating func takeDigests(from known: PhotoIndex) {
    let digests = Dictionary(known.entries.map { ($0.path, $0) }) { first, _ in first }
    for (place, entry) in entries.enumerated() {
      guard let before = digests[entry.path], before.size == entry.size,
        before.modified == entry.modified
      else { continue }
      entries[place].digest = before.digest
    }
  }

  /// Files that changed just now may change again without another time stamp.
  fileprivate mutating func forgetFreshContents() {
    let now = Int(Date().timeIntervalSince1970 * 1e9)
    for (place, entry) in entries.enumerated()
    where entry.modified > 0 && now - entry.modified < FileDigests.freshness {
      entries[place].digest = nil
    }
  }
}
