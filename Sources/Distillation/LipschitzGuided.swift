public import Lipschitz
public import NeuralNet
import Randomness
public import TensorCore

/// LONDON: the OFD objective + alpha L_lip / 200 (CIFAR), alpha as a function of the epoch.
public struct LipschitzGuidedObjective: Objective {
  /// The weight of the Lipschitz term in training.
  public struct Weight: Hashable, Sendable {
    /// alpha at the start.
    public var alpha: Double
    /// What alpha is multiplied by where epoch < 0.6 epochs no longer holds.
    public var lateFactor: Double

    /// Makes a weight.
    public init(alpha: Double, lateFactor: Double = 1) {
      self.alpha = alpha
      self.lateFactor = lateFactor
    }

    /// alpha in an epoch, counted from 0.
    public func alpha(epoch: Int, epochs: Int) -> Double {
      Double(epoch) < 0.6 * Double(epochs) ? alpha : alpha * lateFactor
    }
  }

  /// The network that is trained.
  public var student: any Classifier { base.student }
  /// The network that it learns from.
  public var teacher: (any Classifier)? { base.teacher }
  /// The connectors.
  public var connectors: ParameterStore? { base.connectors }
  private let base: FeatureOverhaulObjective
  private let loss: LipschitzLoss
  private let weight: Weight
  private let seed: UInt64

  /// Adds `loss` to an OFD objective; `seed` derives the start vectors of the power iteration.
  public init(
    _ base: FeatureOverhaulObjective, loss: LipschitzLoss, weight: Weight, seed: UInt64
  ) {
    self.base = base
    self.loss = loss
    self.weight = weight
    self.seed = seed
  }

  /// The terms `ce`, `ofd` and `lipschitz`.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    let pass = try base.pass(batch)
    let own = try Self.pairs(fronts: pass.connected, backs: pass.student)
    let other = try Self.pairs(fronts: pass.teacher, backs: pass.teacher)
    var stream = RandomStream(
      seed: seed, purpose: .powerIteration, UInt64(clamping: position.step))
    let value = try loss(student: own, teacher: other, &stream)
    let alpha = weight.alpha(epoch: position.epoch, epochs: position.epochs)
    return pass.terms + [LossTerm("lipschitz", value, coefficient: alpha / 200)]
  }

  /// (front i, back i+1); the released code connects tap i before it reads the raw tap i+1.
  public static func pairs(fronts: [Tensor], backs: [Tensor]) throws(TensorError) -> [FeaturePair] {
    var pairs: [FeaturePair] = []
    for (front, back) in zip(fronts, backs.dropFirst()) {
      pairs.append(try FeaturePair(front: front, back: back))
    }
    return pairs
  }
}
