import DurableFiles
public import Foundation

extension RunFolder {
  /// Keeps `last.lskd` as `epoch-N.lskd` and removes all but the newest `count` of such files.
  ///
  /// The newest is there before an old one goes. `epoch` counts from 0, the names from 1.
  public func keepEpoch(_ epoch: Int, newest count: Int) throws {
    guard count > 0 else { return }
    try AtomicFile.write(try FileError.reading(last), to: checkpoint(ofEpoch: epoch))
    for name in try FileError.names(in: url) {
      guard let number = Self.epoch(ofCheckpoint: name), number <= epoch - count else { continue }
      try FileError.remove(url.appendingPathComponent(name))
    }
  }

  /// `epoch-N.lskd`, N from 1.
  public func checkpoint(ofEpoch epoch: Int) -> URL {
    url.appendingPathComponent("epoch-\(epoch + 1).lskd")
  }

  private static func epoch(ofCheckpoint name: String) -> Int? {
    guard name.hasPrefix("epoch-"), name.hasSuffix(".lskd") else { return nil }
    return Int(name.dropFirst("epoch-".count).dropLast(".lskd".count)).map { $0 - 1 }
  }
}
