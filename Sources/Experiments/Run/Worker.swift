import Foundation

/// One of several processes that carry the runs of one command out, each as many as it can claim.
public struct Worker: Hashable, Sendable {
  /// Which of them, from 1; nil for the process that started them.
  public let number: Int?
  /// Their number.
  public let count: Int
  /// When the command began, ISO 8601: a run that diverged since then is done.
  public let since: String

  /// The process that starts `count` others.
  public init(startingOthers count: Int) {
    number = nil
    self.count = count
    since = ISO8601DateFormatter().string(from: Date())
  }

  /// One of `count` as its parent tells in the environment; nil for a process that nobody started as a worker.
  public init?(_ environment: [String: String], of count: Int) {
    guard let number = environment[Self.numberName].flatMap({ Int($0) }),
      let since = environment[Self.sinceName]
    else { return nil }
    self.number = number
    self.count = count
    self.since = since
  }

  /// What tells a process that it is one of them.
  public func environment(ofNumber number: Int) -> [String: String] {
    [Self.numberName: String(number), Self.sinceName: since]
  }

  private static let (numberName, sinceName) = ("LSKD_WORKER", "LSKD_WORKERS_SINCE")

  /// The threads of one of them, of all that may be taken.
  public func threads(of all: Int) -> Int { max(1, all / count) }

  /// The most of `open` runs that one of them takes at once: something stays for the others.
  func largestCohort(of open: Int) -> Int { max(1, (open + count - 1) / count) }
}
