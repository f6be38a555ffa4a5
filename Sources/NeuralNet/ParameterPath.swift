public import TensorCore

/// Start values of a parameter.
public enum Initialiser: Sendable {
  /// Every element the same.
  case constant(Double)
  /// Normal with mean 0.
  case normal(standardDeviation: Double)
  /// Uniform in ±bound.
  case uniform(bound: Double)
}

/// A place in a network's tree of names.
public struct ParameterPath {
  /// Where tensors are registered.
  public let store: ParameterStore
  private let prefix: String

  init(store: ParameterStore, prefix: String) {
    self.store = store
    self.prefix = prefix
  }

  /// The child of this name.
  public static func / (path: ParameterPath, name: String) -> ParameterPath {
    ParameterPath(store: path.store, prefix: path.name(of: name))
  }

  /// The child of this number, as in a PyTorch `Sequential`.
  public static func / (path: ParameterPath, index: Int) -> ParameterPath {
    path / String(index)
  }

  /// Registers a trained tensor.
  public func parameter(_ name: String, shape: [Int], _ initial: Initialiser)
    throws(TensorError) -> Tensor
  {
    let key = self.name(of: name)
    let tensor = try start(key, shape, initial)
      .converted(to: store.dtype, device: store.device, layout: store.layout)
      .cloned()
    try tensor.setRequiresGradient(true)
    store.add(key, .parameter, tensor)
    return tensor
  }

  /// Registers a tensor of the store's type that is not trained.
  public func buffer(_ name: String, shape: [Int], value: Double) throws(TensorError) -> Tensor {
    let tensor = try Tensor.full(value, shape: shape, dtype: store.dtype, device: store.device)
    store.add(self.name(of: name), .buffer, tensor)
    return tensor
  }

  /// Registers an int64 scalar that counts batches, from 0.
  public func counter(_ name: String) throws(TensorError) -> Tensor {
    let tensor = try Tensor.full(0, shape: [], dtype: .int64, device: store.device)
    store.add(self.name(of: name), .buffer, tensor, isCounter: true)
    return tensor
  }

  /// Registers a tensor that is not trained but starts from random numbers.
  public func buffer(_ name: String, shape: [Int], _ initial: Initialiser) throws(TensorError)
    -> Tensor
  {
    let key = self.name(of: name)
    let tensor = try start(key, shape, initial)
      .converted(to: store.dtype, device: store.device).cloned()
    store.add(key, .buffer, tensor)
    return tensor
  }

  /// Lists what is registered here once more, under another path.
  public func alias(as other: ParameterPath) {
    store.alias(prefix + ".", as: other.prefix + ".")
  }

  /// The random numbers of the module at this place in a training step.
  func dropoutSeed(step: Int) -> UInt64 {
    var stream = store.dropoutStream(for: prefix, step: step)
    return stream.next()
  }

  private func name(of child: String) -> String {
    prefix.isEmpty ? child : "\(prefix).\(child)"
  }

  private func start(_ key: String, _ shape: [Int], _ initial: Initialiser)
    throws(TensorError) -> Tensor
  {
    guard store.drawsStartValues else { return try Tensor.full(0, shape: shape) }
    let count = shape.reduce(1, *)
    var stream = store.stream(for: key)
    switch initial {
    case .constant(let value):
      return try Tensor.full(value, shape: shape)
    case .normal(let deviation):
      return try Tensor(
        stream.normals(count: count, standardDeviation: deviation), shape: shape)
    case .uniform(let bound):
      return try Tensor(stream.uniforms(count: count, low: -bound, high: bound), shape: shape)
    }
  }
}
