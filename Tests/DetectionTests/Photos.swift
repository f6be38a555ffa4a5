import Datasets
import Foundation

/// Photos for tests: real ones where they are, and a synthetic devkit.
enum Photos {
  /// The packed VOC data beside the project, unpacked once; nil where there are none.
  static let devkit: URL? = {
    do { return try restored() } catch {
      print("no VOC data: \(error)")
      return nil
    }
  }()

  private static func restored() throws -> URL? {
    if let known = ProcessInfo.processInfo.environment["LSKD_VOC"] {
      return URL(fileURLWithPath: known)
    }
    let project = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let program = project.deletingLastPathComponent().appendingPathComponent("shared/data/restore")
    guard FileManager.default.isExecutableFile(atPath: program.path) else { return nil }
    let directory = temporaryDirectory
    let process = Process()
    process.executableURL = program
    process.arguments = [directory.path, "voc"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? directory : nil
  }

  static var temporaryDirectory: URL {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  /// A synthetic devkit in a new directory.
  static func synthetic(train: Int, test: Int) throws -> URL {
    let root = temporaryDirectory
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try SyntheticVOC(trainCount: train, testCount: test).write(to: root)
    return root
  }
}
