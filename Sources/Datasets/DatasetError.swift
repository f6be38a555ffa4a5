import DurableFiles

/// A data set is missing, damaged or not what it claims to be.
public struct DatasetError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, where, and what to do about it.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }

  /// Keeps the sentence of a failed file operation.
  init(_ error: FileError) { self.init(error.description) }
}
