import Foundation
import TensorCore

/// One golden file, or a part of one.
struct ReferenceNode {
  let value: Any
  let place: String

  init(file: URL) throws {
    value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    place = file.lastPathComponent
  }

  private init(_ value: Any, _ place: String) {
    self.value = value
    self.place = place
  }

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  func malformed(_ expected: String) -> Malformed {
    Malformed(description: "\(place): expected \(expected)")
  }

  /// The member of an object; nil when it is absent.
  func optional(_ key: String) -> ReferenceNode? {
    ((value as? [String: Any])?[key]).map { ReferenceNode($0, "\(place)/\(key)") }
  }

  func at(_ key: String) throws -> ReferenceNode {
    guard let member = optional(key) else { throw malformed("a member \"\(key)\"") }
    return member
  }

  func list() throws -> [ReferenceNode] {
    guard let items = value as? [Any] else { throw malformed("a list") }
    return items.enumerated().map { ReferenceNode($1, "\(place)[\($0)]") }
  }

  func keys() throws -> [String] {
    guard let members = value as? [String: Any] else { throw malformed("an object") }
    return members.keys.sorted()
  }

  func text() throws -> String {
    guard let text = value as? String else { throw malformed("text") }
    return text
  }

  func number() throws -> Double {
    guard let number = value as? NSNumber else { throw malformed("a number") }
    return number.doubleValue
  }

  func integer() throws -> Int {
    guard let number = value as? NSNumber else { throw malformed("a number") }
    return number.intValue
  }

  func numbers() throws -> [Double] {
    guard let numbers = value as? [NSNumber] else { throw malformed("numbers") }
    return numbers.map(\.doubleValue)
  }

  func integers() throws -> [Int] { try numbers().map { Int($0) } }

  /// A stored tensor: its digits are those of float32 numbers, widened afterwards.
  func tensor(_ dtype: DType = .float64) throws -> Tensor {
    let shape = try at("shape").integers()
    let data = try at("data").numbers()
    if try at("dtype").text() == "int64" {
      return try Tensor(data.map { Int64($0) }, shape: shape)
    }
    return try Tensor(data.map { Float($0) }, shape: shape, dtype: dtype)
  }
}
