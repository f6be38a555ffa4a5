import Foundation
import TestSupport
import Testing

/// The place where data sets lie when nobody names one.
struct DataHomeTests {
  private static let sample = BuiltProgram.project
    .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
  private static let segmentation = BuiltProgram.project.appendingPathComponent(
    "checkpoints/table5-resnet101-resnet18-london-reduced-seed0.lskd"
  ).path

  @Test(
    "a program that finds no data names the fetch that brings it",
    arguments: [
      (["lskd-repro", "table2"], "cifar100"), (["lskd-repro", "tune"], "cifar100"),
      (["lskd-train", "--setting=c", "--method=kd"], "cifar100"),
      (["lskd-repro", "table4"], "voc2007"), (["lskd-repro", "table5"], "voc2012"),
      (["lskd-eval", sample], "cifar100"), (["lskd-eval", "detections", "."], "voc2007"),
      (["lskd-eval", "segmentation", "."], "voc2012"),
      (["lskd-eval", segmentation, "--year=2012"], "voc2012"),
      (["lskd-data", "verify", "cifar100"], "cifar100"),
      (["lskd-data", "verify", "voc2012"], "voc2012"), (["lskd-data", "verify", "sbd"], "sbd"),
      (["lskd-bench", "detector"], "voc2012"),
    ])
  func missing(_ words: [String], _ set: String) throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram(words[0]).run(Array(words.dropFirst()), in: directory)
      #expect(result.code == 1)
      #expect(result.errors.contains("`lskd-data fetch \(set)`"), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("LSKD_DATA goes before XDG_CACHE_HOME and that before the home directory")
  func order() throws {
    try inTemporaryDirectory { directory in
      let made = try BuiltProgram("lskd-data")(
        "synthesize", "--train=60", "--test=20", "home/.cache/lskd/cifar-100-binary", in: directory)
      #expect(made.code == 0, "\(made.errors)")
      let home = directory.appendingPathComponent("home").path
      for (data, cache, place) in [
        ("", "", "\(home)/.cache/lskd"), ("", "relative", "\(home)/.cache/lskd"),
        ("", "\(home)/.cache", "\(home)/.cache/lskd"), ("", "/nonexistent", "/nonexistent/lskd"),
        ("\(home)/.cache/lskd", "/nonexistent", "\(home)/.cache/lskd"),
        ("/nonexistent", "\(home)/.cache", "/nonexistent"),
      ] {
        let program = BuiltProgram(
          "lskd-data",
          environment: ["LSKD_DATA": data, "XDG_CACHE_HOME": cache, "HOME": home])
        let found = try program("verify", "cifar100", in: directory)
        #expect((found.output + found.errors).contains(place), "\(data) \(cache): \(found)")
        #expect(found.code == (place.hasPrefix(home) ? 0 : 1))
      }
    }
  }

  @Test("fetch takes files whose hashes are the manifest's, and nothing else, to the default place")
  func fetch() throws {
    try inTemporaryDirectory { directory in
      let home = directory.appendingPathComponent("home")
      let data = BuiltProgram("lskd-data", environment: ["LSKD_DATA": home.path])
      #expect(try data("synthesize", "--train=60", "--test=20", "made", in: directory).code == 0)
      let made = directory.appendingPathComponent("made")
      var manifest = try #require(
        JSONSerialization.jsonObject(
          with: Data(contentsOf: made.appendingPathComponent("manifest.json"))) as? [String: Any])
      manifest["id"] = "set"
      manifest["archives"] = [
        ["name": "set.tgz", "sha256": "0", "unpacksTo": "cifar-100-binary", "mirrors": [String]()]
      ]
      try JSONSerialization.data(withJSONObject: manifest)
        .write(to: directory.appendingPathComponent("set.json"))
      let taken = try data("fetch", "set.json", "--archive", "made", in: directory)
      #expect(taken.code == 0 && taken.output.contains("copied 2 files"), "\(taken)")
      let place = home.appendingPathComponent("cifar-100-binary")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
          == ["test.bin", "train.bin"])
      let file = made.appendingPathComponent("train.bin")
      var bytes = try Data(contentsOf: file)
      #expect(try Data(contentsOf: place.appendingPathComponent("train.bin")) == bytes)
      let again = try data("fetch", "set.json", in: directory)
      #expect(again.code == 0 && again.output.contains("nothing to do"), "\(again)")
      bytes[100] ^= 1
      try bytes.write(to: file)
      let wrong = try data("fetch", "set.json", "other", "--archive", "made", in: directory)
      #expect(wrong.code == 1 && wrong.errors.contains("set.tgz"), "\(wrong)")
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: directory.appendingPathComponent("other").path
        ).isEmpty)
    }
  }

  @Test("tables take the images of the default place; a checkpoint refuses others than its own")
  func use() throws {
    try inTemporaryDirectory { directory in
      let environment = ["LSKD_DATA": directory.appendingPathComponent("home").path]
      let data = BuiltProgram("lskd-data", environment: environment)
      let made = try data(
        "synthesize", "--train=300", "--test=100", "home/cifar-100-binary", in: directory)
      #expect(made.code == 0, "\(made.errors)")
      let repro = BuiltProgram("lskd-repro", environment: environment)
      let plan = try repro("table2", "--dry-run", "--methods=kd", "--json", in: directory)
      #expect(plan.code == 0 && plan.output.contains("kd"), "\(plan.errors)")
      let eval = BuiltProgram("lskd-eval", environment: environment)
      let other = try eval(Self.sample, in: directory)
      #expect(other.code == 1 && other.errors.contains("measured with other images"), "\(other)")
      #expect(
        try eval(Self.sample, "--data", "home/cifar-100-binary", in: directory).code == 0)
    }
  }

  @Test("a header that does not name its images asks for the flag that does")
  func silentHeader() throws {
    try inTemporaryDirectory { directory in
      let photos = try BuiltProgram("lskd-eval")(Self.segmentation, in: directory)
      #expect(photos.code == 2 && photos.errors.contains("--voc DIR"), "\(photos)")
      let ckpt = BuiltProgram("lskd-ckpt")
      #expect(try ckpt("export", Self.sample, "m.pth", in: directory).code == 0)
      let imported = try ckpt(
        "import", "m.pth", "m.lskd", "--architecture", "wrn-16-1", "--classes", "100",
        in: directory)
      #expect(imported.code == 0, "\(imported.errors)")
      let images = try BuiltProgram("lskd-eval")("m.lskd", in: directory)
      #expect(images.code == 2 && images.errors.contains("--data DIR"), "\(images)")
    }
  }
}
