internal import CTorch

extension Tensor {
  /// Singular values [..., min(M, N)] of matrices [..., M, N], from the largest down.
  public func singularValues() throws(TensorError) -> Tensor {
    try produce("singular values") { ct_singular_values(pointer, $0) }
  }

  /// Eigenvalues [..., N] of symmetric matrices [..., N, N], from the smallest up.
  public func symmetricEigenvalues() throws(TensorError) -> Tensor {
    try produce("symmetric eigenvalues") { ct_symmetric_eigenvalues(pointer, $0) }
  }

  /// Eigenvalues [..., N] of symmetric matrices [..., N, N], from the smallest up, and unit vectors as columns.
  public func symmetricEigenvectors() throws(TensorError) -> (values: Tensor, vectors: Tensor) {
    var vectors: OpaquePointer?
    let values = try produce("symmetric eigenvectors") {
      ct_symmetric_eigenvectors(pointer, $0, &vectors)
    }
    guard let vectors else {
      throw TensorError(
        operation: "symmetric eigenvectors", code: .unknown, message: "no vectors")
    }
    return (values, Tensor(owning: vectors))
  }

  /// The complex matrices [F, O, I] by which a circular convolution of maps `height` x `width` with this kernel
  /// [O, I, KH, KW] acts on each frequency; of conjugate frequencies one. Of complex tensors the suite uses products,
  /// absolute values, adjoints and singular values alone.
  public func frequencyMatrices(height: Int, width: Int) throws(TensorError) -> Tensor {
    try produce("frequency matrices") {
      ct_frequency_matrices(pointer, Int64(height), Int64(width), $0)
    }
  }

  /// The conjugate transpose of matrices [..., M, N].
  public func adjoint() throws(TensorError) -> Tensor {
    try produce("adjoint") { ct_adjoint(pointer, $0) }
  }
}
