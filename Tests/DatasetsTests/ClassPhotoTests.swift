import Datasets
import Foundation
import Images
import TestSupport
import Testing

/// Photos in class folders and in archives, whole and damaged.
struct ClassPhotoTests {
  /// Files by their paths.
  typealias Files = [(path: String, bytes: [UInt8])]

  /// Photos of unequal sizes, each another one.
  private static func files(_ classes: [String], _ count: Int, _ name: (Int, Int) -> String) throws
    -> Files
  {
    var files: Files = []
    for (label, folder) in classes.enumerated() {
      for index in 0..<count {
        var image = Raster(width: 30 + 4 * index, height: 24 + 3 * label, filling: [10, 200, 90])
        for x in 0..<image.width { image[x, (x + index) % image.height, label % 3] = UInt8(5 * x) }
        let bytes = [UInt8](try ImageFile.jpeg(image, quality: 90))
        files.append(("\(folder)/\(name(label, index))", bytes))
      }
    }
    return files
  }

  /// A directory whose memory lies in it.
  private static func folder(_ root: URL, rehashes: Bool = false) -> PhotoFolder {
    var folder = PhotoFolder(root, rehashes: rehashes)
    folder.cache = root.appendingPathComponent("cache")
    return folder
  }

  private static let classes = ["n01", "n02", "n07"]

  private static func photos() throws -> Files {
    try files(classes, 4) { label, index in "photo_\(label)_\(index).JPEG" }
  }

  private static func write(_ files: Files, below root: URL) throws {
    for (path, bytes) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }

  private static func tar(_ files: Files) -> [UInt8] {
    TarWriter.archive(files.map { .file($0.path, $0.bytes) })
  }

  /// An archive of archives, one for every class, whose entries are not in order.
  private static func nested(_ files: Files) -> [UInt8] {
    let byClass = Dictionary(grouping: files.reversed()) { $0.path.split(separator: "/")[0] }
    return tar(
      byClass.sorted { $0.key > $1.key }.map { folder, files in
        (
          "\(folder).tar",
          tar(files.map { ($0.path.split(separator: "/")[1].description, $0.bytes) })
        )
      })
  }

  private func batches(_ photos: ClassPhotos, threads: Int = 0) throws -> [[Float]] {
    let loader = ClassPhotoLoader(
      dataset: photos, view: .augmented(RandomResizedCrop(side: 16, decodesScaled: true)),
      configuration: LoaderConfiguration(batchSize: 5, seed: 3, threads: threads))
    return try loader.epoch(1).map { try $0.get().images }
  }

  /// What reading a directory that `write` fills says.
  private func sentence(_ set: String = "train", _ write: (URL) throws -> Void) throws -> String {
    try inTemporaryDirectory { root in
      try write(root)
      do {
        _ = try Self.folder(root).photos(set)
        return ""
      } catch { return "\(error)" }
    }
  }

  @Test("folders, an archive of them and an archive of archives are the same data set")
  func containersAreEqual() throws {
    let files = try Self.photos()
    let read = { (fill: (URL) throws -> Void) in
      try inTemporaryDirectory { root in
        try fill(root)
        let photos = try Self.folder(root).photos("train", name: "photos")
        // What is known of it is taken from memory the second time.
        let again = try Self.folder(root).photos("train", name: "photos")
        #expect(again.digest == photos.digest)
        return (
          photos.digest, (0..<photos.count).map { "\(photos.label($0)) \(photos.path($0))" },
          try batches(photos)
        )
      }
    }
    let folders = try read {
      try Self.write(files.map { ("train/" + $0.path, $0.bytes) }, below: $0)
    }
    #expect(folders.1.first == "0 n01/photo_0_0.JPEG" && folders.1.last == "2 n07/photo_2_3.JPEG")
    let archive = try read {
      try Self.write(
        [("train.tar", Self.tar(files.map { ("./train/" + $0.path, $0.bytes) }))], below: $0)
    }
    let nested = try read {
      try Self.write([("ILSVRC2012_img_train.tar", Self.nested(files))], below: $0)
    }
    for other in [archive, nested] {
      #expect(other.0 == folders.0 && other.1 == folders.1 && other.2 == folders.2)
    }
  }

  @Test("batches do not depend on the number of threads or on where an epoch begins")
  func batchesAreAFunction() throws {
    try inTemporaryDirectory { root in
      try Self.write(Self.photos().map { ("train/" + $0.path, $0.bytes) }, below: root)
      let photos = try Self.folder(root).photos("train")
      let alone = try batches(photos)
      #expect(alone.count == 3 && Set(alone.flatMap { $0 }).count > 100)
      #expect(try batches(photos, threads: 3) == alone)
      let loader = ClassPhotoLoader(
        dataset: photos, view: .augmented(RandomResizedCrop(side: 16, decodesScaled: true)),
        configuration: LoaderConfiguration(batchSize: 5, seed: 3, threads: 1))
      #expect(try loader.epoch(1, startingAt: 2).map { try $0.get().images } == [alone[2]])
    }
  }

  @Test(
    "the official validation archive takes its classes from the devkit, in the order of WordNet ids"
  )
  func devkitLabels() throws {
    // The devkit counts n07 first; 4 is an inner node.
    let synsets = MATLABWriter.synsets([
      (1, "n07", "a thing"), (2, "n01", "tench, Tinca tinca"), (3, "n02", "other"),
      (4, "n99", "all"),
    ])
    let files = try Self.files(["x"], 6) { _, index in "ILSVRC2012_val_0000000\(index + 1).JPEG" }
    let flat = files.map { ($0.path.split(separator: "/")[1].description, $0.bytes) }
    func fill(_ root: URL, labels: String) throws {
      let devkit = "ILSVRC2012_devkit_t12/data/"
      try Self.write(
        [
          ("ILSVRC2012_img_val.tar", Self.tar(flat)),
          (devkit + "ILSVRC2012_validation_ground_truth.txt", Array(labels.utf8)),
          (devkit + "meta.mat", synsets),
        ], below: root)
    }
    try inTemporaryDirectory { root in
      try fill(root, labels: "1\n2\n3\n2\n1\n3\n")
      let photos = try Self.folder(root).photos("val", name: "val")
      #expect(photos.classes.ids == ["n01", "n02", "n07"])
      #expect(photos.classes.name(0) == "n01 tench, Tinca tinca")
      #expect((0..<6).map(photos.label) == [0, 0, 1, 1, 2, 2])
      #expect(photos.path(1) == "n01/ILSVRC2012_val_00000004.JPEG")
      // The same photos in class folders are the same set.
      let folders = root.appendingPathComponent("folders")
      try Self.write(
        zip(flat, ["n07", "n01", "n02", "n01", "n07", "n02"]).map { ("val/\($1)/\($0.0)", $0.1) },
        below: folders)
      #expect(try Self.folder(folders).photos("val", name: "val").digest == photos.digest)
    }
    let fewer = try sentence("val") { try fill($0, labels: "1\n2\n3\n2\n1\n") }
    #expect(fewer.contains("holds 6 photos") && fewer.contains("the classes of 5"))
    #expect(
      try sentence("val") { try fill($0, labels: "1\n2\n3\n9\n1\n3\n") }.contains("no class 9"))
    #expect(try sentence("val") { try fill($0, labels: "1\ntwo\n") }.contains("line 2"))
    let bare = try sentence("val") {
      try Self.write([("ILSVRC2012_img_val.tar", Self.tar(flat))], below: $0)
    }
    #expect(bare.contains("ILSVRC2012_devkit_t12.tar.gz"))
  }

  @Test("what is missing, empty, foreign or cut is named")
  func badInput() throws {
    let files = try Self.photos()
    let train = files.map { ("train/" + $0.path, $0.bytes) }
    #expect(try sentence { _ in }.contains("no photos of the set train"))
    let empty = try sentence {
      try Self.write(train, below: $0)
      try FileManager.default.createDirectory(
        at: $0.appendingPathComponent("train/n05"), withIntermediateDirectories: true)
    }
    #expect(empty.contains("train/n05 holds no photo"))
    let foreign = try sentence {
      try Self.write(train + [("synsets.txt", Array("n01\nn02\nn08\n".utf8))], below: $0)
    }
    #expect(foreign.contains("of the class n07") && foreign.contains("another data set"))
    let twice = try sentence {
      try Self.write(train + [("synsets.txt", Array("n01\nn02\nn01\n".utf8))], below: $0)
    }
    #expect(twice.contains("synsets.txt names the class n01 twice"))
    for archive in [Self.tar(files), Self.nested(files)] {
      // In the bytes of a photo, and in a header.
      for end in [archive.count * 2 / 3, archive.count / 512 * 256 + 77] {
        let cut = try sentence {
          try Self.write([("train.tar", Array(archive.prefix(end)))], below: $0)
        }
        #expect(cut.contains("train.tar cannot be read") && cut.contains("ends early"), "\(cut)")
      }
    }
    let zipped = try sentence {
      try Self.write([("train.tar", Array(repeating: 7, count: 3000))], below: $0)
    }
    #expect(zipped.contains("train.tar cannot be read"))
  }

  @Test("a bad photo ends an epoch with its name; bad photos can be left out, each with the reason")
  func badPhotos() throws {
    try inTemporaryDirectory { root in
      var files = try Self.photos().map { ("train/" + $0.path, $0.bytes) }
      files[3].1 = Array(files[3].1.prefix(files[3].1.count / 2))
      files[6].1 = Array("not a photo".utf8)
      try Self.write(files, below: root)
      let photos = try Self.folder(root).photos("train")
      var errors: [String] = []
      let loader = ClassPhotoLoader(
        dataset: photos, view: .centre(CentreCrop(side: 16)),
        configuration: LoaderConfiguration(batchSize: 4, threads: 1, shuffles: false))
      for batch in loader.epoch(0) {
        if case .failure(let error) = batch { errors.append("\(error)") }
      }
      #expect(errors.count == 2)
      #expect(errors[0].contains("n01/photo_0_3.JPEG is damaged"))
      #expect(errors[1].contains("n02/photo_1_2.JPEG is neither JPEG nor PNG"))
      var told: [String] = []
      let whole = try photos.withoutBadPhotos { told += $0 }
      #expect(whole.count == 10 && told == errors && whole.leftOut == told)
      #expect(whole.digest != photos.digest)
    }
  }

  @Test("a file that changes without changing its size is another data set")
  func contentsCount() throws {
    try inTemporaryDirectory { root in
      let files = try Self.photos().map { ("train/" + $0.path, $0.bytes) }
      try Self.write(files, below: root)
      let before = try Self.folder(root).photos("train").digest
      var changed = files[0].1
      changed[changed.count - 9] ^= 1
      try Self.write([(files[0].0, changed)], below: root)
      #expect(try Self.folder(root).photos("train").digest != before)
      try Self.write([files[0]], below: root)
      #expect(try Self.folder(root, rehashes: true).photos("train").digest == before)
    }
  }

  @Test("a held-out part and a subset take their share of every class")
  func parts() throws {
    try inTemporaryDirectory { root in
      try Self.write(Self.photos().map { ("train/" + $0.path, $0.bytes) }, below: root)
      let photos = try Self.folder(root).photos("train")
      let split = photos.splitHeldOut(oneOf: 4, seed: 0)
      #expect((0..<split.heldOut.count).map(split.heldOut.label) == [0, 1, 2])
      let paths = { (photos: ClassPhotos) in Set((0..<photos.count).map(photos.path)) }
      #expect(paths(split.training).isDisjoint(with: paths(split.heldOut)))
      #expect(split.training.count == 9)
      let half = photos.subset(fraction: 0.5, seed: 0)
      #expect((0..<half.count).map(half.label) == [0, 0, 1, 1, 2, 2])
      #expect(paths(photos.subset(fraction: 0.25, seed: 0)).isSubset(of: paths(half)))
      #expect((0..<3).map(photos.sample(3).label) == [0, 1, 2])
    }
  }
}
