import Foundation
import TestSupport
import Testing

/// The set-up script in front of a machine that lacks something.
struct SetupTests {
  private func setup(_ environment: [String: String]) throws -> (code: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [BuiltProgram.project.appendingPathComponent(".ci/setup").path]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let data = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test("a LIBTORCH that holds none stops with one sentence")
  func noLibtorch() throws {
    let result = try setup(["LIBTORCH": "/nonexistent"])
    #expect(result.code == 1)
    #expect(result.errors.contains("LIBTORCH must name an unpacked libtorch"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test("an unsupported libtorch stops with its version")
  func oldLibtorch() throws {
    try inTemporaryDirectory { directory in
      let headers = directory.appendingPathComponent("include/torch")
      for path in [headers, directory.appendingPathComponent("lib")] {
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
      }
      let text = "#define TORCH_VERSION_MAJOR 1\n#define TORCH_VERSION_MINOR 13\n"
      try Data(text.utf8).write(to: headers.appendingPathComponent("version.h"))
      let result = try setup(["LIBTORCH": directory.path])
      #expect(result.code == 1)
      #expect(result.errors.contains("libtorch 1.13"))
    }
  }

  @Test("without Swift it says what to install")
  func noSwift() throws {
    let result = try setup(["PATH": "/nonexistent:/usr/bin:/bin"])
    #expect(result.code == 1)
    #expect(result.errors.contains("Swift"))
  }
}
