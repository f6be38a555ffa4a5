import DurableFiles
public import Foundation

/// Brings a data set into a directory: from what is there already, from local archives, or by downloading.
///
/// Every archive is checked against the manifest before it is unpacked, and unpacked whole or not at all. Run again, it
/// does only what is missing.
public struct DatasetFetch: Sendable {
  /// What to bring.
  public let manifest: DatasetManifest
  /// Where to.
  public let directory: URL
  /// Addresses that are tried before those of the manifest: of an archive, or of a directory with the archives.
  public var mirrors: [String] = []
  /// Archives on this machine, directories with archives or with the unpacked data set.
  public var local: [URL] = []
  /// Whether downloaded archives stay after they are unpacked.
  public var keepsArchives = false
  /// How long to wait for servers.
  public var patience = FetchPatience()

  /// Makes a fetch.
  public init(_ manifest: DatasetManifest, into directory: URL) {
    self.manifest = manifest
    self.directory = directory
  }

  /// Does what is missing and tells about it. Throws when an archive cannot be had, with what to do by hand; the other
  /// archives are brought nevertheless.
  public func run(report: @escaping (FetchEvent) -> Void) throws(DatasetError) {
    try checkManifest()
    try checkDirectory()
    try checkLocal()
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    } catch {
      throw DatasetError("cannot create \(directory.path): \(error.reason)")
    }
    var failures: [String] = []
    for archive in manifest.archives {
      do throws(DatasetError) {
        try bring(archive, report)
      } catch {
        failures.append(error.description)
      }
    }
    guard failures.isEmpty else { throw DatasetError(failures.joined(separator: "\n")) }
  }

  private func bring(
    _ archive: DatasetManifest.Archive, _ report: @escaping (FetchEvent) -> Void
  ) throws(DatasetError) {
    let tell = { (text: String) in report(.message("\(archive.name): \(text)")) }
    if try isThere(archive, tell) { return }
    if let place = try localContent(archive, tell) {
      return try copy(archive, from: place, tell)
    }
    if let file = try localArchive(archive) {
      tell("checking \(file.path)")
      if let flaw = try archive.flaw(ofFileAt: file) {
        throw DatasetError(
          "\(file.path) is not the archive of \(manifest.id): \(flaw); get \(archive.name) anew")
      }
      return try install(archive, at: file, tell)
    }
    let kept = directory.appendingPathComponent(archive.name)
    if FileManager.default.fileExists(atPath: kept.path) {
      tell("checking \(kept.path)")
      guard let flaw = try archive.flaw(ofFileAt: kept) else {
        return try install(archive, at: kept, tell)
      }
      tell("\(kept.path) is not used: \(flaw)")
    }
    let file = try downloaded(archive, report)
    try install(archive, at: file, tell)
    if !keepsArchives { unlink(file.path) }
  }

  private func downloaded(
    _ archive: DatasetManifest.Archive, _ report: @escaping (FetchEvent) -> Void
  ) throws(DatasetError) -> URL {
    let addresses =
      mirrors.map {
        $0.hasSuffix("/\(archive.name)") ? $0 : $0 + ($0.hasSuffix("/") ? "" : "/") + archive.name
      } + archive.mirrors
    guard !addresses.isEmpty else {
      throw DatasetError(
        "\(archive.name) comes from no server without a registration: get it by hand"
          + (manifest.homepage.map { " (\($0))" } ?? "")
          + ", check that \(archive.hashInWords), and pass it with --archive FILE")
    }
    let download = ArchiveDownload(
      archive: archive, directory: directory, mirrors: addresses, patience: patience,
      report: report)
    switch try download.run() {
    case .success(let file): return file
    case .failure(let exhausted):
      throw DatasetError(
        "\(archive.name) could not be downloaded (\(exhausted.reasons.joined(separator: "; "))): get "
          + "\(archive.name) by hand, check that \(archive.hashInWords), and pass it with --archive FILE"
      )
    }
  }

  private func install(
    _ archive: DatasetManifest.Archive, at file: URL, _ tell: (String) -> Void
  ) throws(DatasetError) {
    if archive.isKept ?? false { return try KeptArchive.put(archive, file, into: directory, tell) }
    tell("unpacking")
    let count = try ArchiveUnpacker.install(archive, at: file, into: directory)
    tell("unpacked \(inWords(count, archive))")
  }

  private func copy(
    _ archive: DatasetManifest.Archive, from place: URL, _ tell: (String) -> Void
  ) throws(DatasetError) {
    tell("copying what it unpacks to from \(place.path)")
    let content = UnpackedContent(archive: archive, manifest: manifest, directory: place)
    let count = try content.install(into: directory)
    tell("copied \(inWords(count, archive))")
  }

  private func inWords(_ count: Int, _ archive: DatasetManifest.Archive) -> String {
    "\(count) file\(count == 1 ? "" : "s") to \(directory.appendingPathComponent(archive.unpacksTo).path)"
  }

  /// Whether nothing has to be done for `archive`, because its content is in the directory.
  private func isThere(
    _ archive: DatasetManifest.Archive, _ tell: (String) -> Void
  ) throws(DatasetError) -> Bool {
    if let note = UnpackedFiles(of: archive, in: directory) {
      guard let missing = note.firstMissing(in: directory) else {
        if archive.isKept ?? false {
          tell("nothing to do, \(note.files[0].path) is there")
          return true
        }
        tell("is unpacked already, all \(note.files.count) files are there")
        return true
      }
      tell("was unpacked before, but \(missing) is missing or has another size")
    } else if case .complete(let place) = try .of(archive, of: manifest, in: directory)
      as DatasetPresence
    {
      tell("nothing to do, \(place.path) holds what it unpacks to")
      return true
    }
    return false
  }

  /// The local directory that holds already what `archive` unpacks to.
  private func localContent(
    _ archive: DatasetManifest.Archive, _ tell: (String) -> Void
  ) throws(DatasetError) -> URL? {
    for place in local where place.hasDirectory {
      switch try DatasetPresence.of(archive, of: manifest, in: place) {
      case .complete(let found): return found
      case .partial(let found, let missing, let all):
        tell("\(found.path) does not replace it: \(missing) of \(all) images are incomplete")
      case .absent: break
      }
    }
    return nil
  }

  /// The local file that should be `archive`: by its name, or, with another name, by its size.
  private func localArchive(_ archive: DatasetManifest.Archive) throws(DatasetError) -> URL? {
    for place in local {
      let file = place.hasDirectory ? place.appendingPathComponent(archive.name) : place
      if file.lastPathComponent == archive.name,
        FileManager.default.fileExists(atPath: file.path)
      {
        return file
      }
    }
    return local.first { !$0.hasDirectory && !isNamed($0) && fits($0, archive) }
  }

  /// Throws for a manifest without archives and for one that would write elsewhere.
  private func checkManifest() throws(DatasetError) {
    guard !manifest.archives.isEmpty else {
      throw DatasetError(
        "the manifest of \(manifest.id) names no archive: there is nothing to fetch")
    }
    for archive in manifest.archives {
      let names = archive.unpacksTo.split(separator: "/")
      guard !archive.name.contains("/"), !archive.name.hasPrefix("."), !names.isEmpty,
        !names.contains(".."), !archive.unpacksTo.hasPrefix("/")
      else {
        throw DatasetError(
          "the manifest of \(manifest.id) wants to write outside of the directory: \(archive.name), "
            + archive.unpacksTo)
      }
    }
  }

  /// Throws when generated data lie where the real ones would go.
  private func checkDirectory() throws(DatasetError) {
    let isGenerated =
      switch manifest.layout {
      case "voc-devkit": SyntheticVOC.wrote(directory)
      case "cifar100-binary":
        try DatasetManifest.generated(in: CIFAR100.resolve(directory)) != nil
      default: false
      }
    guard !isGenerated else {
      throw DatasetError(
        "\(directory.path) holds synthetic data: name another directory for \(manifest.id)")
    }
  }

  private func isNamed(_ file: URL) -> Bool {
    manifest.archives.contains { $0.name == file.lastPathComponent }
  }

  private func fits(_ file: URL, _ archive: DatasetManifest.Archive) -> Bool {
    // A file that cannot be inspected fits nothing; `checkLocal` has told about missing ones.
    let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize
    return archive.size.map { $0 == size } ?? (manifest.archives.count == 1)
  }

  /// Throws for a local place that does not exist and for a file that is no archive of the data set.
  private func checkLocal() throws(DatasetError) {
    for place in local {
      guard FileManager.default.fileExists(atPath: place.path) else {
        throw DatasetError("\(place.path) does not exist: name an archive or a directory")
      }
      guard
        place.hasDirectory || isNamed(place)
          || manifest.archives.contains(where: { fits(place, $0) })
      else {
        throw DatasetError(
          "\(place.path) is no archive of \(manifest.id), by its name or by its size: expected "
            + manifest.archives.map(\.name).joined(separator: " or "))
      }
    }
  }
}

extension URL {
  /// Whether it leads to a directory.
  var hasDirectory: Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
