import Foundation
import Images

/// What a verification finds in a directory of ImageNet's archives or class folders.
struct ClassPhotoCheck {
  /// The layout of manifests of such data sets.
  static let layout = "imagenet-archives"
  private static let classCount = 1000

  private(set) var sets: [PhotoVerification.SetFinding] = []
  private(set) var files: [PhotoFile] = []
  private(set) var problems: [String] = []
  private(set) var missing: [String] = []
  private let isQuick: Bool

  /// Compares archives with their hashes (quick: their sizes), counts photos and classes and decodes every photo (quick:
  /// reads the headers of archives alone). `root` may be the directory around the one with the photos.
  init(_ root: URL, _ manifest: DatasetManifest, isQuick: Bool) throws(DatasetError) {
    self.isQuick = isQuick
    let inner = root.appendingPathComponent(PhotoFolder.folderName)
    let place = inner.hasDirectory ? inner : root
    guard place.hasDirectory else { throw DatasetError("there is no directory \(place.path)") }
    for archive in manifest.archives { check(archive, in: place) }
    let folder = PhotoFolder(place)
    for set in manifest.imageSets?.sets ?? [] {
      guard folder.has(set.name) else {
        sets.append(.init(name: set.name, expected: set.images, found: nil))
        missing.append("the set \(set.name)")
        continue
      }
      do throws(DatasetError) { try check(set, of: folder) } catch {
        sets.append(.init(name: set.name, expected: set.images, found: nil))
        problems.append(error.description)
      }
    }
  }

  /// Archives need not be there: class folders may be in their place.
  private mutating func check(_ archive: DatasetManifest.Archive, in place: URL) {
    let file = place.appendingPathComponent(archive.name)
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    do throws(DatasetError) {
      let flaw = try isQuick ? archive.flaw(ofSizeAt: file) : archive.flaw(ofFileAt: file)
      files.append(
        flaw.map { .bad("archives", "\(file.path) is not the official one: \($0)") }
          ?? .good("archives"))
    } catch {
      files.append(.bad("archives", error.description))
    }
  }

  private mutating func check(_ set: DatasetManifest.ImageSet, of folder: PhotoFolder)
    throws(DatasetError)
  {
    let photos = try folder.photosByHeaders(set.name)
    sets.append(.init(name: set.name, expected: set.images, found: photos.count))
    if photos.count < set.images {
      missing.append("\(set.images - photos.count) of the \(set.images) photos of \(set.name)")
    } else if photos.count > set.images {
      problems.append("\(set.name) has \(photos.count) photos instead of \(set.images)")
    }
    if photos.classes.count != Self.classCount {
      problems.append(
        "\(set.name) has \(photos.classes.count) classes instead of \(Self.classCount)")
    }
    guard !isQuick else { return }
    files += concurrentMap(count: photos.count) { index in
      do throws(DatasetError) {
        let photo = try photos.photo(index)
        _ = try reading { () throws(ImageError) in try photo.decoded() }
        return .good("photos")
      } catch {
        return .bad("photos", error.description)
      }
    }
  }
}
