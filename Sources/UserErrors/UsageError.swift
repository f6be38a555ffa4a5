/// A failure that decides with which code its program ends.
public protocol ErrorWithExitCode: Error {
  /// 1 for a failure, 2 for a request that makes no sense, 130 for a stop on request.
  var exitCode: Int32 { get }
}

/// The request of a user that makes no sense; programs end with exit code 2.
public struct UsageError: ErrorWithExitCode, CustomStringConvertible, Sendable {
  /// What is wrong and what would be right.
  public let description: String
  /// 2
  public var exitCode: Int32 { 2 }

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}
