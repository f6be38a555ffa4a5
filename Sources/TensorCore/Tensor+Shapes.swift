internal import CTorch

extension Tensor {
  /// Sum over `axes` (all when empty).
  public func sum(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce("sum", .CT_SUM, axes, keepingAxes)
  }

  /// Mean over `axes` (all when empty).
  public func mean(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TensorError) -> Tensor {
    try reduce("mean", .CT_MEAN, axes, keepingAxes)
  }

  /// Largest element over `axes` (all when empty).
  public func largest(_ axes: [Int] = [], keepingAxes: Bool = false) throws(TensorError)
    -> Tensor
  {
    try reduce("largest", .CT_LARGEST, axes, keepingAxes)
  }

  /// The same elements under another shape; one extent may be -1.
  public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
    let extents = shape.map(Int64.init)
    return try produce("reshape") { ct_reshape(pointer, extents, Int32(extents.count), $0) }
  }

  /// Exchanges two axes; a view.
  public func transposed(_ first: Int = -2, _ second: Int = -1) throws(TensorError) -> Tensor {
    try produce("transpose") { ct_transpose(pointer, Int64(first), Int64(second), $0) }
  }

  /// The part `start ..< start + length` of `axis`; a view.
  public func narrowed(axis: Int, start: Int, length: Int) throws(TensorError) -> Tensor {
    try produce("narrow") {
      ct_narrow(pointer, Int64(axis), Int64(start), Int64(length), $0)
    }
  }

  /// Joins tensors along an existing axis.
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) throws(TensorError)
    -> Tensor
  {
    let pointers = tensors.map(\.pointer)
    return try produce("concatenate") {
      ct_concatenate(pointers, Int32(pointers.count), Int64(axis), $0)
    }
  }

  /// The rows (first axis) at int64 `indices`, in their order.
  public func rows(_ indices: Tensor) throws(TensorError) -> Tensor {
    try produce("select rows") { ct_select_rows(pointer, indices.pointer, $0) }
  }

  /// Element [i, j] of the result is [i, indices[i, j]] of this matrix; `indices` is int64 [N, K].
  public func gatheredColumns(_ indices: Tensor) throws(TensorError) -> Tensor {
    try produce("gather columns") { ct_gather_columns(pointer, indices.pointer, $0) }
  }

  /// int64 positions along `axis` from the largest element to the smallest; equals keep their order.
  public func descendingOrder(axis: Int) throws(TensorError) -> Tensor {
    try produce("descending order") { ct_descending_order(pointer, Int64(axis), $0) }
  }

  /// Overwrites the rows at int64 `indices` by those of `source`, in place and outside autograd.
  public func assignRows(_ indices: Tensor, _ source: Tensor) throws(TensorError) {
    try check("assign rows", ct_assign_rows(pointer, indices.pointer, source.pointer))
  }

  private func reduce(
    _ name: String, _ reduction: ct_reduction, _ axes: [Int], _ keepsAxes: Bool
  ) throws(TensorError) -> Tensor {
    let list = axes.map(Int64.init)
    return try produce(name) {
      ct_reduce(reduction, pointer, list, Int32(list.count), keepsAxes, $0)
    }
  }
}
