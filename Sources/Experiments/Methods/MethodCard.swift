/// All that the suite knows of a method without the Lipschitz term: where it comes from, what it reads, its numbers, and
/// how it is made. `MethodCard.all` lists the cards.
public struct MethodCard: Sendable {
  /// Whose recipe a method follows under the `released` protocol.
  public enum Family: String, Sendable {
    /// The OFD and LONDON code.
    case overhaul = "OFD"
    /// RepDistiller, and mdistiller, which took its recipe over.
    case repDistiller = "RepDistiller"
    /// Knowledge-Distillation-Zoo.
    case zoo = "Knowledge-Distillation-Zoo"
  }

  /// Learning rate of the epochs in which a method prepares itself.
  package enum PreparationRate: Hashable, Sendable {
    /// The recipe's.
    case base
    /// One of its own.
    case fixed(Double)
  }

  /// Name in commands, records and tables.
  public let id: String
  /// Authors and year; nil for the student alone.
  public let paper: String?
  /// Whether it is in the paper's tables.
  public let isInPaper: Bool
  /// Whose recipe it follows under `released`.
  public let family: Family
  /// Whether its taps stand behind connectors, as the Lipschitz term of the paper sees them.
  let connectsTaps: Bool
  /// Names of the method with the Lipschitz term, where it is not `id+london`.
  let guidedNames: [Method.Guidance: String]
  /// Share of the full recipe's epochs over which the weight rises; 0 without a rise.
  let warmUp: Double
  /// Learning rate of the preparation; nil without one.
  package let preparation: PreparationRate?
  /// Why replicas cannot share it; nil where they can.
  let replicaRefusal: String?
  /// What it is in each task; none where it is not made for it.
  let uses: [VisionTask: MethodUse]

  init(
    _ id: String, _ paper: String?, isInPaper: Bool = false, family: Family = .repDistiller,
    connectsTaps: Bool = false, guidedNames: [Method.Guidance: String] = [:], warmUp: Double = 0,
    preparation: PreparationRate? = nil, replicaRefusal: String? = nil,
    uses: [VisionTask: MethodUse]
  ) {
    self.id = id
    self.paper = paper
    self.isInPaper = isInPaper
    self.family = family
    self.connectsTaps = connectsTaps
    self.guidedNames = guidedNames
    self.warmUp = warmUp
    self.preparation = preparation
    self.replicaRefusal = replicaRefusal
    self.uses = uses
  }
}

extension MethodCard: Hashable {
  /// Cards are the same that have the same name.
  public static func == (left: MethodCard, right: MethodCard) -> Bool { left.id == right.id }

  /// Feeds the name to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
