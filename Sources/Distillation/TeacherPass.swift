public import NeuralNet
public import TensorCore

/// A teacher and the mode in which it runs. No pass ever builds a graph.
public struct TeacherPass {
  /// The network.
  public let network: any Network
  /// `train` as released: batch statistics are used and the running ones drift; or `eval`.
  public let mode: ForwardMode

  private let fused: (any GraphFreeNetwork)?

  /// Makes a teacher; its parameters stop being trainable. `fused` takes kernels without a graph where
  /// the network has them; their results agree up to rounding. They know nothing of replicas and are not
  /// taken where those normalise together.
  public init(_ network: any Network, _ mode: ForwardMode, fused: Bool = false)
    throws(TensorError)
  {
    try network.store.freeze()
    self.network = network
    self.mode = mode
    let isJoint = mode.usesBatchStatistics && network.store.replicas != nil
    self.fused = fused && !isJoint ? try network.graphFree() : nil
  }

  func logits(of images: Tensor, at position: StepPosition) throws(TensorError) -> Tensor {
    try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.logits(of: images, mode) }
      return try network.logits(of: images, mode.droppingOut(at: position.step))
    }
  }

  /// The features and the gradient of the true classes' logits, summed over the batch, with respect to the
  /// images; both without a graph.
  func featuresWithImageGradient(_ batch: LabelledBatch) throws(TensorError) -> (Features, Tensor) {
    let images = try batch.images.cloned()
    try images.setRequiresGradient(true)
    let result = try network.features(of: images, mode)
    let gradient = try result.logits.trueClassSum(batch.labels).gradients(of: [images])[0]
    var taps: [Tensor] = []
    for tap in result.taps { taps.append(try tap.detached()) }
    guard let gradient else {
      throw TensorError(
        operation: "image gradient", code: .refused, message: "the logits ignore the images")
    }
    return (Features(taps: taps, logits: try result.logits.detached()), gradient)
  }

  func features(of images: Tensor, at position: StepPosition) throws(TensorError) -> Features {
    try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.features(of: images, mode) }
      return try network.features(of: images, mode.droppingOut(at: position.step))
    }
  }
}
