import Datasets
import Foundation
import TestSupport
import Testing

/// Changed annotations, lists and result files. LSKD_MUTATIONS sets how many; where LSKD_PYTHON names a Python, its parsers
/// read them, too: a value is read as they read it, or refused.
struct ChangedInputTests {
  private let file = FileManager.default.temporaryDirectory
    .appendingPathComponent(UUID().uuidString)

  /// Reads changed inputs and compares; some are read, some are refused with the file's name.
  private func tryAll(
    _ kind: String, seed: UInt64, of bases: [[UInt8]], words: [String], at place: URL,
    _ read: () throws(DatasetError) -> Any
  ) throws {
    var mutator = Mutator(seed: seed)
    let readings = ReferenceReadings(kind, seed: seed)
    let words = words.map { Array($0.utf8) }
    let count = Mutator.count(usually: 4_000)
    var refused = 0
    try Data().write(to: place)
    let file = try FileHandle(forWritingTo: place)
    for round in 0..<count {
      let input = mutator.changed(bases[round % bases.count], words: words)
      try file.replaceContent(by: input)
      var reading: Any?
      do throws(DatasetError) { reading = try read() } catch {
        #expect(error.description.contains(place.lastPathComponent))
        refused += 1
      }
      try readings.add(input, reading)
    }
    try readings.finish()
    #expect(readings.disagreements.isEmpty, "\(readings.disagreements.prefix(5))")
    #expect(refused > count / 20 && refused < count)
  }

  private static let annotation = """
    <?xml version="1.0" encoding="UTF-8"?>
    <annotation>
      <folder>VOC2007</folder><filename>000001.jpg</filename>
      <size><width>353</width><height>500</height><depth>3</depth></size>
      <object>
        <name>dog</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>
        <bndbox><xmin>48</xmin><ymin>240</ymin><xmax>195</xmax><ymax>371</ymax></bndbox>
      </object>
      <object>
        <name>person</name><difficult>1</difficult>
        <bndbox><xmin>8.5</xmin><ymin>12</ymin><xmax>3.52e2</xmax><ymax>498</ymax></bndbox>
        <part><name>head</name><bndbox><xmin>9</xmin></bndbox></part>
      </object>
    </annotation>
    """

  @Test("changed annotations are read as by Python's parser, or refused")
  func annotations() throws {
    let body = Self.annotation.drop { $0 != "\n" }
    let wide = try ["UTF-16LE", "UTF-16BE"].map { name -> [UInt8] in
      let encoding: String.Encoding = name == "UTF-16LE" ? .utf16LittleEndian : .utf16BigEndian
      return [UInt8](try #require("\u{FEFF}\(body)".data(using: encoding)))
    }
    let plain = [UInt8](Self.annotation.utf8)
    try tryAll(
      "annotation", seed: 18, of: [plain, plain, plain, plain] + wide,
      words: [
        "<!-- 1 -->", "<![CDATA[0]]>", "&#48;", "&#x39;", "&amp;", "&z;", "]]>", "<?a 1?>",
        "<xmax>300</xmax>", "<a/>", " xmlns=\"a\"", "<!DOCTYPE a [<!ENTITY z \"0\">]>", "0x1",
        "1e2", "1_0",
        "\u{A0}", "\u{661}", "+", "-", ".", "inf", "nan", "<b:xmax>1</b:xmax>", "\0", "\r", "\n",
        "UTF-16",
        "latin-1", "1.1", "standalone=\"no\"", "<size>", "</object><object>", "<!--", "-->",
        "<![CDATA[",
      ], at: file
    ) { () throws(DatasetError) in
      let read = try VOCAnnotation(contentsOf: file)
      return [
        read.width, read.height,
        read.objects.map { [$0.name, $0.isDifficult ? "1" : "0", $0.box] as [Any] },
      ] as [Any]
    }
  }

  @Test("changed lists of images are read as by Python, or refused")
  func lists() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let sets = root.appendingPathComponent("VOC2007/ImageSets/Main")
    try FileManager.default.createDirectory(at: sets, withIntermediateDirectories: true)
    let devkit = try VOCDevkit(root: root, year: 2007)
    try tryAll(
      "list", seed: 19,
      of: [
        "000001\n000002\n000005  1\n", "\u{FEFF}2008_000001 -1\r\n2008_000002  1\r\n\r\n",
        "\u{E9}t\u{E9}\nb\n",
      ]
      .map { Array($0.utf8) },
      words: [
        "\u{FEFF}", "\r", "\u{2028}", "\u{85}", "\u{A0}", "\u{200B}", "e\u{301}", "\0", "\u{1C}",
        "\u{B}", "\u{C}",
        "/", ".", "\n", " ", "\t",
      ], at: sets.appendingPathComponent("test.txt")
    ) { () throws(DatasetError) in try devkit.images(in: "test") }
  }

  @Test("changed result files are read as by Python, or refused")
  func resultFiles() throws {
    try tryAll(
      "detections", seed: 20,
      of: [
        "000001 0.5 48 240 195 371\n000002 1e-3 8.5 12 352.25 498\n",
        "\u{FEFF}2008_1 .5 -3 1. +10 2e1\r\na 0.25 1 2 3 4\r\n",
      ].map { Array($0.utf8) },
      words: [
        "\u{FEFF}", "\r", "\u{2028}", "\u{85}", "\u{A0}", "\u{200B}", "\0", "\u{1C}", "\u{B}", "0x",
        "p3", "inf", "nan",
        "nan(1)", "1_0", "e5", "e400", "-", "+", ".", "\u{661}", " ", "\n", "1e-400", "0",
      ], at: file
    ) { () throws(DatasetError) in
      try DetectionFile(contentsOf: file).entries.map {
        [$0.image, [$0.score, $0.left, $0.top, $0.right, $0.bottom]] as [Any]
      }
    }
  }
}
