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
    #expect(entries[0].box == [-3, 1, 10, 20.5] && entries[1].line == 3)
    for bad in ["a 0.5 1 2 3", "a nan 1 1 2 2", "a inf 1 1 2 2", "a x 1 1 2 2", "a 1 3 1 2 2"] {
      #expect {
        try read("a 0.5 1 1 2 2\n\(bad)\n")
      } throws: { "\($0)".contains("line 2") }
    }
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
    let devkit = try VOCDevkit(root: root, year: 2007)
    #expect(try devkit.images(in: "good") == ["a", "b"])
    #expect { try devkit.images(in: "twice") } throws: {
      "\($0)".contains("line 3") && "\($0)".contains("line 1")
    }
    #expect(throws: DatasetError.self) { try devkit.images(in: "absent") }
    #expect(throws: DatasetError.self) { try devkit.annotation(of: "a") }
    #expect(throws: DatasetError.self) { try VOCDevkit(root: root, year: 2012) }
  }
}
