public import Foundation

/// A named array of numbers as plain bytes: no engine, no device.
public struct StoredTensor: Sendable, Equatable {
  /// Path of the tensor in its module, as in `layer1.0.conv1.weight`.
  public var name: String
  /// Type of the elements.
  public var elementType: ElementType
  /// Extent along each axis; empty for a scalar.
  public var shape: [Int]
  /// The elements, little-endian and row-major.
  public var bytes: Data

  /// Makes a tensor. Throws ``CheckpointError`` with code `sizeMismatch` unless `bytes` has exactly
  /// the size that `shape` and `elementType` ask for, and `limitExceeded` for an impossible shape.
  public init(
    name: String, elementType: ElementType, shape: [Int], bytes: Data
  ) throws(CheckpointError) {
    let expected = try TensorSize.bytes(shape: shape, elementType: elementType, tensor: name)
    guard bytes.count == expected else {
      throw CheckpointError(
        .sizeMismatch,
        "shape \(shape) of \(elementType) needs \(expected) bytes, but there are \(bytes.count)",
        tensor: name)
    }
    self.init(unchecked: name, elementType, shape, bytes)
  }

  /// For bytes whose count follows from the shape by construction.
  init(unchecked name: String, _ elementType: ElementType, _ shape: [Int], _ bytes: Data) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
  }

  /// Product of the shape.
  public var elementCount: Int { bytes.count / elementType.byteCount }
}

/// Sizes computed from shapes that come from a file: nothing here may overflow.
package enum TensorSize {
  /// Number of elements; throws for a negative extent, too many axes or an overflow.
  package static func elements(shape: [Int], tensor: String) throws(CheckpointError) -> Int {
    guard shape.count <= FormatLimits.axes else {
      throw CheckpointError(
        .limitExceeded, "\(shape.count) axes, at most \(FormatLimits.axes) are allowed",
        tensor: tensor)
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflow, product <= FormatLimits.tensorBytes else {
        throw CheckpointError(.limitExceeded, "shape \(shape) is impossible", tensor: tensor)
      }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// Number of bytes; throws as `elements` does.
  package static func bytes(
    shape: [Int], elementType: ElementType, tensor: String
  ) throws(CheckpointError) -> Int {
    let count = try elements(shape: shape, tensor: tensor) * elementType.byteCount
    guard count <= FormatLimits.tensorBytes else {
      throw CheckpointError(.limitExceeded, "shape \(shape) is impossible", tensor: tensor)
    }
    return count
  }
}
