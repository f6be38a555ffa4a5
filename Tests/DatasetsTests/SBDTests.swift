import Datasets
import Foundation
import Images
import TestSupport
import Testing

struct SBDTests {
  /// A data set of one image whose mask file has this content.
  private func dataset(_ file: [UInt8]) throws -> SBDataset {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let place = root.appendingPathComponent("benchmark_RELEASE/dataset")
    for name in ["img", "cls"] {
      try FileManager.default.createDirectory(
        at: place.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Data(file).write(to: place.appendingPathComponent("cls/a.mat"))
    try Data("a\nb\n".utf8).write(to: place.appendingPathComponent("train.txt"))
    return try SBDataset(root: root)
  }

  private static let classes: [UInt8] = (0..<35).map { (index: Int) -> UInt8 in
    UInt8((3 * (index % 7) + 5 * (index / 7)) % 21)
  }

  private static func file(isCompressed: Bool) -> [UInt8] {
    MATLABWriter.file(mask: classes, width: 7, height: 5, isCompressed: isCompressed)
  }

  @Test("a mask is read by rows although MATLAB stores columns", arguments: [false, true])
  func mask(isCompressed: Bool) throws {
    let set = try dataset(Self.file(isCompressed: isCompressed))
    let mask = try set.mask(of: "a")
    #expect(mask.width == 7 && mask.height == 5 && mask.channels == 1)
    #expect(mask.bytes == Self.classes)
    #expect(try set.images(in: "train") == ["a", "b"])
    #expect(try set.images() == ["a"])
    #expect(set.layout == .benchmark && set.photo(of: "a").path.hasSuffix("dataset/img/a.jpg"))
  }

  @Test("a file that SciPy wrote is read")
  func scipy() throws {
    let file = try #require(
      Data(base64Encoded: MATLABWriter.byScipy, options: .ignoreUnknownCharacters))
    #expect(try dataset([UInt8](file)).mask(of: "a").bytes == Self.classes)
  }

  @Test("a cut, foreign or strange file is refused with its name")
  func refusals() throws {
    let whole = Self.file(isCompressed: true)
    func single(_ matrix: [UInt8]) -> [UInt8] {
      MATLABWriter.envelope(
        MATLABWriter.structure("GTcls", [("Segmentation", matrix)]), isCompressed: false)
    }
    let double = single(
      MATLABWriter.matrix([1, 2], rows: 1, columns: 2, class: MATLABWriter.double))
    let short = single(MATLABWriter.matrix([1, 2, 3], rows: 2, columns: 2))
    let huge = single(MATLABWriter.matrix([1, 2], rows: 1 << 30, columns: 1 << 30))
    let plain = MATLABWriter.envelope(
      MATLABWriter.matrix([1, 2], rows: 1, columns: 2, name: "GTcls"), isCompressed: false)
    let empty = MATLABWriter.file(mask: [], width: 0, height: 0)
    for (file, words) in [
      ([], "0 bytes"), (Array("no MATLAB file".utf8), "14 bytes"),
      ([UInt8](repeating: 0, count: 4096), "little-endian"),
      (Array(whole.dropLast(9)), "ends within"), (Array(whole.prefix(128)), "128 bytes"),
      (MATLABWriter.file(mask: Self.classes, width: 7, height: 5, field: "Other"), "no such field"),
      (double, "no real matrix of uint8"), (plain, "no single struct"), (empty, "0 x 0"),
      (short, "dimensions say"), (huge, "too large"),
    ] {
      #expect {
        try dataset(file).mask(of: "a")
      } throws: { error in
        error is DatasetError && "\(error)".contains("cls/a.mat") && "\(error)".contains(words)
      }
    }
    #expect(throws: DatasetError.self) { try dataset(whole).mask(of: "b") }
    #expect(throws: DatasetError.self) { try dataset(whole).images(in: "val") }
  }

  @Test("changed bytes give a mask or a sentence, never a trap")
  func mutations() throws {
    var stream = Mutator(seed: 20_241)
    let count = Mutator.count(usually: 6_000)
    let set = try dataset([])
    let file = try FileHandle(forWritingTo: set.maskFile(of: "a"))
    let plain = Self.file(isCompressed: false)
    let scipy = [UInt8](
      try #require(Data(base64Encoded: MATLABWriter.byScipy, options: .ignoreUnknownCharacters)))
    var outcomes = (read: 0, refused: 0)
    for round in 0..<count {
      var bytes = round % 3 == 2 ? scipy : plain
      for _ in 0..<1 + stream.below(3) {
        let place =
          round % 3 == 2 ? stream.below(bytes.count) : 128 + stream.below(bytes.count - 128)
        switch stream.below(4) {
        case 0: bytes[place] = UInt8(stream.below(256))
        case 1: bytes[place] ^= 1 << UInt8(stream.below(8))
        case 2: bytes[place] = UInt8(stream.below(20))
        default: bytes[place] = 255
        }
      }
      if stream.below(10) == 0 { bytes.removeLast(stream.below(bytes.count - 128)) }
      // The checksum of the compressed form fits, so that what is inside gets looked at.
      if round % 3 == 1 {
        bytes = MATLABWriter.envelope(Array(bytes.dropFirst(128)), isCompressed: true)
      }
      try file.replaceContent(by: bytes)
      do {
        let mask = try set.mask(of: "a")
        #expect(mask.bytes.count == mask.width * mask.height)
        outcomes.read += 1
      } catch {
        #expect(error.description.contains("a.mat"))
        outcomes.refused += 1
      }
    }
    // Values may change without harm; structure may not.
    #expect(outcomes.read > count / 20 && outcomes.refused > count / 20)
  }

  @Test("masks as PNGs take their photos and sets from the devkit around them")
  func augmented() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let place = root.appendingPathComponent("VOCdevkit/VOC2012")
    for name in ["SegmentationClassAug", "ImageSets/Segmentation"] {
      try FileManager.default.createDirectory(
        at: place.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    let mask = Raster(width: 7, height: 5, channels: 1, bytes: Self.classes)
    try ImageFile.png(mask, palette: VOCPalette.colors).write(
      to: place.appendingPathComponent("SegmentationClassAug/a.png"))
    try Data("a\n".utf8).write(
      to: place.appendingPathComponent("ImageSets/Segmentation/trainaug.txt"))
    let set = try SBDataset(root: root)
    #expect(
      set.layout == .augmented && set.photo(of: "a").path.hasSuffix("VOC2012/JPEGImages/a.jpg"))
    #expect(try set.mask(of: "a") == mask)
    #expect(try set.images(in: "trainaug") == ["a"] && set.images() == ["a"])
    #expect(throws: DatasetError.self) { try set.mask(of: "b") }
    #expect(throws: DatasetError.self) { try SBDataset(root: place.appendingPathComponent("a")) }
  }
}
