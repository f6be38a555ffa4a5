import Datasets
import Foundation
import Images
import TestSupport
import Testing

struct PhotoVerificationTests {
  private static var directory: URL {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  /// A synthetic devkit, its VOC2007 and the images of its test set.
  private func devkit() throws -> (root: URL, year: URL, images: [String]) {
    let root = Self.directory
    try SyntheticVOC(trainCount: 8, testCount: 6).write(to: root)
    return (
      root, root.appendingPathComponent("VOCdevkit/VOC2007"),
      try VOCDevkit(root: root, year: 2007).images(in: "test")
    )
  }

  private func manifest(_ id: String) throws -> DatasetManifest {
    try #require(DatasetManifest.known().first { $0.id == id })
  }

  private func tally(_ result: PhotoVerification, _ kind: String) throws -> [Int] {
    let tally = try #require(result.tallies.first { $0.kind == kind })
    return [tally.good, tally.bad, tally.missing]
  }

  @Test("a whole devkit is intact; one that lacks photos is when absences are allowed")
  func absences() throws {
    let (root, year, images) = try devkit()
    let manifest = try manifest("voc2007")
    let whole = try PhotoVerification(of: root, against: manifest)
    #expect(whole.isIntact && whole.problems.isEmpty && whole.missing.isEmpty)
    #expect(try tally(whole, "photos") == [10, 0, 0] && tally(whole, "masks") == [10, 0, 0])
    #expect(whole.sets.first { $0.name == "Main/test" }?.found == 6)
    for path in [
      "JPEGImages/\(images[0]).jpg", "SegmentationClass/\(images[1]).png",
      "Annotations/\(images[2]).xml", "ImageSets/Main/val.txt",
    ] {
      try FileManager.default.removeItem(at: year.appendingPathComponent(path))
    }
    let part = try PhotoVerification(of: root, against: manifest)
    #expect(!part.isIntact && part.missing.count == 4 && part.problems.isEmpty)
    #expect(try tally(part, "annotations") == [9, 0, 1])
    #expect(try PhotoVerification(of: root, against: manifest, .init(allowsMissing: true)).isIntact)
    #expect(throws: DatasetError.self) {
      try PhotoVerification(of: year.appendingPathComponent("absent"), against: manifest)
    }
  }

  @Test("every bad file is named with its reason")
  func damage() throws {
    let (root, year, images) = try devkit()
    let photo = year.appendingPathComponent("JPEGImages/\(images[0]).jpg")
    try Data(contentsOf: photo).dropLast(2_000).write(to: photo)
    let annotation = year.appendingPathComponent("Annotations/\(images[1]).xml")
    let text = try String(contentsOf: annotation, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "<width>200", with: "<width>201").utf8)
      .write(to: annotation)
    let cut = year.appendingPathComponent("Annotations/\(images[2]).xml")
    try Data(contentsOf: cut).dropLast(20).write(to: cut)
    func put(_ mask: Raster, _ image: String, palette: [[UInt8]] = VOCPalette.colors) throws {
      try ImageFile.png(mask, palette: palette).write(
        to: year.appendingPathComponent("SegmentationClass/\(image).png"))
    }
    var strange = Raster(width: 200, height: 150, filling: [0])
    strange[5, 7, 0] = 21
    try put(strange, images[3])
    try put(Raster(width: 150, height: 200, filling: [0]), images[4])
    try put(Raster(width: 200, height: 150, filling: [0, 0, 0]), images[5], palette: [])
    let result = try PhotoVerification(of: root, against: manifest("voc2007"))
    let expected = [
      ("JPEGImages/\(images[0]).jpg", "damaged"),
      ("JPEGImages/\(images[1]).jpg", "200 x 150 pixels, its annotation says 201 x 150"),
      ("Annotations/\(images[2]).xml", "no well-formed XML"),
      ("SegmentationClass/\(images[3]).png", "the value 21 in row 8, column 6"),
      ("SegmentationClass/\(images[4]).png", "150 x 200 pixels, its photo has 200 x 150"),
      ("SegmentationClass/\(images[5]).png", "no mask"),
    ]
    #expect(result.problems.count == expected.count && !result.isIntact)
    for (path, words) in expected {
      #expect(
        result.problems.contains { $0.contains(path) && $0.contains(words) },
        "\(path): \(result.problems)")
    }
    let quick = try PhotoVerification(of: root, against: manifest("voc2007"), .init(isQuick: true))
    #expect(quick.problems.count == 3 && !quick.isIntact)
  }

  @Test("lists that are cut, or name an image twice, are bad")
  func lists() throws {
    let (root, year, images) = try devkit()
    try FileManager.default.removeItem(
      at: year.deletingLastPathComponent().appendingPathComponent("synthetic.txt"))
    let counts = try PhotoVerification(of: root, against: manifest("voc2007"))
    #expect(
      counts.problems.contains { $0.contains("Main/test.txt names 6 images instead of 4952") })
    try Data("\(images[0])\n\(images[0])\n".utf8).write(
      to: year.appendingPathComponent("ImageSets/Main/test.txt"))
    try Data("../../\(images[0])\n".utf8).write(
      to: year.appendingPathComponent("ImageSets/Main/val.txt"))
    let twice = try PhotoVerification(of: root, against: manifest("voc2007"))
    #expect(twice.problems.contains { $0.contains("stands in line 1 too") })
    #expect(twice.problems.contains { $0.contains("is no image id") })
    #expect(twice.sets.first { $0.name == "Main/test" }?.found == nil)
  }

  @Test("masks of the Semantic Boundaries Dataset are compared with their photos")
  func boundaries() throws {
    let root = Self.directory
    let place = root.appendingPathComponent("benchmark_RELEASE/dataset")
    for name in ["img", "cls"] {
      try FileManager.default.createDirectory(
        at: place.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let photo = Raster(width: 4, height: 3, filling: [9, 9, 9])
    for (image, classes, width) in [
      ("a", [UInt8](repeating: 20, count: 12), 4), ("b", [UInt8](repeating: 0, count: 12), 3),
      ("c", [UInt8](repeating: 77, count: 12), 4), ("d", [], 0),
    ] {
      try ImageFile.jpeg(photo, quality: 90).write(
        to: place.appendingPathComponent("img/\(image).jpg"))
      guard width > 0 else { continue }
      let file = MATLABWriter.file(mask: classes, width: width, height: 12 / width)
      try Data(file).write(to: place.appendingPathComponent("cls/\(image).mat"))
    }
    try Data("a\nb\n".utf8).write(to: place.appendingPathComponent("train.txt"))
    try Data("c\nd\n".utf8).write(to: place.appendingPathComponent("val.txt"))
    let result = try PhotoVerification(of: root, against: manifest("sbd"))
    #expect(try tally(result, "masks") == [1, 2, 1] && tally(result, "photos") == [4, 0, 0])
    #expect(result.missing == ["cls/d.mat"])
    for words in ["b.mat has 3 x 4 pixels", "the value 77", "names 2 images instead of 8498"] {
      #expect(result.problems.contains { $0.contains(words) })
    }
  }

  @Test("masks as PNGs are checked beside a devkit whose lists are its own")
  func augmented() throws {
    let root = try devkit().root
    let year = root.appendingPathComponent("VOCdevkit/VOC2012")
    try FileManager.default.moveItem(
      at: year.appendingPathComponent("SegmentationClass"),
      to: year.appendingPathComponent("SegmentationClassAug"))
    let result = try PhotoVerification(of: root, against: manifest("sbd"))
    #expect(result.isIntact && result.sets.isEmpty)
    #expect(try tally(result, "masks") == [4, 0, 0])
  }

  @Test(
    "the real devkits have the lists that the manifests state", .enabled(if: Photos.devkit != nil))
  func realData() throws {
    let root = try #require(Photos.devkit)
    for id in ["voc2007", "voc2012"] {
      let result = try PhotoVerification(
        of: root, against: manifest(id), .init(allowsMissing: true))
      #expect(result.isIntact, "\(result.problems)")
      #expect(result.sets.allSatisfy { $0.found == $0.expected })
      #expect(try tally(result, "photos")[0] > 0)
    }
  }
}
