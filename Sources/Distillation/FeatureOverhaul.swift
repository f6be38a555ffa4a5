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

  /// Registers `Connectors.i.*` in `store` and takes the margins of the teacher as it is now; see `Margin.ofTaps`.
  public init(
    student: any Network, teacher: TeacherPass, samples: [Tensor] = [], weights: [Double]? = nil,
    store: ParameterStore
  ) throws(TensorError) {
    let other = teacher.network
    precondition(student.tapChannels.count == other.tapChannels.count)
    var connectors: [Connector] = []
    for (index, (inputs, outputs)) in zip(student.tapChannels, other.tapChannels).enumerated() {
      connectors.append(
        try Connector(store.root / "Connectors" / index, inputs: inputs, outputs: outputs))
    }
    self.init(
      connectors: connectors, margins: try Margin.ofTaps(teacher, samples: samples),
      weights: weights)
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
    var terms: [Tensor] = []
    for (index, tap) in student.enumerated() {
      let own = try connectors[index](tap, .train)
      terms.append(
        try own.partialL2(teacher: teacher[index], margin: margins[index]) * weights[index])
      connected.append(own)
    }
    return Result(loss: try Tensor.sum(terms), connected: connected)
  }

  /// The connected taps in `mode`, with gradients to the taps alone; moves nothing.
  func connected(_ taps: [Tensor], _ mode: ForwardMode) throws(TensorError) -> [Tensor] {
    var connected: [Tensor] = []
    for (connector, tap) in zip(connectors, taps) {
      connected.append(try connector.held(tap, mode))
    }
    return connected
  }
}

/// OFD: the task's own loss + feature loss / (N * 1000) (CIFAR).
public struct FeatureOverhaulObjective: TapObjective {
  /// The network that is trained.
  public let student: any Network
  /// The network that it learns from.
  public var teacher: (any Network)? { source.network }
  /// The connectors.
  public let connectors: ParameterStore?
  private let source: TeacherPass
  private let overhaul: FeatureOverhaul
  private let coefficient: Double
  private let task: any TaskLoss

  /// Distils with `coefficient` (1e-3 on CIFAR) on the feature loss per image; `samples` are images from which a
  /// teacher without batch norms takes its margins, `weights` those of the taps.
  public init(
    student: any Network, teacher: TeacherPass, connectors: ParameterStore, coefficient: Double,
    task: any TaskLoss = ClassificationLoss(), samples: [Tensor] = [], weights: [Double]? = nil
  ) throws(TensorError) {
    self.student = student
    self.source = teacher
    self.connectors = connectors
    self.coefficient = coefficient
    self.task = task
    overhaul = try FeatureOverhaul(
      student: student, teacher: teacher, samples: samples, weights: weights, store: connectors)
  }

  /// The task's terms and `ofd`.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    try pass(batch, at: position).terms
  }

  /// Those of its connectors.
  public func connected(_ taps: [Tensor], _ mode: ForwardMode) throws(TensorError) -> [Tensor]? {
    try overhaul.connected(taps, mode)
  }

  /// The terms with the taps.
  public func pass(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> TapPass
  {
    let other = try source.features(of: batch.images, at: position)
    let own = try student.features(of: batch.images, position.mode)
    let result = try overhaul(student: own.taps, teacher: other.taps)
    let feature = LossTerm(
      "ofd", result.loss, coefficient: coefficient / Double(batch.count), isSum: true)
    return TapPass(
      terms: try task.terms(own, batch) + [feature], student: own.taps, connected: result.connected,
      teacher: other.taps)
  }
}
