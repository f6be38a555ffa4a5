import Datasets
import Foundation
import Images
import TestSupport
import Testing

/// Photos and masks on disk, whole and damaged.
struct DatasetTests {
  private let root: URL
  private let year: URL

  init() throws {
    root = try Photos.synthetic(train: 10, test: 4)
    year = root.appendingPathComponent("VOCdevkit/VOC2007")
  }

  private func read(_ set: String = "test", skipsBad: Bool = false) throws -> SegmentationDataset {
    try SegmentationDataset(
      name: "voc", root: root, parts: [.init(year: 2007, set: set)], skipsBad: skipsBad)
  }

  private func decodeAll(_ data: SegmentationDataset) throws {
    for batch in SegmentationLoader(dataset: data, shortSide: nil, threads: 0).epoch(0) {
      _ = try batch.get()
    }
  }

  @Test("whatever is wrong with a photo or mask is a sentence with its name, or is listed")
  func badFilesAreNamed() throws {
    let first = try #require(read().samples.first)
    let mask = try #require(first.mask)
    let (photoBytes, maskBytes) = (try Data(contentsOf: first.photo), try Data(contentsOf: mask))
    let (width, height) = (first.width, first.height)
    func png(_ width: Int, _ height: Int, _ value: UInt8) throws -> Data {
      try ImageFile.png(
        Raster(width: width, height: height, filling: [value]), palette: VOCPalette.colors)
    }
    // A header that claims 30,000 x 30,000 pixels; its checksum is that of the claim.
    var bomb = try png(1, 1, 0)
    bomb.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
    let damages: [(URL, Data?, String)] = [
      (first.photo, nil, "cannot read"), (mask, nil, "cannot read"),
      (first.photo, photoBytes.prefix(photoBytes.count / 2), "damaged"),
      (first.photo, Data("no photo".utf8), "neither JPEG nor PNG"),
      (mask, maskBytes.prefix(maskBytes.count - 30), "damaged"),
      (mask, try png(width + 1, height, 0), "\(width + 1) x \(height)"),
      (mask, try png(width, height, 21), "21"), (mask, try png(width, height, 254), "254"),
      (
        mask, try ImageFile.png(Raster(width: width, height: height, filling: [0, 0, 0])), "no mask"
      ),
      (mask, bomb, mask.lastPathComponent),
    ]
    for (file, data, word) in damages {
      if let data { try data.write(to: file) } else { try FileManager.default.removeItem(at: file) }
      let error = #expect(throws: DatasetError.self) { try decodeAll(read()) }
      let sentence = try #require(error).description
      #expect(sentence.contains(file.path) && sentence.contains(word), "\(sentence)")
      let rest = try read(skipsBad: true)
      #expect(rest.count == 3 && rest.leftOut.count == 1)
      #expect(rest.leftOut[0].contains(file.path))
      try photoBytes.write(to: first.photo)
      try maskBytes.write(to: mask)
    }
    try decodeAll(read())
  }

  @Test("a mask that changes without changing its size is another data set")
  func digestIsOfContents() throws {
    let before = try read()
    let mask = try #require(before.samples.first?.mask)
    let bytes = try Data(contentsOf: mask)
    var changed = bytes
    // Among the pixels, before their check sum and the end of the file.
    changed[changed.count - 20] ^= 1
    try changed.write(to: mask)
    #expect(try read().digest != before.digest)
    try bytes.write(to: mask)
    #expect(try read().digest == before.digest)
  }

  @Test("an empty or missing set, and a set of bad photos alone, are errors")
  func setsMustHoldPhotos() throws {
    #expect(throws: DatasetError.self) { try read("nowhere") }
    let list = year.appendingPathComponent("ImageSets/Segmentation/test.txt")
    try Data("\n".utf8).write(to: list)
    #expect(throws: DatasetError.self) { try read() }
    try Data("no_photo\n".utf8).write(to: list)
    #expect(throws: DatasetError.self) { try read(skipsBad: true) }
  }

  @Test("a test set without masks is read where none are needed")
  func masksMayBeAbsent() throws {
    for sample in try read().samples {
      try FileManager.default.removeItem(at: #require(sample.mask))
    }
    #expect(throws: DatasetError.self) { try read() }
    let data = try SegmentationDataset(
      name: "voc", root: root, parts: [.init(year: 2007, set: "test")], needsMasks: false)
    #expect(data.count == 4 && data.samples.allSatisfy { $0.mask == nil })
    try decodeAll(data)
  }

  @Test("the extension adds its photos once, without those that VOC2012 val measures with")
  func extensionIsAdded() throws {
    let devkit = try VOCDevkit(root: root, year: 2012)
    let (train, val) = (
      try devkit.images(in: "Segmentation/train"), try devkit.images(in: "Segmentation/val")
    )
    let masks = devkit.directory.appendingPathComponent("SegmentationClassAug")
    try FileManager.default.createDirectory(at: masks, withIntermediateDirectories: true)
    // Two of VOC's own images, one of them measured with, and one that no list of VOC holds.
    let own = "2012_extra"
    try FileManager.default.copyItem(
      at: devkit.photo(of: train[0]), to: devkit.photo(of: own))
    for (id, mask) in [(train[0], train[0]), (val[0], val[0]), (own, train[0])] {
      try FileManager.default.copyItem(
        at: devkit.mask(of: mask), to: masks.appendingPathComponent("\(id).png"))
    }
    let data = try SegmentationDataset(
      name: "voc", root: root, parts: [.init(year: 2012, set: "train")],
      extendedBy: SBDataset(root: root))
    #expect(data.samples.map(\.id) == train + [own])
    #expect(data.samples.last?.mask?.path.contains("SegmentationClassAug") == true)
    #expect(data.samples.first?.mask == devkit.mask(of: train[0]))
  }
}
