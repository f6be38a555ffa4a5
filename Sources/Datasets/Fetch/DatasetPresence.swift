public import Foundation

/// Whether a directory holds already what an archive would unpack to, whoever put it there.
public enum DatasetPresence: Sendable {
  /// Nothing of it.
  case absent
  /// Its lists, but not all of what they name.
  case partial(URL, missing: Int, of: Int)
  /// All of it.
  case complete(URL)

  /// Whether nothing is missing.
  public var isComplete: Bool { if case .complete = self { true } else { false } }

  /// Looks into `root`, which may be the directory around what the archive unpacks to or that directory itself.
  public static func of(
    _ archive: DatasetManifest.Archive, of manifest: DatasetManifest, in root: URL
  ) throws(DatasetError) -> DatasetPresence {
    let sets = manifest.imageSets?.sets.filter { $0.archive == archive.name } ?? []
    for place in places(archive, root) {
      if !manifest.files.isEmpty {
        guard FileManager.default.fileExists(atPath: place.path) else { continue }
        let found = try DatasetVerification(of: place, against: manifest)
        if found.isIntact { return .complete(place) }
      }
      if !sets.isEmpty, let images = listed(sets, manifest, place) {
        let missing = images.count { image in
          !expected(image, manifest).allSatisfy { isFile(place.appendingPathComponent($0)) }
        }
        return missing == 0
          ? .complete(place) : .partial(place, missing: missing, of: images.count)
      }
    }
    return .absent
  }

  private static func places(_ archive: DatasetManifest.Archive, _ root: URL) -> [URL] {
    let names = archive.unpacksTo.split(separator: "/").map(String.init)
    return names.indices.map { index in
      names[index...].reduce(root) { $0.appendingPathComponent($1) }
    } + [root]
  }

  /// The images of all sets, nil unless every list is there with its count.
  private static func listed(
    _ sets: [DatasetManifest.ImageSet], _ manifest: DatasetManifest, _ place: URL
  ) -> Set<String>? {
    let lists = manifest.layout == "voc-devkit" ? "ImageSets/" : ""
    var images: Set<String> = []
    for set in sets {
      let file = place.appendingPathComponent("\(lists)\(set.name).txt")
      // A list that cannot be read counts as none.
      guard let members = try? ImageSetFile.read(file, ifMissing: ""), members.count == set.images
      else { return nil }
      images.formUnion(members)
    }
    return images
  }

  /// The files that an image must have.
  private static func expected(_ image: String, _ manifest: DatasetManifest) -> [String] {
    manifest.layout == "voc-devkit"
      ? ["JPEGImages/\(image).jpg", "Annotations/\(image).xml"]
      : ["img/\(image).jpg", "cls/\(image).mat"]
  }

  private static func isFile(_ url: URL) -> Bool {
    var status = stat()
    return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
  }
}
