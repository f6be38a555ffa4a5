public import Foundation

/// Runs `body` with a new directory, which exists for as long as it runs.
public func inTemporaryDirectory<Output>(_ body: (URL) throws -> Output) throws -> Output {
  let url = RestoredData.temporaryDirectory
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { _ = try? FileManager.default.removeItem(at: url) }  // What stays behind harms no one.
  return try body(url)
}
