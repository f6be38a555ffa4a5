import Datasets
public import Foundation

/// Photos for tests: real ones where they are, and a synthetic devkit.
public enum Photos {
  /// The VOC data that LSKD_VOC names, or the packed ones beside the project, unpacked once; nil where there are none.
  public static let devkit: URL? = {
    if let known = ProcessInfo.processInfo.environment["LSKD_VOC"] {
      return URL(fileURLWithPath: known)
    }
    do { return try RestoredData.restore("voc") } catch {
      print("no VOC data: \(error)")
      return nil
    }
  }()

  /// A synthetic devkit in a new directory.
  public static func synthetic(train: Int, test: Int) throws -> URL {
    let root = RestoredData.temporaryDirectory
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try SyntheticVOC(trainCount: train, testCount: test).write(to: root)
    return root
  }
}
