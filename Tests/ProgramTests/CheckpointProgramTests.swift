import Foundation
import TestSupport
import Testing

/// `lskd-ckpt` and its readers on other people's files.
struct CheckpointProgramTests {
  private let ckpt = BuiltProgram("lskd-ckpt")
  private let eval = BuiltProgram("lskd-eval")
  private static let sample = BuiltProgram.project
    .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
  private static let network = ["--architecture", "wrn-16-1", "--classes", "100"]

  private func file(_ data: Data, _ directory: URL, _ name: String = "m.pth") throws -> String {
    try data.write(to: directory.appendingPathComponent(name))
    return name
  }

  private func imported(_ file: String, _ options: [String] = [], in directory: URL) throws
    -> BuiltProgram.Result
  {
    try ckpt.run(["import", file, "i.lskd"] + options, in: directory)
  }

  private func lines(_ tensor: String, in directory: URL) throws -> [String] {
    let result = try ckpt("cat", "i.lskd", tensor, in: directory)
    #expect(result.code == 0, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("a state dict is found beside a tensor at the root, and what is beside it is metadata")
  func besides() throws {
    try inTemporaryDirectory { directory in
      let result = try imported(file(TorchSamples.besides, directory), in: directory)
      #expect(result.code == 0 && result.output.contains("2 tensors"), "\(result)")
      #expect(result.errors.contains("\"model\""))
      #expect(try lines("conv.weight", in: directory) == ["1.0", "2.0"])
      #expect(try ckpt("inspect", "i.lskd", in: directory).output.contains("source.epoch: 3\n"))
    }
  }

  @Test(
    "of several state dicts --key chooses, in import, export and diff; without it they are listed")
  func keys() throws {
    try inTemporaryDirectory { directory in
      let name = try file(TorchSamples.nested, directory)
      for arguments in [
        ["import", name, "i.lskd"], ["export", name, "e.pth"], ["diff", name, name],
      ] {
        let result = try ckpt.run(arguments, in: directory)
        #expect(result.code == 1)
        for word in ["m.pth", "--key", "\"state.model\" (2 tensors)", "\"state.ema\""] {
          #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
        }
      }
      #expect(try imported(name, ["--key", "state.ema"], in: directory).code == 0)
      #expect(try lines("conv.weight", in: directory) == ["7.0", "2.0"])
      #expect(try ckpt("export", name, "e.pth", "--key", "state.model", in: directory).code == 0)
      let same = try ckpt(
        "diff", "e.pth", name, "--second-key", "state.model", in: directory)
      #expect(same.code == 0, "\(same)")
      let other = try ckpt(
        "diff", name, name, "--first-key", "state.model", "--second-key", "state.ema",
        in: directory)
      #expect(other.code == 1)
      #expect(other.output.contains("conv.weight: 1 of 2 elements, largest difference 6.0"))
      let absent = try imported(name, ["--key", "state.x"], in: directory)
      #expect(absent.code == 1 && absent.errors.contains("\"state.ema\""))
      #expect(try ckpt("export", Self.sample, "e.pth", "--key", "a", in: directory).code == 1)
    }
  }

  @Test("a compiled, averaged, data-parallel model gets its own names, and a line says so")
  func averaged() throws {
    try inTemporaryDirectory { directory in
      let result = try imported(file(TorchSamples.averaged, directory), in: directory)
      #expect(result.code == 0 && result.output.contains("2 tensors"), "\(result)")
      #expect(result.errors.contains("\"_orig_mod.module.module.\""))
      #expect(result.errors.contains("n_averaged"))
      #expect(try lines("conv.bias", in: directory) == ["0.5"])
    }
  }

  @Test("a lazily negated view has its sign")
  func negated() throws {
    try inTemporaryDirectory { directory in
      let code = try imported(file(TorchSamples.negated, directory), in: directory).code
      #expect(code == 0)
      let values = try lines("a.weight", in: directory)
      #expect(values == ["-1.0", "-2.0"])
    }
  }

  @Test("NumPy scalars, a Counter, arguments and wide integers beside the weights are read exactly")
  func objects() throws {
    try inTemporaryDirectory { directory in
      let result = try imported(file(TorchSamples.objects, directory), in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let text = try ckpt("inspect", "i.lskd", in: directory).output
      for line in [
        "source.best: 71.25", "source.half: 0.0999755859375", "source.seen: 18446744073709551615",
        "source.isBest: true", "source.wide: 1180591620717411303424",
        "source.low: -18446744073709551617", "source.tall: 9223372036854775808",
      ] {
        #expect(text.contains(line + "\n"), "\(line) in \(text)")
      }
    }
  }

  @Test("what is not read says what to do")
  func refusals() throws {
    try inTemporaryDirectory { directory in
      for (data, word) in [
        (TorchSamples.complex, "complex numbers"), (TorchSamples.path, "torch.save(torch.load("),
        (TorchSamples.path, "pathlib."), (TorchSamples.alone, "shape [2, 3], no dictionary"),
      ] {
        let result = try imported(file(data, directory), in: directory)
        #expect(result.code == 1)
        #expect(result.errors.contains(word) && result.errors.contains("m.pth"), "\(result.errors)")
      }
      let direct = try eval("m.pth", "--synthetic", in: directory)
      #expect(direct.code == 1 && direct.errors.contains("lskd-ckpt import"), "\(direct.errors)")
      let teacher = try BuiltProgram("lskd-repro")(
        "table2", "--budget=smoke", "--teacher=m.pth", "--dry-run", in: directory)
      #expect(teacher.code == 1 && teacher.errors.contains("lskd-ckpt import"), "\(teacher.errors)")
    }
  }

  @Test("numbers are printed and compared as what they are")
  func numbers() throws {
    try inTemporaryDirectory { directory in
      let first = try file(TorchSamples.extremes, directory, "first.pth")
      let second = try file(TorchSamples.others, directory, "second.pth")
      let result = try imported(first, in: directory)
      #expect(result.code == 0)
      #expect(result.errors.contains("a.weight holds 1 NaN and 1 infinite elements"))
      #expect(try lines("a.weight", in: directory) == ["nan", "inf", "1.0"])
      #expect(try lines("n", in: directory) == ["9223372036854775807", "9007199254740993"])
      #expect(try lines("h", in: directory) == ["0.099975586"])
      #expect(try lines("b", in: directory) == ["1"])
      let difference = try ckpt("diff", first, second, in: directory)
      #expect(difference.code == 1)
      for line in [
        "a.weight: 2 of 3 elements, largest difference 2.0 (2.0 of the largest element), "
          + "1 NaN and 1 infinite in the first, 0 NaN and 1 infinite in the second",
        "n: 2 of 2 elements, largest difference 18446744073709551615", "2 of 4 tensors differ",
      ] {
        #expect(difference.output.contains(line), "\(difference.output)")
      }
    }
  }

  @Test("a foreign file's metadata never becomes keys of our own")
  func metadata() throws {
    try inTemporaryDirectory { directory in
      let file = SafetensorsText(
        header: #"{"__metadata__":{"delta_base":"x","architecture":"wrn-16-1","kind":"y"},"#
          + #""a.weight":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
        content: Data([1, 2]))
      try file.data.write(to: directory.appendingPathComponent("m.safetensors"))
      #expect(try imported("m.safetensors", in: directory).code == 0)
      #expect(try lines("a.weight", in: directory) == ["1", "2"])
      let text = try ckpt("inspect", "i.lskd", in: directory).output
      for line in ["source.delta_base: x", "source.kind: y", "kind: model"] {
        #expect(text.contains("\n" + line + "\n"), "\(text)")
      }
      #expect(try ckpt("diff", "i.lskd", "m.safetensors", in: directory).code == 0)
    }
  }

  /// The sample's tensors as safetensors, with the header changed.
  private func changed(_ directory: URL, _ change: (String) -> String) throws -> String {
    #expect(try ckpt("export", Self.sample, "m.safetensors", in: directory).code == 0)
    let url = directory.appendingPathComponent("m.safetensors")
    var file = try #require(SafetensorsText(try Data(contentsOf: url)))
    file.header = change(file.header)
    try file.data.write(to: url)
    return url.lastPathComponent
  }

  @Test(
    "names are compared with the network at import, wrappers and counters of old files included")
  func architecture() throws {
    try inTemporaryDirectory { directory in
      for (old, new, note) in [
        (
          "\"([a-zA-Z][a-zA-Z0-9_.]*\\.(weight|bias|running_[a-z]*|num_[a-z_]*))\":",
          "\"net.module.$1\":", "\"net.module.\""
        ),
        ("(num_batches_tracked\":\\{[^}]*\"shape\":)\\[\\]", "$1[1]", "counters of batches"),
      ] {
        let name = try changed(directory) {
          $0.replacingOccurrences(of: old, with: new, options: .regularExpression)
        }
        let result = try imported(name, Self.network, in: directory)
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains(note), "\(result.errors)")
        #expect(try ckpt("diff", "i.lskd", Self.sample, in: directory).code == 0)
        #expect(try eval("i.lskd", "--synthetic", in: directory).code == 0)
      }
    }
  }

  @Test("a head of another name is refused at import with the nearest, and renamed on request")
  func head() throws {
    try inTemporaryDirectory { directory in
      let name = try changed(directory) { $0.replacingOccurrences(of: "\"fc.", with: "\"linear.") }
      let refused = try imported(name, Self.network, in: directory)
      #expect(refused.code == 1)
      for word in ["m.safetensors", "wrn-16-1 with 100 classes", "fc.weight", "--rename linear=fc"]
      {
        #expect(refused.errors.contains(word), "\(refused.errors)")
      }
      #expect(
        try imported(name, Self.network + ["--rename", "linear=fc"], in: directory).code == 0)
      #expect(try ckpt("diff", "i.lskd", Self.sample, in: directory).code == 0)
      let other = try imported(
        name, ["--architecture", "wrn-16-2", "--classes", "10"], in: directory)
      #expect(other.code == 1 && other.errors.contains("instead of"), "\(other.errors)")
    }
  }

  @Test(
    "an unknown network is a usage error with the nearest, as are a wrong renaming and no classes")
  func options() throws {
    try inTemporaryDirectory { directory in
      for (options, word) in [
        (["--architecture", "wrn16-2", "--classes", "10"], "did you mean wrn-16-2?"),
        (["--architecture", "WRN-16-2x", "--classes", "10"], "did you mean wrn-16-2?"),
        (["--architecture", "wrn-16-2"], "belong together"),
        (["--classes", "3"], "belong together"),
        (["--architecture", "wrn-16-2", "--classes", "0"], "--classes takes 1 to"),
        (["--rename", "fc"], "FROM=TO"),
      ] {
        let result = try imported(Self.sample, options, in: directory)
        #expect(result.code == 2 && result.errors.contains(word), "\(options): \(result.errors)")
      }
    }
  }

  @Test("a network whose answers are not finite is named by its file")
  func notFinite() throws {
    try inTemporaryDirectory { directory in
      #expect(try ckpt("export", Self.sample, "m.safetensors", in: directory).code == 0)
      let url = directory.appendingPathComponent("m.safetensors")
      var file = try #require(SafetensorsText(try Data(contentsOf: url)))
      // Float32 elements come behind the eight bytes of the counters.
      let place = file.content.startIndex + file.content.count - 4
      file.content.replaceSubrange(place..<(place + 4), with: [0, 0, 0xC0, 0x7F])
      try file.data.write(to: url)
      let result = try imported("m.safetensors", Self.network, in: directory)
      #expect(result.code == 0 && result.errors.contains("1 NaN"), "\(result)")
      let measured = try eval("i.lskd", "--synthetic", in: directory)
      #expect(measured.code == 1 && measured.errors.contains("i.lskd"), "\(measured.errors)")
    }
  }

  @Test("output goes through links, devices and pipes; a directory is refused")
  func targets() throws {
    try inTemporaryDirectory { directory in
      let manager = FileManager.default
      func attributes(_ name: String) throws -> [FileAttributeKey: Any] {
        try manager.attributesOfItem(atPath: directory.appendingPathComponent(name).path)
      }
      try manager.createDirectory(
        at: directory.appendingPathComponent("far"), withIntermediateDirectories: true)
      try Data("old".utf8).write(to: directory.appendingPathComponent("far/file"))
      chmod(directory.appendingPathComponent("far/file").path, 0o600)
      for (link, target) in [("link", "far/file"), ("second", "link"), ("new", "far/none")] {
        symlink(target, directory.appendingPathComponent(link).path)
      }
      for (name, place) in [("second", "far/file"), ("new", "far/none")] {
        #expect(try ckpt("strip", Self.sample, name, in: directory).code == 0)
        #expect(try attributes(name)[.type] as? FileAttributeType == .typeSymbolicLink)
        #expect(try ckpt("verify", place, in: directory).code == 0)
      }
      #expect(try attributes("far/file")[.posixPermissions] as? Int == 0o600)
      let refused = try ckpt("strip", Self.sample, "far", in: directory)
      #expect(refused.code == 1 && refused.errors.contains("is a directory"))
      symlink("circle", directory.appendingPathComponent("circle").path)
      #expect(try ckpt("strip", Self.sample, "circle", in: directory).code == 1)

      #expect(try ckpt("strip", Self.sample, "/dev/null", in: directory).code == 0)
      #expect(
        try manager.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
          == .typeCharacterSpecial)
      let pipe = directory.appendingPathComponent("pipe").path
      #expect(mkfifo(pipe, 0o600) == 0)
      let result = try shell(
        "cat pipe > read & \(ckpt.path) strip \(Self.sample) pipe && wait && "
          + "\(ckpt.path) strip \(Self.sample) /dev/stdout | cat > piped && "
          + "(echo first; \(ckpt.path) strip \(Self.sample) /dev/stdout; echo last) > open",
        directory)
      #expect(result == 0)
      let whole = try Data(contentsOf: directory.appendingPathComponent("far/file"))
      for name in ["read", "piped"] {
        #expect(try Data(contentsOf: directory.appendingPathComponent(name)) == whole)
      }
      #expect(try attributes("pipe")[.type] as? FileAttributeType != .typeRegular)
      #expect(
        try Data(contentsOf: directory.appendingPathComponent("open"))
          == Data("first\n".utf8) + whole + Data("last\n".utf8))
      let left = try manager.subpathsOfDirectory(atPath: directory.path)
      #expect(!left.contains { $0.contains(".partial") }, "\(left)")
    }
  }

  private func shell(_ script: String, _ directory: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = directory
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A safetensors file as its header's text and what follows.
private struct SafetensorsText {
  var header: String
  var content: Data

  init(header: String, content: Data) {
    self.header = header
    self.content = content
  }

  init?(_ data: Data) {
    guard data.count > 8 else { return nil }
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= data.count - 8 else { return nil }
    header = String(decoding: data[8..<(8 + length)], as: UTF8.self)
    content = data[(8 + length)...]
  }

  var data: Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
      + content
  }
}
