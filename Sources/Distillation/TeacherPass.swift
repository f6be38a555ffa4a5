public import NeuralNet
public import TensorCore

/// A teacher and the mode in which it runs. No pass ever builds a graph.
public struct TeacherPass {
  /// The network.
  public let network: any Classifier
  /// `train` as released: batch statistics are used and the running ones drift; or `eval`.
  public let mode: ForwardMode

  private let fused: (any GraphFreeClassifier)?

  /// Makes a teacher; its parameters stop being trainable. `fused` takes kernels without a graph where
  /// the network has them; their results agree up to rounding.
  public init(_ network: any Classifier, _ mode: ForwardMode, fused: Bool = false)
    throws(TensorError)
  {
    try network.store.freeze()
    self.network = network
    self.mode = mode
    self.fused = fused ? try network.graphFree() : nil
  }

  func logits(of images: Tensor) throws(TensorError) -> Tensor {
    try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.logits(of: images, mode) }
      return try network.logits(of: images, mode)
    }
  }

  func features(of images: Tensor) throws(TensorError) -> Features {
    try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.features(of: images, mode) }
      return try network.features(of: images, mode)
    }
  }
}
