import Distillation

/// A way of training the student.
public enum Method: String, Hashable, Sendable, CaseIterable {
  /// Without a teacher.
  case student
  /// Soft targets.
  case kd
  /// Comprehensive overhaul of feature distillation.
  case ofd
  /// OFD with the differentiable Lipschitz term.
  case london
  /// OFD with the Lipschitz term of the first release, which carried no gradient.
  case londonReleased = "london-released"

  /// Attention transfer.
  case at
  /// Similarity preserving.
  case sp
  /// Probabilistic knowledge transfer.
  case pkt
  /// Relational KD.
  case rkd
  /// Neuron selectivity transfer.
  case nst
  /// Decoupled KD.
  case dkd

  /// Whether the authors' own recipe is known here, for the `released` protocol.
  public var hasReleasedRecipe: Bool { featureLoss == nil }

  /// Whether the method needs a teacher.
  public var usesTeacher: Bool { self != .student }

  /// Finds a method by its name.
  public init(named name: String) throws(UsageError) {
    guard let method = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue)
      let nearest = names.min { Self.distance($0, name) < Self.distance($1, name) } ?? ""
      throw UsageError(
        "there is no method \"\(name)\"; did you mean \(nearest)? known are "
          + names.joined(separator: ", "))
    }
    self = method
  }
}

extension Method {
  /// The loss of a method without parameters of its own, its usual weight and the epochs over which the
  /// weight rises; nil for the other methods.
  var featureLoss: (loss: any FeatureLoss, weight: Double, warmUpEpochs: Int)? {
    switch self {
    case .student, .kd, .ofd, .london, .londonReleased: nil
    case .at: (AttentionTransfer(), 1000, 0)
    case .sp: (SimilarityPreserving(), 3000, 0)
    case .pkt: (ProbabilisticTransfer(), 30_000, 0)
    case .rkd: (RelationalDistillation(), 1, 0)
    case .nst: (NeuronSelectivity(), 50, 0)
    case .dkd: (DecoupledDistillation(), 1, 20)
    }
  }
}

extension Method {
  /// Letters to insert, leave out or replace (Levenshtein).
  private static func distance(_ first: String, _ second: String) -> Int {
    var row = Array(0...second.count)
    for (i, x) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in second.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
      }
    }
    return row[second.count]
  }
}

/// Which recipe the methods of a table follow.
public enum TrainingProtocol: String, Hashable, Sendable, CaseIterable {
  /// Every method as its authors ran it.
  case released
  /// One recipe for all methods.
  case equal
}
