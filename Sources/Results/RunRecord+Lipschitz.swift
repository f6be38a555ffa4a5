extension RunRecord {
  /// The largest singular values of transmitting matrices, per image, on a few training images with running statistics.
  public struct Lipschitz: Codable, Hashable, Sendable {
    /// Images that were measured, the same for every seed and method.
    public var images: Int
    /// The modules between neighbouring taps, from the input on.
    public var modules: [Module]

    /// Makes a measurement.
    public init(images: Int, modules: [Module]) {
      self.images = images
      self.modules = modules
    }

    /// What was measured of one module.
    public struct Module: Codable, Hashable, Sendable {
      /// Of the teacher; nil without one.
      public var teacher: Spread?
      /// Of the student, from its maps as they are.
      public var raw: Spread
      /// Of the student as the Lipschitz term has it, with the front map behind its connector; nil without connectors.
      public var connected: Spread?
      /// Mean over the images of |student - teacher| over the teacher's mean, of the student's maps as they are.
      public var rawDistance: Double?
      /// The same with the front map behind its connector.
      public var connectedDistance: Double?

      /// Takes the values of the same images.
      public init(teacher: [Double]?, raw: [Double], connected: [Double]?) {
        self.raw = Spread(raw)
        self.teacher = teacher.map { Spread($0) }
        self.connected = connected.map { Spread($0) }
        rawDistance = teacher.map { Self.distance(raw, $0) }
        connectedDistance = teacher.flatMap { teacher in
          connected.map { Self.distance($0, teacher) }
        }
      }

      private static func distance(_ own: [Double], _ other: [Double]) -> Double {
        let sum = zip(own, other).reduce(0) { $0 + abs($1.0 - $1.1) }
        return sum / max(other.reduce(0, +), .leastNormalMagnitude)
      }

      var isFinite: Bool {
        [teacher, raw, connected].compactMap { $0 }.allSatisfy {
          $0.mean.isFinite && $0.deviation.isFinite
        }
      }
    }

    /// Values over images.
    public struct Spread: Codable, Hashable, Sendable {
      /// Their mean.
      public var mean: Double
      /// Their standard deviation, over N.
      public var deviation: Double
      /// The smallest of them.
      public var smallest: Double
      /// The largest of them.
      public var largest: Double

      /// Summarises values.
      public init(_ values: [Double]) {
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        deviation =
          (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        smallest = values.min() ?? .nan
        largest = values.max() ?? .nan
      }
    }

    /// Whether all values are numbers; others cannot be recorded.
    public var isFinite: Bool { modules.allSatisfy(\.isFinite) }
  }

  /// The gradients of the weighted terms of a loss at one step, and how they lie to each other.
  public struct Gradients: Codable, Hashable, Sendable {
    /// The terms that have a gradient, by name.
    public var terms: [Term]
    /// Of every two terms.
    public var cosines: [Cosine]

    /// Makes a measurement.
    public init(terms: [Term], cosines: [Cosine]) {
      self.terms = terms
      self.cosines = cosines
    }

    /// Euclidean lengths of a term's gradient.
    public struct Term: Codable, Hashable, Sendable {
      /// Of the term.
      public var name: String
      /// Over the student's parameters.
      public var body: Double
      /// Over what is trained beside them and thrown away later.
      public var connectors: Double

      /// Makes a length.
      public init(name: String, body: Double, connectors: Double) {
        self.name = name
        self.body = body
        self.connectors = connectors
      }
    }

    /// The cosine between two terms' gradients over everything that is trained.
    public struct Cosine: Codable, Hashable, Sendable {
      /// Of one term; the names are in order.
      public var first: String
      /// Of the other.
      public var second: String
      /// From -1 to 1; 0 where one has no gradient.
      public var value: Double

      /// Makes a cosine.
      public init(first: String, second: String, value: Double) {
        self.first = first
        self.second = second
        self.value = value
      }
    }
  }
}
