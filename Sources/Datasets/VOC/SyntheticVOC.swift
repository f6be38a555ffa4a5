import DurableFiles
public import Foundation
import Images
import Randomness

/// Writes a learnable synthetic devkit in the official layout: photos, annotations, class masks and image sets of
/// VOC2007 and VOC2012.
///
/// Photo `i` is a `SyntheticScene`, a pure function of seed, year and `i`.
public struct SyntheticVOC: Hashable, Sendable {
  /// Photos to learn from.
  public let trainCount: Int
  /// Photos to measure with.
  public let testCount: Int
  /// Root seed.
  public let seed: UInt64

  private static let size = (width: 200, height: 150)
  private static let quality = 95
  /// Mask value between object and background, counted nowhere.
  private static let void: UInt8 = 255
  /// Photos of the training set that its validation half holds: one in so many.
  private static let validationShare = 5

  /// Makes a generator. Throws for a set without photos, or of more than a million.
  public init(trainCount: Int, testCount: Int, seed: UInt64 = 0) throws(DatasetError) {
    guard (1...1_000_000).contains(trainCount), (1...1_000_000).contains(testCount) else {
      throw DatasetError("a synthetic devkit has 1 to 1000000 photos of each kind")
    }
    self.trainCount = trainCount
    self.testCount = testCount
    self.seed = seed
  }

  /// Writes `VOCdevkit` under `root`: VOC2007 with half of the photos to learn from and those to measure with, VOC2012
  /// with the other half. Leaves this same devkit as it is; throws where another one lies already and
  /// `replacing` is false.
  public func write(to root: URL, replacing: Bool = false) throws {
    let devkit = root.appendingPathComponent("VOCdevkit")
    if FileManager.default.fileExists(atPath: devkit.path) {
      if Self.generator(of: devkit) == self { return }
      guard replacing else {
        throw DatasetError(
          "\(devkit.path) holds another devkit: remove it, as lskd-data synthesize --force does, or name another directory"
        )
      }
      try FileError.wording("replace", devkit) { try FileManager.default.removeItem(at: devkit) }
    }
    let isMade = try AtomicDirectory.make(devkit) { place in
      let first = (trainCount + 1) / 2
      try write(place, year: 2007, train: first, test: testCount)
      if trainCount > first { try write(place, year: 2012, train: trainCount - first, test: 0) }
      try writeGenerator(to: place)
      let description = "synthetic devkit, \(trainCount) + \(testCount) photos, seed \(seed)\n"
      try put(Data(description.utf8), Self.stamp(place))
    }
    // Another process was faster: what it made is looked at like what was there before.
    if !isMade { try write(to: root) }
  }

  private static func stamp(_ devkit: URL) -> URL { devkit.appendingPathComponent("synthetic.txt") }

  /// Whether the devkit in or under `root` is synthetic.
  public static func wrote(_ root: URL) -> Bool {
    [root, root.appendingPathComponent("VOCdevkit")].contains {
      FileManager.default.fileExists(atPath: stamp($0).path)
    }
  }

  private func write(_ devkit: URL, year: Int, train: Int, test: Int) throws {
    let directory = devkit.appendingPathComponent("VOC\(year)")
    let ids = (0..<train + test).map { index in
      let number = String(index)
      return "\(year)_" + String(repeating: "0", count: 6 - min(number.count, 6)) + number
    }
    for (index, id) in ids.enumerated() {
      let scene = SyntheticScene(
        size: Self.size,
        stream: RandomStream(seed: seed, purpose: .synthesis, UInt64(year), UInt64(index)))
      try write(scene, id, directory)
    }
    let learnt = ids.prefix(train)
    let validation = learnt.enumerated().filter { $0.offset % Self.validationShare == 0 }
    let held = Set(validation.map(\.element))
    var sets = [
      "trainval": Array(learnt), "val": learnt.filter(held.contains),
      "train": learnt.filter { !held.contains($0) },
    ]
    if test > 0 { sets["test"] = Array(ids.suffix(test)) }
    for (name, members) in sets {
      for task in ["Main", "Segmentation"] {
        try put(
          Data((members.joined(separator: "\n") + "\n").utf8),
          directory.appendingPathComponent("ImageSets/\(task)/\(name).txt"))
      }
    }
  }

  private func write(_ scene: SyntheticScene, _ id: String, _ directory: URL) throws {
    let (photo, mask, boxes) = scene.rendered(void: Self.void)
    try put(
      ImageFile.jpeg(photo, quality: Self.quality),
      directory.appendingPathComponent("JPEGImages/\(id).jpg"))
    try put(
      ImageFile.png(mask, palette: VOCPalette.colors),
      directory.appendingPathComponent("SegmentationClass/\(id).png"))
    let objects = boxes.map { label, box in
      """
      \t<object>
      \t\t<name>\(VOCDevkit.classes[label])</name>
      \t\t<difficult>0</difficult>
      \t\t<bndbox>
      \t\t\t<xmin>\(box[0])</xmin>
      \t\t\t<ymin>\(box[1])</ymin>
      \t\t\t<xmax>\(box[2])</xmax>
      \t\t\t<ymax>\(box[3])</ymax>
      \t\t</bndbox>
      \t</object>
      """
    }.joined(separator: "\n")
    let text = """
      <annotation>
      \t<filename>\(id).jpg</filename>
      \t<size>
      \t\t<width>\(photo.width)</width>
      \t\t<height>\(photo.height)</height>
      \t\t<depth>3</depth>
      \t</size>
      \(objects)
      </annotation>

      """
    try put(Data(text.utf8), directory.appendingPathComponent("Annotations/\(id).xml"))
  }

  private func put(_ data: Data, _ url: URL) throws {
    try FileError.makeDirectory(url.deletingLastPathComponent())
    try FileError.wording("write", url) { try data.write(to: url) }
  }
}

/// The colours of the devkit's masks: the bits of a class spread over the high bits of red, green and blue.
public enum VOCPalette {
  /// 256 RGB triples.
  public static let colors: [[UInt8]] = (0..<256).map { label in
    var color: [UInt8] = [0, 0, 0]
    for bit in 0..<8 {
      let channel = bit % 3
      if label >> bit & 1 == 1 { color[channel] |= 0x80 >> UInt8(bit / 3) }
    }
    return color
  }
}
