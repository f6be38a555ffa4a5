public import Foundation

/// How a checkpoint is written. No option but those that say so changes the bytes.
public struct WriteOptions: Sendable, Equatable {
  /// Threads that compress; the bytes do not depend on it.
  public var threads: Int

  /// Makes options.
  public init(threads: Int = ProcessInfo.processInfo.activeProcessorCount) {
    self.threads = threads
  }
}
