import Foundation

/// The Semantic Boundaries Dataset: photos with masks.
struct SBDSource: PhotoSource {
  private let dataset: SBDataset

  var directory: URL { dataset.directory }
  /// With masks as PNGs the lists are VOC's.
  var hasOwnLists: Bool { dataset.layout == .benchmark }

  init(root: URL) throws(DatasetError) { dataset = try SBDataset(root: root) }

  func list(_ set: String) -> String { "\(set).txt" }

  func images(in set: String) throws(DatasetError) -> [String] { try dataset.images(in: set) }

  func others() -> [String] {
    // A directory that cannot be listed has no others; the files of the lists are missed one by one.
    (try? dataset.images()) ?? []
  }

  func check(_ image: String, sets: Set<String>, isQuick: Bool) -> [PhotoFile] {
    var files: [PhotoFile] = []
    let photo = relative(dataset.photo(of: image))
    var size: PixelSize?
    if isFile(photo) {
      let (file, found) = checkPhoto(photo, expected: nil, isQuick: isQuick)
      files.append(file)
      size = found
    } else {
      files.append(.missing("photos", photo))
    }
    let mask = relative(dataset.maskFile(of: image))
    guard isFile(mask) else { return files + [.missing("masks", mask)] }
    do throws(DatasetError) {
      files.append(checkMask(mask, try dataset.mask(of: image), expected: size))
    } catch {
      files.append(.bad("masks", error.description))
    }
    return files
  }

  private func relative(_ url: URL) -> String {
    url.pathComponents.suffix(2).joined(separator: "/")
  }
}
