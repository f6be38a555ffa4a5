public import Foundation

/// Packed real data beside the project, unpacked where tests can read them.
public enum RestoredData {
  /// Unpacks a set, `cifar100` or `voc`, into a new directory; nil where there is nothing to unpack.
  public static func restore(_ set: String) throws -> URL? {
    let project = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let program = project.deletingLastPathComponent().appendingPathComponent("shared/data/restore")
    guard FileManager.default.isExecutableFile(atPath: program.path) else { return nil }
    let directory = temporaryDirectory
    let process = Process()
    process.executableURL = program
    process.arguments = [directory.path, set]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? directory : nil
  }

  /// A directory that does not exist yet.
  public static var temporaryDirectory: URL {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }
}
