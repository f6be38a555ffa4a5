import Foundation
import TestSupport
import Testing

/// Annotations, photos, lists and result files as other programs leave them.
@Suite(.serialized)
struct PhotoInputTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")
  private let data = BuiltProgram("lskd-data")

  /// A devkit of one test image with one dog, `set`, and a directory of its detection, `found`.
  private struct Devkit {
    let directory: URL
    static let box = "<bndbox><xmin>9</xmin><ymin>9</ymin><xmax>109</xmax><ymax>49</ymax></bndbox>"

    init(in directory: URL) throws {
      self.directory = directory
      try annotate()
      try write("a\n", "set/VOC2007/ImageSets/Main/test.txt")
      try write("a 0.9 9 9 109 49\n", "found/comp4_det_test_dog.txt")
    }

    func write(_ text: String, _ path: String) throws { try write(Data(text.utf8), path) }

    func write(_ bytes: Data, _ path: String) throws {
      let file = directory.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try bytes.write(to: file)
    }

    /// Writes the annotation with another box and something before it.
    func annotate(
      _ box: String = Devkit.box, head: String = "", _ encoding: String.Encoding = .utf8
    )
      throws
    {
      let text =
        "\(head)<annotation><size><width>200</width><height>50</height></size>\n"
        + "<object><name>dog</name><difficult>0</difficult>\(box)</object></annotation>"
      try write(#require(text.data(using: encoding)), "set/VOC2007/Annotations/a.xml")
    }
  }

  private func number(_ result: BuiltProgram.Result, _ key: String) throws -> Double? {
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return (value?["metrics"] as? [String: Any])?[key] as? Double
  }

  private func measure(_ directory: URL, _ options: String...) throws -> BuiltProgram.Result {
    try eval.run(
      ["detections", "found", "--voc", "set", "--allow-missing", "--json"] + options, in: directory)
  }

  @Test("a number of an annotation is read whole or refused with file and line, never in part")
  func annotations() throws {
    try inTemporaryDirectory { directory in
      let devkit = try Devkit(in: directory)
      #expect(try number(measure(directory), "map") == 1)
      for number in ["1<![CDATA[0]]>9", "1&#48;9", "10<!-- 5 -->9"] {
        try devkit.annotate(Devkit.box.replacingOccurrences(of: "109", with: number))
        #expect(try self.number(measure(directory), "map") == 1, "\(number)")
      }
      let entity = Devkit.box.replacingOccurrences(of: "109", with: "1&z;9")
      let type = "<!-- a --><!DOCTYPE a [<!ENTITY z \"0\">]>"
      for (box, head, encoding, words) in [
        (entity, type, .utf8, "document types"),
        (entity, "\u{FEFF}" + type, .utf16LittleEndian, "document types"),
        (entity, "", .utf8, "line 2: this is no well-formed XML"),
        (
          Devkit.box + Devkit.box.replacingOccurrences(of: "109", with: "19"), "", .utf8,
          "line 2: a second bndbox in object"
        ),
        (Devkit.box.replacingOccurrences(of: "109", with: "<b>1</b>9"), "", .utf8, "xmax holds"),
      ] as [(String, String, String.Encoding, String)] {
        try devkit.annotate(box, head: head, encoding)
        for result in [
          try measure(directory), try data("verify", "voc2007", "set", "--json", in: directory),
        ] {
          let text = result.output + result.errors
          #expect(result.code == 1 && text.contains("a.xml") && text.contains(words), "\(result)")
        }
      }
    }
  }

  @Test("result files are found by the names of other programs, or their names are shown")
  func names() throws {
    try inTemporaryDirectory { directory in
      let devkit = try Devkit(in: directory)
      let files = directory.appendingPathComponent("found")
      let line = try Data(contentsOf: files.appendingPathComponent("comp4_det_test_dog.txt"))
      func put(_ names: String...) throws {
        try FileManager.default.removeItem(at: files)
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        for name in names { try devkit.write(line, "found/\(name)") }
      }
      for name in ["det_test_dog.txt", "comp4_5b1f-2c_det_test_dog.txt", "comp3_det_test_dog.txt"] {
        try put(name)
        #expect(try number(measure(directory), "map") == 1, "\(name)")
      }
      try put("comp4_a_det_test_dog.txt", "comp4_b_det_test_cat.txt")
      let two = try measure(directory)
      #expect(two.code == 2 && two.errors.contains("comp4_b_det_test_cat.txt"))
      try put("dog.txt", "comp4_det_val_dog.txt")
      let none = try measure(directory)
      #expect(none.code == 2 && none.errors.contains("comp4_det_val_dog.txt, dog.txt"), "\(none)")
      try put("comp4_det_test_dog.txt")
      let part = try eval("detections", "found", "--voc=set", in: directory)
      #expect(part.code == 2 && part.errors.contains("--allow-missing"))
      #expect(part.errors.contains("comp4_det_test_aeroplane.txt"))
      // What is not there is the same failure for boxes and for masks.
      for kind in ["detections", "segmentation"] {
        try devkit.write("a\n", "set/VOC2007/ImageSets/Segmentation/test.txt")
        let absent = try eval(
          kind, "absent", "--voc=set", "--year=2007", "--set=test", in: directory)
        #expect(
          absent.code == 1 && absent.errors.contains("cannot read the directory"), "\(absent)")
      }
    }
  }

  @Test("inverted boxes are false detections, counted and told; --strict refuses them")
  func invertedBoxes() throws {
    try inTemporaryDirectory { directory in
      let devkit = try Devkit(in: directory)
      try devkit.write(
        "a 0.95 9 49 109 9\na 0.9 9 9 109 49\n", "found/comp4_det_test_dog.txt")
      let result = try measure(directory)
      #expect(try number(result, "map") == 0.5 && number(result, "map_coco") == 0.5)
      #expect(result.errors.contains("1 boxes have right before left or bottom above top"))
      #expect(result.output.contains("\"inverted_boxes\":1"))
      let strict = try measure(directory, "--strict")
      #expect(strict.code == 1 && strict.errors.contains("comp4_det_test_dog.txt, line 1"))
    }
  }

  @Test("byte order marks are read past; a mark inside a file is named with its line")
  func byteOrderMarks() throws {
    try inTemporaryDirectory { directory in
      let devkit = try Devkit(in: directory)
      let (list, file) = ("set/VOC2007/ImageSets/Main/test.txt", "found/comp4_det_test_dog.txt")
      for (path, text) in [(list, "\u{FEFF}a\r\n"), (file, "\u{FEFF}a 0.9 9 9 109 49\r\n")] {
        try devkit.write(text, path)
        #expect(try number(measure(directory), "map") == 1, "\(path)")
      }
      for (path, text) in [
        (file, "a 0.9 9 9 109 49\n\u{FEFF}a 0.8 1 1 2 2\n"), (list, "a\n\u{FEFF}b\n"),
      ] {
        try devkit.write(text, path)
        let result = try measure(directory)
        #expect(result.code == 1 && result.errors.contains("line 2"), "\(result)")
        #expect(result.errors.contains("U+FEFF") && result.errors.contains(path), "\(result)")
      }
    }
  }

  /// Grey PNGs of one pixel: 255 and 0.
  private static let void =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
  private static let zero =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="

  @Test("masks whose truth is void everywhere have no mean; a devkit of masks needs no annotations")
  func voidTruth() throws {
    try inTemporaryDirectory { directory in
      let devkit = try Devkit(in: directory)
      try FileManager.default.removeItem(
        at: directory.appendingPathComponent("set/VOC2007/Annotations"))
      try devkit.write("a\n", "set/VOC2007/ImageSets/Segmentation/val.txt")
      for (path, text) in [("set/VOC2007/SegmentationClass", Self.void), ("masks", Self.zero)] {
        try devkit.write(#require(Data(base64Encoded: text)), "\(path)/a.png")
      }
      let command = ["segmentation", "masks", "--voc=set", "--year=2007"]
      let result = try eval.run(command + ["--json"], in: directory)
      #expect(result.code == 0, "\(result.errors)")
      #expect(try number(result, "miou") == nil && result.output.contains("\"miou\":null"))
      let text = try eval.run(command, in: directory)
      #expect(text.output.contains("no pixel to score") && !text.output.contains("0.00"))
      try FileManager.default.removeItem(at: directory.appendingPathComponent("masks/a.png"))
      try devkit.write("", "masks/b.png")
      let absent = try eval.run(command, in: directory)
      #expect(absent.code == 1 && absent.errors.contains("has no a.png; it holds b.png"))
    }
  }

  @Test("what --skip-bad keeps has been decoded, and why photos are left out is always told")
  func skippedPhotos() throws {
    try inTemporaryDirectory { directory in
      _ = try data("synthesize", "--layout=voc", "--train=44", "--test=3", "set", in: directory)
      let photos = directory.appendingPathComponent("set/VOCdevkit/VOC2007/JPEGImages")
      for table in ["table4", "table5"] {
        let plan = [
          table, "--budget=reduced", "--data=set", "--methods=student",
          "--train-sets=2007:trainval",
          "--test-sets=2007:test", "--dry-run", "--skip-bad",
        ]
        let names = try FileManager.default.contentsOfDirectory(atPath: photos.path).sorted()
        let bytes = try names.map { try Data(contentsOf: photos.appendingPathComponent($0)) }
        // The header is whole, the pixels are not.
        func cut(_ count: Int) throws {
          for (name, bytes) in zip(names, bytes).prefix(count) {
            try bytes.prefix(bytes.count / 2).write(to: photos.appendingPathComponent(name))
          }
        }
        try cut(1)
        let one = try repro.run(plan, in: directory)
        #expect(one.code == 0 && one.errors.contains("left out: "), "\(one)")
        #expect(one.errors.contains(names[0]) && one.errors.contains("damaged"))
        try cut(names.count)
        let all = try repro.run(plan, in: directory)
        #expect(all.code == 1 && all.errors.contains("holds no photo"), "\(all)")
        #expect(all.errors.contains("left out: 22 photos; "), "\(all)")
        let reasons = try String(
          contentsOf: directory.appendingPathComponent("runs/left-out.txt"), encoding: .utf8)
        #expect(reasons.split(separator: "\n").count == 22 && reasons.contains(names[0]))
        for (name, bytes) in zip(names, bytes) {
          try bytes.write(to: photos.appendingPathComponent(name))
        }
      }
    }
  }
}
