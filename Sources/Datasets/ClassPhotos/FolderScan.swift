import Foundation

/// Finds the photos of class folders.
enum FolderScan {
  /// The photos of `root/CLASS/...`, sorted, and the class folders. Throws for a directory that cannot be listed and for
  /// a class folder without a photo.
  static func index(of root: URL) throws(DatasetError) -> PhotoIndex {
    let folders = try children(of: root.path).filter(\.isDirectory).map(\.name).sorted()
    guard !folders.isEmpty else {
      throw DatasetError("\(root.path) holds no class folder")
    }
    let found = concurrentMap(count: folders.count, chunk: 1) { number in
      Result { () throws(DatasetError) in
        let folder = folders[number]
        var entries: [PhotoIndex.Entry] = []
        try collect(root.appendingPathComponent(folder).path, folder, below: "", into: &entries)
        return entries.sorted(by: PhotoIndex.Entry.precedes)
      }
    }
    var entries: [PhotoIndex.Entry] = []
    for result in found { entries += try result.get() }
    let index = PhotoIndex(container: .directory(root), entries: entries)
    try index.checkFolders(folders)
    return index
  }

  /// Directories within a class folder; a link may lead in a circle.
  private static let deepest = 4

  private static func collect(
    _ path: String, _ folder: String, below: String, depth: Int = 0,
    into entries: inout [PhotoIndex.Entry]
  ) throws(DatasetError) {
    for child in try children(of: path) {
      let name = below + child.name
      if child.isDirectory {
        guard depth < deepest else { continue }
        try collect(
          "\(path)/\(child.name)", folder, below: name + "/", depth: depth + 1, into: &entries)
      } else if PhotoIndex.isPhoto(child.name) {
        entries.append(
          PhotoIndex.Entry(
            folder: folder, name: name, offset: 0, size: child.size, modified: child.modified))
      }
    }
  }

  private struct Child {
    let name: String
    let isDirectory: Bool
    let size: Int
    let modified: Int
  }

  /// What a directory holds, hidden names left out; links are followed, those that lead nowhere are entries of no bytes.
  private static func children(of path: String) throws(DatasetError) -> [Child] {
    guard let directory = opendir(path) else {
      throw DatasetError("cannot list \(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var children: [Child] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      var status = stat()
      let isKnown = fstatat(dirfd(directory), name, &status, 0) == 0
      children.append(
        Child(
          name: name, isDirectory: isKnown && status.st_mode & S_IFMT == S_IFDIR,
          size: isKnown ? Int(status.st_size) : 0,
          modified: isKnown ? status.modifiedNanoseconds : 0))
    }
    return children
  }
}

extension stat {
  /// Nanoseconds since 1970.
  var modifiedNanoseconds: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
}
