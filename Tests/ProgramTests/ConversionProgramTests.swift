import Foundation
import TestSupport
import Testing

/// Checkpoints to other formats and back.
struct ConversionProgramTests {
  private let eval = BuiltProgram("lskd-eval")
  private let ckpt = BuiltProgram("lskd-ckpt")

  @Test("lskd-ckpt converts, compares, prints and refuses")
  func checkpoints() throws {
    try inTemporaryDirectory { directory in
      let sample = BuiltProgram.project
        .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
      #expect(try ckpt("verify", sample, in: directory).code == 0)
      for name in ["m.pth", "m.safetensors", "m.lskd"] {
        #expect(try ckpt("export", sample, name, in: directory).code == 0)
        let same = try ckpt("diff", sample, name, in: directory)
        #expect(same.code == 0 && same.output.hasPrefix("0 of 82 tensors differ"), "\(same)")
      }
      let imported = try ckpt(
        "import", "m.pth", "i.lskd", "--architecture", "wrn-16-1", "--classes", "100",
        in: directory)
      #expect(imported.code == 0)
      #expect(try eval("i.lskd", "--synthetic", in: directory).code == 0)

      #expect(try ckpt("strip", sample, "half.lskd", "--lossy", "float16", in: directory).code == 0)
      let lossy = try ckpt("inspect", "half.lskd", "--json", in: directory)
      #expect(lossy.output.contains("\"lossy\":\"float32 rounded to float16\""))
      let changed = try ckpt("diff", sample, "half.lskd", in: directory)
      #expect(changed.code == 1 && changed.output.contains("conv1.weight: float32 and float16"))

      #expect(try ckpt("delta", "half.lskd", "d.lskd", "--base", sample, in: directory).code == 0)
      let alone = try ckpt("diff", "d.lskd", sample, in: directory)
      #expect(alone.code == 1 && alone.errors.contains("lskd-ckpt restore"))
      #expect(
        try ckpt("restore", "d.lskd", "r.lskd", "--base", sample, in: directory).code == 0)
      #expect(try ckpt("diff", "half.lskd", "r.lskd", in: directory).code == 0)

      let printed = try ckpt("cat", sample, "fc.bias", in: directory)
      #expect(printed.output.split(separator: "\n").count == 100)
      #expect(try ckpt("cat", sample, "absent", in: directory).code == 1)
      #expect(try ckpt("export", sample, "m.zip", in: directory).code == 2)
      try Data("no model".utf8).write(to: directory.appendingPathComponent("text"))
      let foreign = try ckpt("import", "text", "t.lskd", in: directory)
      #expect(foreign.code == 1 && foreign.errors.contains("text"))
    }
  }

  private static let python = ProcessInfo.processInfo.environment["LSKD_PYTHON"]

  @Test(
    "PyTorch and safetensors themselves read what is exported",
    .enabled(if: python != nil, "LSKD_PYTHON names no Python with torch and safetensors"))
  func realPackages() throws {
    try inTemporaryDirectory { directory in
      let sample = BuiltProgram.project
        .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
      for name in ["m.pth", "m.safetensors"] {
        #expect(try ckpt("export", sample, name, in: directory).code == 0)
      }
      let script = BuiltProgram.project.appendingPathComponent("Tests/Comparison/read_exports.py")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(Self.python))
      process.arguments = [script.path, "m.pth", "m.safetensors"]
      process.currentDirectoryURL = directory
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      // And back: both forms of torch.save.
      for name in ["new.pth", "old.pth"] {
        let same = try ckpt("diff", sample, name, in: directory)
        #expect(same.code == 0, "\(same)")
      }
    }
  }
}
