public import NeuralNet
public import TensorCore

/// A teacher and the mode in which it runs. No pass ever builds a graph.
public struct TeacherPass {
  /// The network.
  public let network: any Network
  /// `train` as released: batch statistics are used and the running ones drift; or `eval`.
  public let mode: ForwardMode

  private let fused: (any GraphFreeNetwork)?
  private let memory: Memory?

  /// Makes a teacher; its parameters stop being trainable. `fused` takes kernels without a graph where
  /// the network has them; their results agree up to rounding. They know nothing of replicas and are not
  /// taken where those normalise together. A teacher in eval mode whose latest results are `kept` looks once at a batch
  /// that several students learn from, which is taken in at most `parts` parts.
  public init(
    _ network: any Network, _ mode: ForwardMode, fused: Bool = false, kept: Bool = false,
    parts: Int = 1
  ) throws(TensorError) {
    precondition(
      !(kept && mode.usesBatchStatistics), "a pass that moves running statistics is not shared")
    try network.store.freeze()
    self.network = network
    self.mode = mode
    let isJoint = mode.usesBatchStatistics && network.store.replicas != nil
    self.fused = fused && !isJoint ? try network.graphFree() : nil
    memory = kept ? Memory(parts: parts) : nil
  }

  /// Seconds of the passes whose results were kept; on an accelerator those of handing them over.
  public var sharedSeconds: Double { memory?.seconds ?? 0 }

  /// Passes whose results were kept.
  package var sharedPasses: Int { memory?.passes ?? 0 }

  func logits(of images: Tensor, at position: StepPosition) throws(TensorError) -> Tensor {
    guard memory == nil else { return try features(of: images, at: position).logits }
    return try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.logits(of: images, mode) }
      return try network.logits(of: images, mode.droppingOut(at: position.step))
    }
  }

  package func features(of images: Tensor, at position: StepPosition) throws(TensorError)
    -> Features
  {
    guard let memory else { return try freshFeatures(of: images, at: position) }
    return try memory.features(of: images) { () throws(TensorError) in
      try freshFeatures(of: images, at: position)
    }
  }

  /// The features and the gradient of the true classes' logits, summed over the batch, with respect to the
  /// images; both without a graph.
  func featuresWithImageGradient(_ batch: LabelledBatch) throws(TensorError) -> (Features, Tensor) {
    guard let memory else { return try freshImageGradient(batch) }
    return try memory.imageGradient(of: batch.images) { () throws(TensorError) in
      try freshImageGradient(batch)
    }
  }

  private func freshFeatures(of images: Tensor, at position: StepPosition) throws(TensorError)
    -> Features
  {
    try withoutGradient { () throws(TensorError) in
      if let fused { return try fused.features(of: images, mode) }
      return try network.features(of: images, mode.droppingOut(at: position.step))
    }
  }

  private func freshImageGradient(_ batch: LabelledBatch) throws(TensorError) -> (Features, Tensor)
  {
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
}

extension TeacherPass {
  /// What a teacher made of the latest images, and the seconds that this took.
  private final class Memory {
    /// What was made of some images. Holds the images themselves, so that no other tensor can take their place in memory.
    private struct Slot {
      let images: Tensor
      var features: Features?
      var imageGradient: (Features, Tensor)?
    }

    private let parts: Int
    /// The latest images, the newest last.
    private var slots: [Slot] = []
    private(set) var seconds = 0.0
    private(set) var passes = 0

    init(parts: Int) { self.parts = parts }

    func features(of images: Tensor, make: () throws(TensorError) -> Features)
      throws(TensorError) -> Features
    {
      let slot = slot(of: images)
      if let features = slots[slot].features { return features }
      let made = try timed(make)
      slots[slot].features = made
      return made
    }

    func imageGradient(of images: Tensor, make: () throws(TensorError) -> (Features, Tensor))
      throws(TensorError) -> (Features, Tensor)
    {
      let slot = slot(of: images)
      if let imageGradient = slots[slot].imageGradient { return imageGradient }
      let made = try timed(make)
      slots[slot].imageGradient = made
      return made
    }

    private func slot(of images: Tensor) -> Int {
      if let known = slots.firstIndex(where: { $0.images.isSame(as: images) }) { return known }
      if slots.count == parts { slots.removeFirst() }
      slots.append(Slot(images: images))
      return slots.count - 1
    }

    private func timed<Output>(_ make: () throws(TensorError) -> Output) throws(TensorError)
      -> Output
    {
      let start = ContinuousClock.now
      let made = try make()
      passes += 1
      seconds += start.duration(to: .now).seconds
      return made
    }
  }
}
