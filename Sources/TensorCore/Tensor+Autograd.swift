internal import CTorch

/// Runs `body` without recording operations for autograd, on this thread.
public func withoutGradient<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let previous = ct_set_gradient_mode(false)
  defer { _ = ct_set_gradient_mode(previous) }
  return try body()
}

/// Runs `body` with matrix products and convolutions on `device` computed in `dtype`, on this thread.
public func withAutocast<Result>(
  _ dtype: DType, on device: Device, _ body: () throws(TensorError) -> Result
) throws(TensorError) -> Result {
  try check("autocast", ct_set_autocast(true, dtype.c, device.c))
  let result: Swift.Result<Result, TensorError>
  do { result = .success(try body()) } catch { result = .failure(error) }
  try check("autocast", ct_set_autocast(false, dtype.c, device.c))
  return try result.get()
}

extension Tensor {
  /// Whether autograd accumulates a gradient for this leaf.
  public var requiresGradient: Bool { ct_requires_gradient(pointer) }

  /// Makes autograd accumulate a gradient for this leaf, or not.
  public func setRequiresGradient(_ required: Bool) throws(TensorError) {
    try check("require gradient", ct_set_requires_gradient(pointer, required))
  }

  /// The same data, cut off from the graph.
  public func detached() throws(TensorError) -> Tensor {
    try produce("detach") { ct_detach(pointer, $0) }
  }

  /// Adds the gradient of this scalar to all leaves it depends on.
  public func backward(retainingGraph: Bool = false) throws(TensorError) {
    try check("backward", ct_backward(pointer, retainingGraph))
  }

  /// The accumulated gradient; nil when nothing has arrived.
  public func gradient() throws(TensorError) -> Tensor? {
    try produceOptional("gradient") { ct_gradient(pointer, $0) }
  }

  /// Forgets the accumulated gradient and frees its memory.
  public func clearGradient() throws(TensorError) {
    try check("clear gradient", ct_clear_gradient(pointer))
  }

  /// Gradients of this scalar with respect to `inputs`; nil for an input that it does not depend on.
  public func gradients(
    of inputs: [Tensor], retainingGraph: Bool = false, creatingGraph: Bool = false
  ) throws(TensorError) -> [Tensor?] {
    let pointers = inputs.map(\.pointer)
    var results = [OpaquePointer?](repeating: nil, count: inputs.count)
    try check(
      "gradients",
      ct_gradients_of(
        pointer, pointers, Int32(inputs.count), retainingGraph, creatingGraph, &results))
    return results.map { $0.map { Tensor(owning: $0) } }
  }
}
