public import Foundation
public import TensorCore

/// One file of golden vectors, or a part of one. Whoever reads a value says what it has to be; anything else throws
/// `Malformed` with the value's place.
public struct ReferenceNode {
  let value: Any
  /// File and path of members.
  public let place: String

  /// Reads a file.
  public init(file: URL) throws {
    value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    place = file.lastPathComponent
  }

  private init(_ value: Any, _ place: String) {
    self.value = value
    self.place = place
  }

  /// A value is not what it has to be.
  public struct Malformed: Error, CustomStringConvertible, Sendable {
    /// Where it is and what was expected.
    public let description: String
  }

  /// An error for this place.
  public func malformed(_ expected: String) -> Malformed {
    Malformed(description: "\(place): expected \(expected)")
  }

  /// The member of an object; nil when it is absent.
  public func optional(_ key: String) -> ReferenceNode? {
    ((value as? [String: Any])?[key]).map { ReferenceNode($0, "\(place)/\(key)") }
  }

  /// The member of an object.
  public func at(_ key: String) throws -> ReferenceNode {
    guard let member = optional(key) else { throw malformed("a member \"\(key)\"") }
    return member
  }

  /// The elements of a list.
  public func list() throws -> [ReferenceNode] {
    guard let items = value as? [Any] else { throw malformed("a list") }
    return items.enumerated().map { ReferenceNode($1, "\(place)[\($0)]") }
  }

  /// The names of an object's members, sorted.
  public func keys() throws -> [String] {
    guard let members = value as? [String: Any] else { throw malformed("an object") }
    return members.keys.sorted()
  }

  /// A text.
  public func text() throws -> String {
    guard let text = value as? String else { throw malformed("text") }
    return text
  }

  /// A number.
  public func number() throws -> Double {
    guard let number = value as? NSNumber else { throw malformed("a number") }
    return number.doubleValue
  }

  /// A whole number.
  public func integer() throws -> Int {
    guard let number = value as? NSNumber else { throw malformed("a number") }
    return number.intValue
  }

  /// A list of numbers.
  public func numbers() throws -> [Double] {
    guard let numbers = value as? [NSNumber] else { throw malformed("numbers") }
    return numbers.map(\.doubleValue)
  }

  /// A list of whole numbers.
  public func integers() throws -> [Int] { try numbers().map { Int($0) } }

  /// A stored tensor: its digits are those of float32 numbers, widened afterwards.
  public func tensor(_ computation: Computation = .float64) throws -> Tensor {
    let shape = try at("shape").integers()
    let data = try at("data").numbers()
    if try at("dtype").text() == "int64" {
      return try Tensor(data.map { Int64($0) }, shape: shape, device: computation.device)
    }
    return try Tensor(
      data.map { Float($0) }, shape: shape, dtype: computation.dtype, device: computation.device)
  }
}
