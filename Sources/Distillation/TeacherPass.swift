public import NeuralNet
public import TensorCore

/// A teacher and the mode in which it runs. No pass ever builds a graph.
public struct TeacherPass {
  /// The network.
  public let network: any Classifier
  /// `train` as released: batch statistics are used and the running ones drift; or `eval`.
  public let mode: ForwardMode

  /// Makes a teacher; its parameters stop being trainable.
  public init(_ network: any Classifier, _ mode: ForwardMode) throws(TensorError) {
    try network.store.freeze()
    self.network = network
    self.mode = mode
  }

  func logits(of images: Tensor) throws(TensorError) -> Tensor {
    try withoutGradient { () throws(TensorError) in try network.logits(of: images, mode) }
  }

  func features(of images: Tensor) throws(TensorError) -> Features {
    try withoutGradient { () throws(TensorError) in try network.features(of: images, mode) }
  }
}
