public import NeuralNet
public import TensorCore

/// One batch with what both networks make of it: all that a loss may look at.
public struct Lesson {
  /// Images, classes and positions in the data set.
  public let batch: LabelledBatch
  /// Place in training.
  public let position: StepPosition
  /// The student's features; without taps where the loss does not read them.
  public let student: Features
  /// The teacher's features, without a graph.
  public let teacher: Features
  /// Gradients of the true classes' logits with respect to the images, [N, C, H, W] each; the student's with a
  /// graph. Nil where the loss does not read them.
  public let imageGradients: (student: Tensor, teacher: Tensor)?

  /// Makes a lesson.
  public init(
    batch: LabelledBatch, position: StepPosition, student: Features, teacher: Features,
    imageGradients: (student: Tensor, teacher: Tensor)? = nil
  ) {
    self.batch = batch
    self.position = position
    self.student = student
    self.teacher = teacher
    self.imageGradients = imageGradients
  }

  /// Pairs of taps behind their ReLU, as the later layers see them.
  public func activatedTaps() throws(TensorError) -> [(student: Tensor, teacher: Tensor)] {
    var pairs: [(Tensor, Tensor)] = []
    for (own, other) in zip(student.taps, teacher.taps) {
      pairs.append((try own.relu(), try other.relu()))
    }
    return pairs
  }

  /// The last taps behind their ReLU.
  public func lastMaps() throws(TensorError) -> (student: Tensor, teacher: Tensor) {
    (
      try student.taps[student.taps.count - 1].relu(),
      try teacher.taps[teacher.taps.count - 1].relu()
    )
  }

  /// What the classifiers' last layers see: the last taps behind their ReLU, averaged over positions, [N, C].
  public func embeddings() throws(TensorError) -> (student: Tensor, teacher: Tensor) {
    let (own, other) = try lastMaps()
    return (try own.mean([2, 3]), try other.mean([2, 3]))
  }
}
