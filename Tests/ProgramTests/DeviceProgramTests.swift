import Foundation
import TestSupport
import Testing

/// Programs that are asked for CUDA, on other libraries than those they were linked with.
struct DeviceProgramTests {
  /// The libtorch that programs were built with.
  static var libtorch: URL {
    ProcessInfo.processInfo.environment["LIBTORCH"].map { URL(fileURLWithPath: $0) }
      ?? BuiltProgram.project.appendingPathComponent(".deps/torch").resolvingSymlinksInPath()
  }

  static var hasCUDA: Bool {
    FileManager.default.fileExists(
      atPath: libtorch.appendingPathComponent("lib/libtorch_cuda.so").path)
  }

  /// What a program says of `--device cuda` where `torch/lib` holds the host's part of libtorch and `files`.
  private func complaint(files: [String: Data] = [:]) throws -> BuiltProgram.Result {
    var result: BuiltProgram.Result?
    try inTemporaryDirectory { directory in
      let manager = FileManager.default
      let lib = directory.appendingPathComponent("torch/lib")
      try manager.createDirectory(at: lib, withIntermediateDirectories: true)
      // The run paths of a CUDA build's host part lead to packages beside torch/.
      try manager.createSymbolicLink(
        at: directory.appendingPathComponent("nvidia"),
        withDestinationURL: Self.libtorch.deletingLastPathComponent()
          .appendingPathComponent("nvidia"))
      let installed = Self.libtorch.appendingPathComponent("lib")
      for name in try manager.contentsOfDirectory(atPath: installed.path)
      where name.contains(".so") && !name.contains("cuda") {
        try manager.createSymbolicLink(
          at: lib.appendingPathComponent(name),
          withDestinationURL: installed.appendingPathComponent(name))
      }
      for (name, data) in files { try data.write(to: lib.appendingPathComponent(name)) }
      let program = BuiltProgram("lskd-bench", environment: ["LD_LIBRARY_PATH": lib.path])
      result = try program("memory", "--device", "cuda", in: directory)
    }
    return try #require(result)
  }

  private static let usage = "error: device cuda:0 cannot be used: "

  @Test("a CPU build of libtorch says that it is one, and how to get the other")
  func cpuBuild() throws {
    let result = try complaint()
    #expect(result.code == 2)
    #expect(result.errors.hasPrefix(Self.usage + "this libtorch is a CPU build"))
    #expect(result.errors.contains("LSKD_TORCH=cuda make setup"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("a CUDA build on a machine without a driver names the driver")
  func noDriver() throws {
    let present = ["/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
      .contains { FileManager.default.fileExists(atPath: $0 + "/libcuda.so.1") }
    if present {
      print("skipped: this machine has an NVIDIA driver")
      return
    }
    let result = try complaint(files: ["libtorch_cuda.so": Data()])
    #expect(result.code == 2)
    #expect(result.errors.hasPrefix(Self.usage + "this machine has no NVIDIA driver"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("a CUDA part that cannot be loaded is named with the linker's reason")
  func brokenPart() throws {
    // Any library that loads passes for a driver.
    let libm = try linker(["lskd-bench"], variables: [:]).split(separator: "\n")
      .first { $0.contains("libm.so.6 => ") }?.split(separator: " ").dropLast().last
    let driver = try Data(contentsOf: URL(fileURLWithPath: String(try #require(libm))))
    let result = try complaint(files: [
      "libtorch_cuda.so": Data("no library".utf8), "libcuda.so.1": driver,
    ])
    #expect(result.code == 2)
    #expect(result.errors.hasPrefix(Self.usage + "libtorch's CUDA part cannot be loaded: "))
    #expect(result.errors.contains("torch/lib/libtorch_cuda.so"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("programs link the host's part of libtorch alone")
  func linksNoCUDA() throws {
    for name in ["lskd-repro", "lskd-train", "lskd-eval", "lskd-bench"] {
      let needed = try linker([name], variables: [:])
      #expect(needed.contains("libtorch_cpu.so"))
      #expect(!needed.contains("libtorch_cuda.so") && !needed.contains("libtorch.so"), "\(name)")
    }
  }

  @Test("the library of NCCL's group finds all its names in the CUDA part of libtorch")
  func linksNCCL() throws {
    guard Self.hasCUDA else {
      print("skipped: \(Self.libtorch.path) is a CPU build")
      return
    }
    let part = Self.libtorch.appendingPathComponent("lib/libtorch_cuda.so").path
    let library = BuiltProgram.project.appendingPathComponent(".build/release/liblskd-nccl.so")
    let code = try Data(contentsOf: library)
    #expect(code.range(of: Data("ctorch_nccl_open".utf8)) != nil)
    let report = try linker(["-r", "liblskd-nccl.so"], variables: ["LD_PRELOAD": part])
    #expect(report.contains("libtorch_cuda.so"))
    #expect(!report.contains("undefined symbol"), "\(report)")
    #expect(!report.contains("not found"), "\(report)")
  }

  /// What `ldd` prints of a built file; the last word of `arguments` is its name.
  private func linker(_ arguments: [String], variables: [String: String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = variables.map { "\($0)=\($1)" } + ["ldd"] + arguments
    process.currentDirectoryURL = BuiltProgram.project.appendingPathComponent(".build/release")
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
