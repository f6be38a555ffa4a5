import Distillation
import NeuralNet

/// A method in one task.
public struct MethodUse: Sendable {
  /// What the weight multiplies.
  public enum WeightKind: Sendable {
    /// The loss; the task's own has weight 1.
    case factor
    /// The loss; the task's own has what is left of 1.
    case share
  }

  /// What it reads of both networks.
  public let taps: String
  /// The weight of its loss.
  public internal(set) var weight: Double
  /// What the weight multiplies.
  public let weightKind: WeightKind
  /// Whether the weight is the authors' or their code's; otherwise it is a choice of this suite.
  public let isAuthorsWeight: Bool
  /// The numbers that define its losses, by name; stated by the losses that `make` makes.
  public let constants: [String: Double]
  /// First epochs in which the connectors learn alone.
  let connectorEpochs: Int
  /// Makes its objective between two networks.
  let make: @Sendable (MethodContext) throws -> any TapObjective

  init(
    taps: String, weight: Double, _ weightKind: WeightKind = .factor,
    isAuthorsWeight: Bool = true, constants: [String: Double] = [:], connectorEpochs: Int = 0,
    make: @escaping @Sendable (MethodContext) throws -> any TapObjective
  ) {
    self.taps = taps
    self.weight = weight
    self.weightKind = weightKind
    self.isAuthorsWeight = isAuthorsWeight
    self.constants = constants
    self.connectorEpochs = connectorEpochs
    self.make = make
  }

  /// The weights that `tune` tries first, the usual one among them: the same number for every method.
  public var trialWeights: [Double] {
    switch weightKind {
    case .factor: [weight / 4, weight, weight * 4]
    case .share: [0.5, 0.9, 1]
    }
  }
}

extension MethodUse {
  /// How descriptions name the taps of a classifier.
  static let stages = "stages 1 to 3, behind ReLU"
  /// The same before their ReLU.
  static let rawStages = "stages 1 to 3, before ReLU"
  /// The last of them.
  static let lastStage = "stage 3, behind ReLU"
  /// What a classifier's last layer sees.
  static let embedding = "pooled stage 3"
  /// The taps of a detector.
  static let maps = "six maps"
  /// The taps of a segmentation.
  static let segmentationMaps = "stages 1 to 4, pyramid, decoder"

  /// The use of a loss that needs no networks to be made and states its numbers itself.
  static func plain(
    _ loss: some FeatureLoss & Sendable, taps: String, weight: Double,
    _ kind: WeightKind = .factor, isAuthorsWeight: Bool = true, name: String? = nil
  ) -> MethodUse {
    MethodUse(
      taps: taps, weight: weight, kind, isAuthorsWeight: isAuthorsWeight,
      constants: loss.constants
    ) { context in
      context.objective(main: context.part(loss, name: name))
    }
  }

  /// The use of a loss that is made between two networks and states its numbers itself.
  static func between<Loss: FeatureLoss & SendableMetatype>(
    taps: String, weight: Double,
    _ loss: @escaping @Sendable (any Network, any Network, ParameterStore) throws -> Loss
  ) -> MethodUse {
    MethodUse(taps: taps, weight: weight, constants: Loss.usualConstants) { context in
      context.objective(
        main: context.part(
          try loss(context.student, context.teacher.network, context.store)))
    }
  }
}
