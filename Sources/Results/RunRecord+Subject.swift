public import JSON

extension RunRecord {
  /// What was trained, as facts.
  public struct Subject: Codable, Hashable, Sendable {
    /// Whose place the network has.
    public enum Role: String, Codable, Sendable {
      /// It teaches.
      case teacher
      /// It learns.
      case student
    }

    /// Whose place the network has.
    public var role: Role
    /// What tables call it: `teacher`, or the method with its variant or trial. Never read for facts.
    public var name: String
    /// The method without its variant or trial; nil for a teacher.
    public var method: String?
    /// The method without the Lipschitz term; nil for a teacher.
    public var base: String?
    /// The Lipschitz term beside it.
    public var guidance: Guidance?
    /// The weight that is tried; nil for a cell of a table.
    public var trial: Trial?
    /// What the losses are multiplied by.
    public var weights: Weights
    /// The numbers that define the method's losses, by name.
    public var constants: [String: Double]

    /// Makes the facts of a training.
    public init(
      role: Role, name: String, method: String? = nil, base: String? = nil,
      guidance: Guidance? = nil, trial: Trial? = nil, weights: Weights = Weights(),
      constants: [String: Double] = [:]
    ) {
      self.role = role
      self.name = name
      self.method = method
      self.base = base
      self.guidance = guidance
      self.trial = trial
      self.weights = weights
      self.constants = constants
    }

    /// Whether it is a student without a teacher.
    public var learnsAlone: Bool { role == .student && weights.loss == nil && guidance == nil }

    /// Whether it has the term as the paper describes it.
    public var hasPaperTerm: Bool { guidance?.form == .differentiable && guidance?.control == nil }

    /// Whether it is a method as it stands in a table, not a variant or a trial of one.
    public var isPlain: Bool { role == .student && trial == nil && guidance?.variant == nil }
  }

  /// The Lipschitz term of a training.
  public struct Guidance: Codable, Hashable, Sendable {
    /// Whether the term has a gradient.
    public enum Form: String, Codable, Sendable {
      /// It has.
      case differentiable
      /// A constant, as in the first release.
      case stopGradient
    }

    /// One departure from the term of the paper's method.
    public struct Variant: Codable, Hashable, Sendable {
      /// What departs, such as `share` or `matrix`.
      public var parameter: String
      /// What it is instead.
      public var value: JSONValue

      /// Makes a departure.
      public init(parameter: String, value: JSONValue) {
        self.parameter = parameter
        self.value = value
      }
    }

    /// Whether the term has a gradient.
    public var form: Form
    /// Which neighbouring taps make its pairs.
    public var pairs: String
    /// What departs from the paper's method; nil for the method itself.
    public var variant: Variant?
    /// How the term's meaning is destroyed, such as `shuffled`; nil for the term itself.
    public var control: String?

    /// Makes the facts of a term.
    public init(form: Form, pairs: String, variant: Variant? = nil, control: String? = nil) {
      self.form = form
      self.pairs = pairs
      self.variant = variant
      self.control = control
    }
  }

  /// A weight that is tried on held-out images.
  public struct Trial: Codable, Hashable, Sendable {
    /// Whose weight.
    public enum Term: String, Codable, Sendable {
      /// The method's own loss.
      case loss
      /// The Lipschitz term.
      case lipschitz
    }

    /// Whose weight.
    public var term: Term
    /// The weight.
    public var weight: Double

    /// Makes a trial.
    public init(term: Term, weight: Double) {
      self.term = term
      self.weight = weight
    }
  }

  /// What the losses of a training are multiplied by; nil where there is none.
  public struct Weights: Codable, Hashable, Sendable {
    /// Of the method's own loss.
    public var loss: Double?
    /// The paper's alpha.
    public var alpha: Double?
    /// The Lipschitz term's share of the loss, where it has no alpha.
    public var share: Double?
    /// What alpha is multiplied by besides, so that a variant's first gradient is as long as the paper's term would have:
    /// measured at the first step.
    public var match: Double?

    /// Makes the weights of a training.
    public init(
      loss: Double? = nil, alpha: Double? = nil, share: Double? = nil, match: Double? = nil
    ) {
      self.loss = loss
      self.alpha = alpha
      self.share = share
      self.match = match
    }

    /// Those that are chosen, in one line; `-` where there are none.
    public var text: String {
      let parts = [
        loss.map { "loss \($0)" }, alpha.map { "alpha \($0)" }, share.map { "share \($0)" },
      ].compactMap { $0 }
      return parts.isEmpty ? "-" : parts.joined(separator: ", ")
    }
  }

  /// A difference from the paper's recipe.
  public struct Deviation: Codable, Hashable, Sendable {
    /// What differs, for readers.
    public var text: String
    /// Whether the results under it must not be set against the paper's.
    public var separates: Bool

    /// Makes a difference.
    public init(_ text: String, separates: Bool = false) {
      self.text = text
      self.separates = separates
    }
  }
}
