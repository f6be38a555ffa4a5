public import Foundation

extension SyntheticVOC {
  /// Grows whenever the same parameters give other bytes.
  public static let version = 2

  /// The parameters beside a devkit's directories.
  private struct Parameters: Codable {
    let version: Int
    let trainCount: Int
    let testCount: Int
    let seed: UInt64
  }

  private static let fileName = "generator.json"

  func writeGenerator(to devkit: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let parameters = Parameters(
      version: Self.version, trainCount: trainCount, testCount: testCount, seed: seed)
    try (encoder.encode(parameters) + Data("\n".utf8))
      .write(to: devkit.appendingPathComponent(Self.fileName))
  }

  /// What made the devkit in or under `root`; nil for a real devkit and for one of another version.
  public static func generator(of root: URL) -> SyntheticVOC? {
    for place in [root, root.appendingPathComponent("VOCdevkit")] {
      // A file that is missing or damaged tells nothing.
      guard
        let data = FileManager.default.contents(
          atPath: place.appendingPathComponent(fileName).path),
        let found = try? JSONDecoder().decode(Parameters.self, from: data), found.version == version
      else { continue }
      return try? SyntheticVOC(
        trainCount: found.trainCount, testCount: found.testCount, seed: found.seed)
    }
    return nil
  }
}
