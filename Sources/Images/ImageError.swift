/// An image that cannot be read, written or changed as asked.
public struct ImageError: Error, CustomStringConvertible, Sendable {
  /// One sentence: what and where.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}
