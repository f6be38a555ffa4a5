import Foundation
import Images

/// A devkit: photos with annotations, some of them with masks.
struct VOCSource: PhotoSource {
  private let devkit: VOCDevkit

  var directory: URL { devkit.directory }
  var hasOwnLists: Bool { true }

  /// Finds the devkit of the manifest's year in `root`.
  init(root: URL, manifest: DatasetManifest) throws(DatasetError) {
    guard let year = Int(manifest.id.drop { !$0.isNumber }) else {
      throw DatasetError("the id \(manifest.id) of a manifest does not end with a year")
    }
    devkit = try VOCDevkit(root: root, year: year)
  }

  func list(_ set: String) -> String { "ImageSets/\(set).txt" }

  func images(in set: String) throws(DatasetError) -> [String] { try devkit.images(in: set) }

  func others() -> [String] {
    let place = directory.appendingPathComponent("Annotations").path
    // A directory that cannot be listed has no others; the files of the lists are missed one by one.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { $0.hasSuffix(".xml") && !$0.hasPrefix(".") }.map {
      String($0.dropLast(4))
    }
  }

  func check(_ image: String, sets: Set<String>, isQuick: Bool) -> [PhotoFile] {
    var files: [PhotoFile] = []
    var stated: PixelSize?
    let annotation = "Annotations/\(image).xml"
    if isFile(annotation) {
      do throws(DatasetError) {
        let read = try devkit.annotation(of: image)
        stated = PixelSize(width: read.width, height: read.height)
        files.append(.good("annotations"))
      } catch {
        files.append(.bad("annotations", error.description))
      }
    } else {
      files.append(.missing("annotations", annotation))
    }
    let photo = "JPEGImages/\(image).jpg"
    var found: PixelSize?
    if isFile(photo) {
      let (file, size) = checkPhoto(photo, expected: stated, isQuick: isQuick)
      files.append(file)
      found = size
    } else if !sets.isEmpty {
      files.append(.missing("photos", photo))
    }
    if sets.contains(where: { $0.hasPrefix("Segmentation/") }) {
      files.append(checkMask(image, expected: found ?? stated, isQuick: isQuick))
    }
    return files
  }

  private func checkMask(_ image: String, expected: PixelSize?, isQuick: Bool) -> PhotoFile {
    let name = "SegmentationClass/\(image).png"
    guard isFile(name) else { return .missing("masks", name) }
    do throws(ImageError) {
      guard isQuick else {
        return checkMask(name, try ImageFile.mask(devkit.mask(of: image)), expected: expected)
      }
      let header = try ImageFile.size(of: devkit.mask(of: image))
      let size = PixelSize(width: header.width, height: header.height)
      guard let expected, expected != size else { return .good("masks") }
      return .bad("masks", "\(path(name)) has \(size) pixels, its photo has \(expected)")
    } catch {
      return .bad("masks", error.description)
    }
  }
}
