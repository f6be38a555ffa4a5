import Datasets
import DurableFiles
import Foundation
import Images
import TestSupport
import Testing

/// Archives that stay archives, and the check of ImageNet.
struct KeptArchiveTests {
  /// A manifest of one archive with these bytes.
  private func manifest(_ bytes: Data, in root: URL) throws -> DatasetManifest {
    let file = root.appendingPathComponent("manifest.json")
    try bytes.write(to: root.appendingPathComponent("bytes"))
    let md5 = try Digest.md5(fileAt: root.appendingPathComponent("bytes"))
    let json = """
      {"schema": 1, "id": "few", "title": "few photos", "task": "classification", "layout": "imagenet-archives",
       "homepage": "https://example.org", "licence": "none", "files": [], "archives": [
        {"name": "ILSVRC2012_img_val.tar", "size": \(bytes.count), "md5": "\(md5)", "unpacksTo": "imagenet",
         "isKept": true, "mirrors": []}],
       "imageSets": {"source": "here", "sets": [
        {"name": "val", "images": 3, "archive": "ILSVRC2012_img_val.tar"}]}}
      """
    try Data(json.utf8).write(to: file)
    return try DatasetManifest.load(file: file)
  }

  private func archive() throws -> Data {
    let image = Raster(width: 20, height: 16, filling: [9, 80, 200])
    let photo = [UInt8](try ImageFile.jpeg(image, quality: 90))
    return Data(
      TarWriter.archive((0..<3).map { .file("n0\($0)/photo.JPEG", photo) }))
  }

  private func fetch(_ manifest: DatasetManifest, _ root: URL, from place: URL?) throws -> [String]
  {
    var fetch = DatasetFetch(manifest, into: root.appendingPathComponent("home"))
    fetch.local = place.map { [$0] } ?? []
    var messages: [String] = []
    try fetch.run { if case .message(let text) = $0 { messages.append(text) } }
    return messages
  }

  @Test(
    "a kept archive is checked and becomes a second name of the same file; nothing is done twice")
  func isLinked() throws {
    try inTemporaryDirectory { root in
      let bytes = try archive()
      let manifest = try manifest(bytes, in: root)
      let downloads = root.appendingPathComponent("downloads")
      try FileManager.default.createDirectory(at: downloads, withIntermediateDirectories: true)
      let file = downloads.appendingPathComponent("ILSVRC2012_img_val.tar")
      let missing = #expect(throws: DatasetError.self) {
        try fetch(manifest, root, from: nil)
      }
      #expect(missing?.description.contains("without a registration") ?? false)
      var damaged = bytes
      damaged[700] ^= 1
      try damaged.write(to: file)
      let wrong = #expect(throws: DatasetError.self) {
        try fetch(manifest, root, from: downloads)
      }
      #expect(wrong?.description.contains("its MD5 is") ?? false)
      try bytes.write(to: file)
      #expect(
        try fetch(manifest, root, from: downloads).contains { $0.contains("the same file as") })
      let target = root.appendingPathComponent("home/imagenet/ILSVRC2012_img_val.tar")
      #expect(try Data(contentsOf: target) == bytes)
      let again = try fetch(manifest, root, from: nil)
      #expect(again.count == 1 && again[0].contains("nothing to do"))
    }
  }

  @Test(
    "a check counts photos and classes, names bad photos and archives, and says what is missing")
  func verification() throws {
    try inTemporaryDirectory { root in
      let bytes = try archive()
      let manifest = try manifest(bytes, in: root)
      let place = root.appendingPathComponent("imagenet")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let file = place.appendingPathComponent("ILSVRC2012_img_val.tar")
      try bytes.write(to: file)
      let whole = try PhotoVerification(of: root, against: manifest)
      #expect(whole.sets.map(\.found) == [3] && whole.missing.isEmpty)
      #expect(whole.tallies.map(\.kind) == ["archives", "photos"])
      #expect(whole.tallies.map(\.good) == [1, 3])
      // Three classes are not a thousand.
      #expect(whole.problems.count == 1 && whole.problems[0].contains("3 classes instead of 1000"))
      var damaged = bytes
      // The first photo begins behind its header.
      for place in 512..<520 { damaged[place] = 0 }
      try damaged.write(to: file)
      let found = try PhotoVerification(of: root, against: manifest)
      #expect(found.problems.contains { $0.contains("is not the official one: its MD5 is") })
      #expect(found.problems.contains { $0.contains("n00/photo.JPEG is neither JPEG nor PNG") })
      let quick = try PhotoVerification(of: root, against: manifest, .init(isQuick: true))
      #expect(quick.problems.count == 1)
      try FileManager.default.removeItem(at: file)
      let none = try PhotoVerification(of: root, against: manifest)
      #expect(none.missing == ["the set val"] && !none.isIntact)
    }
  }
}
