public import NeuralNet
public import TensorCore

/// The feature loss of OFD (Heo et al. 2019): for every tap the partial L2 distance between the connected
/// student tap and the teacher tap above its margin, summed over the batch with weight 1 / 2^(n-i-1).
public struct FeatureOverhaul {
  /// What the student's taps became on the way; LONDON goes on from there.
  public struct Result {
    /// The unweighted sum over taps, elements and images.
    public let loss: Tensor
    /// Student taps behind their connectors.
    public let connected: [Tensor]
  }

  private let connectors: [Connector]
  private let margins: [Tensor]
  private let weights: [Double]

  /// Registers `Connectors.i.*` in `store` and takes the margins of the teacher as it is now.
  public init(student: any Classifier, teacher: any Classifier, store: ParameterStore)
    throws(TensorError)
  {
    precondition(student.tapChannels.count == teacher.tapChannels.count)
    var connectors: [Connector] = []
    for (index, (own, other)) in zip(student.tapChannels, teacher.tapChannels).enumerated() {
      connectors.append(
        try Connector(store.root / "Connectors" / index, inputs: own, outputs: other))
    }
    var margins: [Tensor] = []
    for norm in teacher.tapNorms { margins.append(try Margin.ofChannels(norm)) }
    self.init(connectors: connectors, margins: margins)
  }

  /// A loss of given connectors, margins [C_i] and weights, one each per tap; the weights are
  /// 1 / 2^(n-i-1) unless a task has its own.
  public init(connectors: [Connector], margins: [Tensor], weights: [Double]? = nil) {
    self.connectors = connectors
    self.margins = margins
    let count = connectors.count
    self.weights = weights ?? (0..<count).map { 1 / Double(1 << (count - $0 - 1)) }
  }

  /// The loss of taps [N, C_i, H_i, W_i]; gradients flow to the student's and the connectors.
  public func callAsFunction(student: [Tensor], teacher: [Tensor]) throws(TensorError) -> Result {
    var connected: [Tensor] = []
    var total: Tensor?
    for (index, tap) in student.enumerated() {
      let own = try connectors[index](tap, .train)
      let term =
        try own.partialL2(teacher: teacher[index], margin: margins[index]) * weights[index]
      total = if let total { try total + term } else { term }
      connected.append(own)
    }
    return Result(loss: total.unsafelyUnwrapped, connected: connected)
  }
}

/// OFD: cross-entropy + feature loss / (N * 1000) (CIFAR).
public struct FeatureOverhaulObjective: TapObjective {
  /// The network that is trained.
  public let student: any Classifier
  /// The network that it learns from.
  public var teacher: (any Classifier)? { source.network }
  /// The connectors.
  public let connectors: ParameterStore?
  private let source: TeacherPass
  private let overhaul: FeatureOverhaul
  private let coefficient: Double

  /// Distils with `coefficient` (1e-3 on CIFAR) on the feature loss per image.
  public init(
    student: any Classifier, teacher: TeacherPass, connectors: ParameterStore, coefficient: Double
  ) throws(TensorError) {
    self.student = student
    self.source = teacher
    self.connectors = connectors
    self.coefficient = coefficient
    overhaul = try FeatureOverhaul(
      student: student, teacher: teacher.network, store: connectors)
  }

  /// The terms `ce` and `ofd`.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    try pass(batch, at: position).terms
  }

  /// The terms with the taps.
  public func pass(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> TapPass
  {
    let other = try source.features(of: batch.images)
    let own = try student.features(of: batch.images, .train)
    let result = try overhaul(student: own.taps, teacher: other.taps)
    let terms = [
      LossTerm("ce", try own.logits.crossEntropy(labels: batch.labels)),
      LossTerm("ofd", result.loss, coefficient: coefficient / Double(batch.count)),
    ]
    return TapPass(
      terms: terms, student: own.taps, connected: result.connected, teacher: other.taps)
  }
}
