public import CheckpointFormat
public import TensorCore

/// A state that does not fit a network; names the first tensor at fault.
public struct StateError: Error, CustomStringConvertible, Sendable {
  /// One sentence.
  public let description: String

  /// Makes an error from a sentence.
  public init(_ description: String) { self.description = description }
}

extension ElementType {
  /// The tensor library's type with the same bytes; nil for a type that it does not share.
  public var dtype: DType? { DType(rawValue: rawValue) }
}

extension Tensor {
  /// The tensor's bytes under a name, for a checkpoint.
  public func stored(as name: String) throws -> StoredTensor {
    let dtype = try self.dtype()
    guard let type = ElementType(rawValue: dtype.rawValue) else {
      throw StateError("\(name): \(dtype.rawValue) cannot be stored")
    }
    return try StoredTensor(name: name, elementType: type, shape: shape, bytes: .init(bytes()))
  }

  /// A tensor with the bytes of a checkpoint's one.
  public init(_ stored: StoredTensor) throws {
    guard let dtype = stored.elementType.dtype else {
      throw StateError("\(stored.name): \(stored.elementType.rawValue) is not supported here")
    }
    self = try Tensor(bytes: stored.bytes, shape: stored.shape, dtype: dtype)
  }
}

extension ParameterStore {
  /// All entries, parameters and buffers, in state-dict order.
  public func state(prefix: String = "") throws -> [StoredTensor] {
    try entries.map { try $0.tensor.stored(as: prefix + $0.name) }
  }

  /// What a checkpoint has to hold for `load`.
  public func expectedTensors() throws -> [ExpectedTensor] {
    try entries.map { entry in
      let type = ElementType(rawValue: try entry.tensor.dtype().rawValue)
      return ExpectedTensor(
        name: entry.name, shape: entry.tensor.shape,
        isFloatingPoint: type?.isFloatingPoint ?? true, isCounter: entry.isCounter)
    }
  }

  /// Overwrites every entry by the tensor of its name.
  ///
  /// Nothing is changed unless all names and shapes fit. Throws `StateError` for a missing, unexpected
  /// or misshapen tensor.
  public func load(_ state: [StoredTensor], prefix: String = "") throws {
    var byName: [String: StoredTensor] = [:]
    for tensor in state where tensor.name.hasPrefix(prefix) {
      byName[String(tensor.name.dropFirst(prefix.count))] = tensor
    }
    for entry in entries {
      guard let found = byName[entry.name] else {
        throw StateError("the checkpoint has no tensor \(prefix)\(entry.name)")
      }
      guard found.shape == entry.tensor.shape else {
        throw StateError(
          "\(prefix)\(entry.name) has shape \(found.shape) in the checkpoint, the network needs "
            + "\(entry.tensor.shape)")
      }
    }
    if let extra = byName.keys.sorted().first(where: { tensor(named: $0) == nil }) {
      throw StateError("the network has no tensor \(prefix)\(extra)")
    }
    for entry in entries {
      guard let found = byName[entry.name] else { continue }
      try entry.tensor.assign(Tensor(found))
    }
  }
}
