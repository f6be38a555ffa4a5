public import NeuralNet
public import TensorCore

/// What a loss reads of a lesson; nothing else is computed for it.
public struct LossInputs: OptionSet, Hashable, Sendable {
  /// The bits.
  public let rawValue: Int

  /// Makes a set of its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The student's logits.
  public static let student = LossInputs(rawValue: 1)
  /// Both networks' taps. Wide ResNets and PyramidNets move some running statistics twice for them.
  public static let taps = LossInputs(rawValue: 2)
  /// Both networks' gradients with respect to the images.
  public static let imageGradients = LossInputs(rawValue: 4)
}

/// A loss between what two networks make of the same images. Gradients flow to the student and to the loss's
/// own parameters, never to the teacher.
public protocol FeatureLoss {
  /// What it reads; the student and the taps of both networks unless it says otherwise.
  var inputs: LossInputs { get }
  /// The numbers that define it besides its weight, by name: part of what a run is.
  var constants: [String: Double] { get }
  /// The same of a loss that is made between two networks, which is known before it is made.
  static var usualConstants: [String: Double] { get }
  /// The unweighted loss, a scalar.
  func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor
}

extension FeatureLoss {
  /// The student's logits and all taps.
  public var inputs: LossInputs { [.student, .taps] }
  /// The usual ones.
  public var constants: [String: Double] { Self.usualConstants }
  /// A loss without numbers of its own.
  public static var usualConstants: [String: Double] { [:] }
}

/// Task weight * the task's own loss + weight * loss, after a preparation with another loss where a method has one.
public struct FeatureLossObjective: TapObjective {
  /// A weighted loss.
  public struct Part {
    /// Name of its term.
    public let name: String
    /// The loss.
    public let loss: any FeatureLoss
    /// Its weight.
    public let weight: Double
    /// Epochs over which the weight rises linearly.
    public let warmUpEpochs: Int

    /// Makes a part.
    public init(_ name: String, _ loss: any FeatureLoss, weight: Double, warmUpEpochs: Int = 0) {
      self.name = name
      self.loss = loss
      self.weight = weight
      self.warmUpEpochs = warmUpEpochs
    }

    func term(_ lesson: Lesson) throws(TensorError) -> LossTerm {
      let rise = Double(lesson.position.epoch + 1) / Double(max(warmUpEpochs, 1))
      return LossTerm(name, try loss(lesson), coefficient: weight * min(rise, 1))
    }
  }

  /// The network that is trained.
  public let student: any Network
  /// The network that it learns from.
  public var teacher: (any Network)? { source.network }
  /// The losses' own parameters.
  public let connectors: ParameterStore?
  private let source: TeacherPass
  private let task: any TaskLoss
  private let taskWeight: Double
  private let main: Part?
  private let preparation: Part?

  /// Distils with `main` beside the cross-entropy; without it, the preparation was all that the teacher gave.
  public init(
    student: any Network, teacher: TeacherPass, connectors: ParameterStore? = nil,
    task: any TaskLoss = ClassificationLoss(), taskWeight: Double = 1, main: Part?,
    preparation: Part? = nil
  ) {
    self.student = student
    self.source = teacher
    self.connectors = connectors
    self.task = task
    self.taskWeight = taskWeight
    self.main = main
    self.preparation = preparation
  }

  /// The task's terms and the loss's; in a preparation its own alone.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    if position.isPreparation, let preparation {
      return [try preparation.term(try lesson(preparation.loss.inputs, batch, position))]
    }
    return try terms(of: try lesson((main?.loss.inputs ?? []).union(.student), batch, position))
  }

  /// The terms with the taps.
  public func pass(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> TapPass
  {
    let lesson = try lesson(
      (main?.loss.inputs ?? []).union([.student, .taps]), batch, position)
    return TapPass(
      terms: try terms(of: lesson), student: lesson.student.taps, connected: lesson.student.taps,
      teacher: lesson.teacher.taps)
  }

  private func terms(of lesson: Lesson) throws(TensorError) -> [LossTerm] {
    let own = try task.terms(lesson.student, lesson.batch).map {
      LossTerm($0.name, $0.value, coefficient: taskWeight * $0.coefficient)
    }
    return try main.map { part throws(TensorError) in own + [try part.term(lesson)] } ?? own
  }

  private func lesson(_ inputs: LossInputs, _ batch: LabelledBatch, _ position: StepPosition)
    throws(TensorError) -> Lesson
  {
    guard !inputs.contains(.imageGradients) else { return try differentiated(batch, position) }
    let other =
      inputs.contains(.taps)
      ? try source.features(of: batch.images, at: position)
      : Features(taps: [], logits: try source.logits(of: batch.images, at: position))
    let own: Features =
      switch (inputs.contains(.student), inputs.contains(.taps)) {
      case (false, _): Features(taps: [], logits: other.logits)
      case (true, true): try student.features(of: batch.images, position.mode)
      case (true, false):
        try student.taskFeatures(of: batch.images, position.mode, task)
      }
    return Lesson(batch: batch, position: position, student: own, teacher: other)
  }

  private func differentiated(_ batch: LabelledBatch, _ position: StepPosition)
    throws(TensorError) -> Lesson
  {
    let (other, target) = try source.featuresWithImageGradient(batch)
    let images = try batch.images.cloned()
    try images.setRequiresGradient(true)
    let own = try student.features(of: images, position.mode)
    let gradient = try own.logits.trueClassSum(batch.labels)
      .gradients(of: [images], retainingGraph: true, creatingGraph: true)[0]
    return Lesson(
      batch: batch, position: position, student: own, teacher: other,
      imageGradients: gradient.map { (student: $0, teacher: target) })
  }
}
