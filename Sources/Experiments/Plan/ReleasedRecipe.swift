public import Distillation

/// What the released LONDON scripts of one setting chose differently from those of the others.
public struct ReleasedRecipe: Hashable, Sendable {
  /// Setting's name.
  public let id: String
  /// Images per batch.
  public let batchSize: Int
  /// Images per batch in the script of the Lipschitz term.
  public let guidedBatchSize: Int
  /// How that script computes and counts the term.
  public let term: ReleasedTerm
  /// Weight of the Lipschitz term.
  public let alpha: Double
  /// The term's share of the total loss, instead of alpha; nil where a script tells alpha.
  public let share: Double?
  /// The share that takes alpha's place under `equal` where a budget's student is not the paper's: alpha belongs to the size
  /// of its maps, and throws much narrower networks out of bounds. nil where alpha fits these, too.
  let narrowShare: Double?
  /// What alpha is multiplied by late in training.
  public let lateFactor: Double
  /// Divisor of the base learning rate from 7/8 of the epochs on; nil without a third drop.
  public let thirdDropDivisor: Double?

  /// Both as the objective takes them.
  public var lipschitzWeight: LipschitzGuidedObjective.Weight {
    if let share { .share(share) } else { .alpha(alpha, lateFactor: lateFactor) }
  }

  init(
    _ id: String, batch: Int, guidedBatch: Int? = nil, term: ReleasedTerm = .cifar,
    alpha: Double = 0, share: Double? = nil, narrowShare: Double? = nil, late: Double = 1,
    third: Double? = nil
  ) {
    guidedBatchSize = guidedBatch ?? batch
    self.term = term
    self.id = id
    self.share = share
    self.narrowShare = narrowShare
    batchSize = batch
    self.alpha = alpha
    lateFactor = late
    thirdDropDivisor = third
  }
}
