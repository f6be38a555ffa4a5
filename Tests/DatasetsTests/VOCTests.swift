import Datasets
import Foundation
import Testing

struct VOCTests {
  private func annotation(_ objects: String, head: String = "") throws -> VOCAnnotation {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).xml")
    let text =
      "\(head)<annotation><size><width>100</width><height>50</height></size>\n\(objects)</annotation>"
    try Data(text.utf8).write(to: file)
    return try VOCAnnotation(contentsOf: file)
  }

  private func object(_ name: String, _ sides: [String], extra: String = "") -> String {
    let box = zip(["xmin", "ymin", "xmax", "ymax"], sides).map { "<\($0)>\($1)</\($0)>" }.joined()
    return "<object><name>\(name)</name><bndbox>\(box)</bndbox>\(extra)</object>\n"
  }

  @Test("boxes with fractions, difficult flags and parts of objects are read")
  func objects() throws {
    let part = "<part><name>head</name><bndbox><xmin>9</xmin></bndbox></part>"
    let read = try annotation(
      object("person", ["1", "2.5", "100", "50"], extra: part)
        + object("dog", ["3", "4", "5", "6"], extra: "<difficult>1</difficult>"))
    #expect(read.width == 100 && read.height == 50)
    #expect(read.objects.map(\.name) == ["person", "dog"])
    #expect(read.objects[0].box == [1, 2.5, 100, 50])
    #expect(read.objects.map(\.isDifficult) == [false, true])
  }

  @Test("text is read whole: CDATA, references, and pieces around comments")
  func text() throws {
    for number in [
      "9<![CDATA[9]]>", "9&#57;", "9&#x39;", "9<!-- 5 -->9", "9<?x 5?>9", "<![CDATA[99]]>",
      " \n99\t",
    ] {
      let read = try annotation(object("d<![CDATA[o]]>g", ["3", "4", number, "6"]))
      #expect(read.objects.map(\.name) == ["dog"])
      #expect(read.objects.map(\.box) == [[3, 4, 99, 6]], "\(number)")
    }
  }

  @Test("document types are refused wherever they stand and however they are encoded")
  func documentTypes() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let body =
      "<annotation><size><width>200</width><height>50</height></size>"
      + object("dog", ["3", "4", "1&z;9", "6"]) + "</annotation>"
    for (head, encoding) in [
      ("<!DOCTYPE a [<!ENTITY z \"0\">]>", .utf8),
      ("<!-- a -->\n<!DOCTYPE a [<!ENTITY z \"0\">]>", .utf8),
      ("<?x <!-- ?>\n<!DOCTYPE a SYSTEM \"file:///etc/hostname\">", .utf8),
      ("<!DOCTYPE a [<!ENTITY z \"0\">]>", .utf16LittleEndian),
      ("<!DOCTYPE a [<!ENTITY z \"0\">]>", .utf16BigEndian),
    ] as [(String, String.Encoding)] {
      let mark = encoding == .utf8 ? "" : "\u{FEFF}"
      try #require((mark + head + body).data(using: encoding)).write(to: file)
      #expect {
        try VOCAnnotation(contentsOf: file)
      } throws: { "\($0)".contains("document types and entities are not accepted") }
      try #require((mark + body.replacingOccurrences(of: "&z;", with: "0")).data(using: encoding))
        .write(to: file)
      #expect(try VOCAnnotation(contentsOf: file).objects.map(\.box) == [[3, 4, 109, 6]])
    }
  }

  @Test("an element that stands twice where one belongs is refused with both lines")
  func repetitions() throws {
    let good = object("dog", ["3", "4", "5", "6"])
    let box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    for (text, words) in [
      (
        good.replacingOccurrences(of: "</object>", with: "\n\(box)</object>"),
        "a second bndbox in object"
      ),
      (
        good.replacingOccurrences(of: "</object>", with: "\n<name>cat</name></object>"),
        "a second name"
      ),
      (
        object(
          "dog", ["3", "4", "5", "6"], extra: "<difficult>0</difficult>\n<difficult>1</difficult>"),
        "a second difficult"
      ),
      (
        good.replacingOccurrences(of: "</bndbox>", with: "\n<xmin>2</xmin></bndbox>"),
        "a second xmin in bndbox"
      ),
      ("\n<size><width>9</width><height>9</height></size>" + good, "a second size in annotation"),
    ] {
      #expect {
        try annotation(text)
      } throws: { error in
        "\(error)".contains(words) && "\(error)".contains("line 3: ")
          && "\(error)".contains("the first is in line ")
      }
    }
  }

  @Test("elements of a namespace are other elements")
  func namespaces() throws {
    let good = object("dog", ["3", "4", "5", "6"])
    for head in [
      "<annotation xmlns=\"urn:a\">", "<annotation xmlns:a=\"urn:a\"><a:b/>", "<annotation><a:b/>",
    ] {
      let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      let size = "<size><width>100</width><height>50</height></size>"
      try Data("\(head)\(size)\(good)</annotation>".utf8).write(to: file)
      #expect(throws: DatasetError.self) { try VOCAnnotation(contentsOf: file) }
    }
  }

  @Test("what is no annotation is refused with file and line")
  func refusals() throws {
    let good = object("dog", ["3", "4", "5", "6"])
    for (text, head, words) in [
      (good + object("wolf", ["3", "4", "5", "6"]), "", ["no class \"wolf\"", "line 3"]),
      (object("dog", ["5", "4", "3", "6"]), "", ["inverted"]),
      (object("dog", ["3", "4", "101", "6"]), "", ["outside"]),
      (object("dog", ["0", "4", "10", "6"]), "", ["outside"]),
      (object("dog", ["3", "4", "nan", "6"]), "", ["four numbers"]),
      (object("dog", ["3", "4"]), "", ["four numbers"]), ("<object>", "", ["line"]),
      (object("dog", ["3", "4", "0x5", "6"]), "", ["four numbers"]),
      (object("dog", ["3", "4", "<b/>5", "6"]), "", ["xmax holds another element"]),
      (object("dog", ["3", "4", "5<b/>0", "6"]), "", ["xmax holds another element"]),
      (object("dog", ["3", "4", "5&z;", "6"]), "", ["well-formed", "line 2"]),
      (good + "</annotation><annotation>", "", ["well-formed"]),
      (
        good, "<!DOCTYPE a [<!ENTITY b \"" + String(repeating: "c", count: 99) + "\">]>\n",
        ["not accepted", "line 1"]
      ),
    ] {
      #expect {
        try annotation(text, head: head)
      } throws: { error in
        let sentence = "\(error)"
        return error is DatasetError && words.allSatisfy(sentence.contains)
      }
    }
  }

  @Test("detections are read; lines that are none are refused with their number")
  func detections() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    func read(_ text: String) throws -> [DetectionFile.Entry] {
      try Data(text.utf8).write(to: file)
      return try DetectionFile(contentsOf: file).entries
    }
    let entries = try read("000001 0.5 -3 1 10 20.5\r\n\n2008_1 1e-3 1 1 1 1\n")
    #expect(entries.map(\.image) == ["000001", "2008_1"])
    let first = entries[0]
    #expect([first.left, first.top, first.right, first.bottom] == [-3, 1, 10, 20.5])
    #expect(entries[1].line == 3 && !first.isInverted)
    #expect(
      try read("a 1 3 1 2 2\na 1 1 3 2 2\na 1 2 2 2 2").map(\.isInverted) == [true, true, false])
    for bad in [
      "a 0.5 1 2 3", "a nan 1 1 2 2", "a inf 1 1 2 2", "a x 1 1 2 2", "a 0x10 1 1 2 2",
      "a 0.5 1 1\r2 2", "a\u{200B} 0.5 1 1 2 2", "\u{FEFF}a 0.5 1 1 2 2",
    ] {
      #expect {
        try read("a 0.5 1 1 2 2\n\(bad)\n")
      } throws: { "\($0)".contains("line 2") }
    }
  }

  @Test("a byte order mark is read past, or named where it hides a file's words")
  func byteOrderMarks() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let line = "a 0.5 1 1 2 2\n"
    for (text, encoding, words) in [
      ("\u{FEFF}" + line, .utf8, ""), (line, .utf16, "UTF-16"),
      (
        line + "\u{FEFF}" + line, .utf8, "line 2: the image id holds the invisible character U+FEFF"
      ),
    ] as [(String, String.Encoding, String)] {
      try #require(text.data(using: encoding)).write(to: file)
      if words.isEmpty {
        #expect(try DetectionFile(contentsOf: file).entries.map(\.image) == ["a"])
      } else {
        #expect { try DetectionFile(contentsOf: file) } throws: { "\($0)".contains(words) }
      }
    }
    try Data([0x61, 0xE9] + Array(line.dropFirst().utf8)).write(to: file)
    #expect { try DetectionFile(contentsOf: file) } throws: { "\($0)".contains("not UTF-8") }
  }

  @Test("an image set that names an image twice, or a missing one, is refused")
  func imageSets() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let sets = root.appendingPathComponent("VOCdevkit/VOC2007/ImageSets/Main")
    for place in [sets, root.appendingPathComponent("VOCdevkit/VOC2007/Annotations")] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    try Data("a\nb  1\n".utf8).write(to: sets.appendingPathComponent("good.txt"))
    try Data("a\nb\na\n".utf8).write(to: sets.appendingPathComponent("twice.txt"))
    try Data("\u{FEFF}a\r\nb\rc".utf8).write(to: sets.appendingPathComponent("marked.txt"))
    try Data("a\n\u{E9}\ne\u{301}\n".utf8).write(to: sets.appendingPathComponent("forms.txt"))
    try Data("a\nb\u{A0}1\n".utf8).write(to: sets.appendingPathComponent("space.txt"))
    let devkit = try VOCDevkit(root: root, year: 2007)
    #expect(try devkit.images(in: "good") == ["a", "b"])
    #expect(try devkit.images(in: "marked") == ["a", "b", "c"])
    #expect { try devkit.images(in: "forms") } throws: {
      "\($0)".contains("line 3") && "\($0)".contains("line 2 too, in another Unicode form")
    }
    #expect { try devkit.images(in: "space") } throws: { "\($0)".contains("U+00A0") }
    #expect { try devkit.images(in: "twice") } throws: {
      "\($0)".contains("line 3") && "\($0)".contains("line 1")
    }
    #expect(throws: DatasetError.self) { try devkit.images(in: "absent") }
    #expect(throws: DatasetError.self) { try devkit.annotation(of: "a") }
    #expect(throws: DatasetError.self) { try VOCDevkit(root: root, year: 2012) }
  }
}
