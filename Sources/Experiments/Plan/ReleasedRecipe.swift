public import Distillation

/// What the released LONDON scripts of one setting chose differently from those of the others.
public struct ReleasedRecipe: Hashable, Sendable {
  /// Setting's name.
  public let id: String
  /// Images per batch.
  public let batchSize: Int
  /// Weight of the Lipschitz term.
  public let alpha: Double
  /// The term's share of the total loss, instead of alpha; nil where a script tells alpha.
  public let share: Double?
  /// What alpha is multiplied by late in training.
  public let lateFactor: Double
  /// Divisor of the base learning rate from 7/8 of the epochs on; nil without a third drop.
  public let thirdDropDivisor: Double?

  static let a = ReleasedRecipe("a", batch: 128, alpha: 0.8, late: 0.25, third: nil)
  static let b = ReleasedRecipe("b", batch: 128, alpha: 0.2, third: nil)
  static let c = ReleasedRecipe("c", batch: 128, alpha: 0.25, third: 500)
  static let d = ReleasedRecipe("d", batch: 128, alpha: 1, late: 2, third: 500)
  static let e = ReleasedRecipe("e", batch: 64, alpha: 4, third: 1000)
  static let f = ReleasedRecipe("f", batch: 64, alpha: 1, third: 500)

  /// A setting of table 4, for which nothing was released: the batch of the usual SSD recipe, and a share of the
  /// loss for the Lipschitz term, because singular values of unlike detectors differ by orders of magnitude.
  static func detection(_ id: String) -> ReleasedRecipe {
    ReleasedRecipe(id, batch: 32, alpha: 0, share: 0.01, third: nil)
  }

  /// A setting of table 5, of which OFD's code alone was released: its batch, and the same share.
  static func segmentation(_ id: String) -> ReleasedRecipe {
    ReleasedRecipe(id, batch: 12, alpha: 0, share: 0.01, third: nil)
  }

  /// All six settings of CIFAR-100.
  public static let all = [a, b, c, d, e, f]

  /// Both as the objective takes them.
  public var lipschitzWeight: LipschitzGuidedObjective.Weight {
    if let share { .share(share) } else { .alpha(alpha, lateFactor: lateFactor) }
  }

  private init(
    _ id: String, batch: Int, alpha: Double, share: Double? = nil, late: Double = 1,
    third: Double?
  ) {
    self.id = id
    self.share = share
    batchSize = batch
    self.alpha = alpha
    lateFactor = late
    thirdDropDivisor = third
  }
}
