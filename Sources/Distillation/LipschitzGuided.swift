public import Lipschitz
public import NeuralNet
import Randomness
public import TensorCore

/// Any objective with taps + the Lipschitz term. LONDON is OFD's objective + alpha L_lip / 200 (CIFAR).
public struct LipschitzGuidedObjective: Objective {
  /// The weight of the Lipschitz term in training.
  public enum Weight: Hashable, Sendable {
    /// alpha at the start, multiplied by `lateFactor` where epoch < 0.6 epochs no longer holds.
    case alpha(Double, lateFactor: Double)
    /// The term is scaled at every step to this share of the total loss, in (0, 1). Its reported value is then
    /// that of the scaled term before `coefficient`: the other terms' sum.
    case share(Double)

    /// alpha in an epoch, counted from 0; nil for a share.
    public func alpha(epoch: Int, epochs: Int) -> Double? {
      guard case .alpha(let alpha, let lateFactor) = self else { return nil }
      return Double(epoch) < LipschitzGuidedObjective.lateStart * Double(epochs)
        ? alpha : alpha * lateFactor
    }
  }

  /// What alpha is divided by on CIFAR.
  public static let usualDivisor = 200.0
  /// The share of the epochs from which alpha has its late factor.
  private static let lateStart = 0.6
  /// The numbers that define the term besides its weight, by name.
  public static func constants(alphaDivisor: Double) -> [String: Double] {
    ["alpha_divisor": alphaDivisor, "late_start": lateStart]
  }

  /// Which of the student's maps stand behind the connectors.
  public enum StudentPair: String, Hashable, Sendable, CaseIterable {
    /// The front one: the released code connects tap i before it reads tap i+1.
    case released
    /// Both.
    case symmetric
  }

  /// What a control puts in the term's place.
  public enum Control: Hashable, Sendable {
    /// The term, without gradients to the connectors: the student's body alone can satisfy it.
    case body
    /// A penalty on the spectral norms of the student's kernels, which knows no teacher.
    case kernels

    /// The numbers that define it, by name.
    public var constants: [String: Double] {
      switch self {
      case .body: [:]
      case .kernels: ["kernel_penalty_factor": KernelPenalty.factor]
      }
    }
  }

  /// The network that is trained.
  public var student: any Network { base.student }
  /// The network that it learns from.
  public var teacher: (any Network)? { base.teacher }
  /// Those of the objective that is guided.
  public var connectors: ParameterStore? { base.connectors }
  private let base: any TapObjective
  private let loss: LipschitzLoss
  private let weight: Weight
  private let studentPair: StudentPair
  private let pairing: TapPairing
  private let alphaDivisor: Double
  private let seed: UInt64
  private let match: GradientMatch?
  private let control: Control?
  private let means: RunningMeans?

  /// Adds `loss` to an objective; `seed` derives the start vectors of the power iteration. With `match` the term
  /// is multiplied so that its first gradient is as long as another one's; `control` puts something else in its place. A
  /// constant target needs its `means`.
  public init(
    _ base: any TapObjective, loss: LipschitzLoss, weight: Weight,
    studentPair: StudentPair = .released, pairing: TapPairing = .all,
    match: GradientMatch? = nil, control: Control? = nil, means: RunningMeans? = nil,
    alphaDivisor: Double = usualDivisor, seed: UInt64
  ) {
    self.control = control
    self.means = means
    self.alphaDivisor = alphaDivisor
    self.match = match
    self.base = base
    self.loss = loss
    self.weight = weight
    self.studentPair = studentPair
    self.pairing = pairing
    self.seed = seed
  }

  /// The guided objective's terms and `lipschitz`; in a preparation the former alone.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    guard !position.isPreparation else { return try base.terms(batch, at: position) }
    let pass = try base.pass(batch, at: position)
    func value(
      _ loss: LipschitzLoss, _ connected: [Tensor], _ pair: StudentPair
    ) throws(TensorError) -> Tensor {
      let own = try pairing.pairs(
        fronts: connected, backs: pair == .released ? pass.student : connected)
      var stream = stream(at: position)
      return try loss(
        student: own, teacher: try pairing.pairs(fronts: pass.teacher, backs: pass.teacher),
        &stream, means: means)
    }
    var term: Tensor
    switch control {
    case nil: term = try value(loss, pass.connected, studentPair)
    case .body:
      let held = try base.connected(pass.student, position.mode) ?? pass.student
      term = try value(loss, held, studentPair)
    case .kernels: term = try KernelPenalty.value(of: student)
    }
    if let match {
      term = try match.scaled(term) { () throws(TensorError) in
        try value(match.reference, pass.connected, .released)
      }
    }
    return pass.terms + [try weighted(term, beside: pass.terms, at: position)]
  }

  /// The start vectors of a step.
  private func stream(at position: StepPosition) -> RandomStream {
    RandomStream(seed: seed, purpose: .powerIteration, UInt64(clamping: position.step))
  }

  /// Those of the guided objective.
  public func connected(_ taps: [Tensor], _ mode: ForwardMode) throws(TensorError) -> [Tensor]? {
    try base.connected(taps, mode)
  }

  /// Registers `lipschitz_means` beside the connectors of an objective, so that a training that goes on has them. Throws where
  /// it has no connectors.
  public static func makeMeans(for base: any TapObjective) throws(TensorError) -> RunningMeans {
    guard let connectors = base.connectors else {
      throw TensorError(
        operation: "running means", code: .refused,
        message: "the guided method has no connectors beside which they could be kept")
    }
    let pairs = max(base.student.tapChannels.count - 1, 1)
    return RunningMeans(
      sums: try connectors.root.buffer("lipschitz_means", shape: [2, pairs], value: 0),
      replicas: connectors.replicas)
  }

  /// What the term is multiplied by to match its reference; nil without one, and before the first step.
  public func matchFactor() throws(TensorError) -> Double? {
    guard let factor = try match?.factor.scalar(), factor != 0 else { return nil }
    return factor
  }

  private func weighted(_ value: Tensor, beside others: [LossTerm], at position: StepPosition)
    throws(TensorError) -> LossTerm
  {
    switch weight {
    case .alpha:
      let alpha = weight.alpha(epoch: position.epoch, epochs: position.epochs) ?? 0
      return LossTerm("lipschitz", value, coefficient: alpha / alphaDivisor)
    case .share(let share):
      let scale = try (try others.total().detached()) / (try value.detached().atLeast(1e-12))
      return LossTerm("lipschitz", try value * scale, coefficient: share / (1 - share))
    }
  }
}
