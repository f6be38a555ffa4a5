import Datasets
import Distillation
import Experiments
import NeuralNet
import Randomness
import TensorCore
import Testing
import Training
import UserErrors

/// What must hold for every method.
@Suite(.serialized)
struct MethodTests {
  static let methods =
    Method.all.filter(\.usesTeacher) + [Method(.kd, .differentiable), Method(.ab, .differentiable)]

  private func data() throws -> ImageDataset { try #require(TestImages.dataset) }

  /// The phases that a method has.
  private func phases(_ method: Method) -> [Bool] {
    method.base.preparation != nil ? [true, false] : [false]
  }

  @Test(
    "the gradient agrees with finite differences in float64, and the teacher gets none",
    arguments: methods)
  func gradient(method: Method) throws {
    for isPreparation in phases(method) {
      let fixture = try MethodFixture(method, data: data(), count: 3, dtype: .float64)
      // The first step fixes constants of its own. Memories and running statistics move with every call, so
      // each one starts from the same.
      _ = try fixture.terms(isPreparation: isPreparation)
      let states = try fixture.stores.map { try $0.state() }
      func reset() throws {
        for (store, state) in zip(fixture.stores, states) { try store.load(state) }
      }
      let parameters = trainedParameters(of: fixture.objective).map(\.tensor)
      var trained = try trained(fixture, parameters, isPreparation)
      if method.control == .body {
        // Its term takes the connectors for constants.
        for index in fixture.objective.student.store.parameters.count..<trained.count {
          trained[index] = false
        }
      }
      let direction = try direction(like: parameters, trained)
      try reset()
      let expected = try slopes(fixture, parameters, direction, isPreparation)
      func values(_ factor: Double) throws -> [String: Double] {
        try reset()
        for (parameter, step) in zip(parameters, direction) {
          try parameter.scaleAndAdd(scale: 1, step, factor: factor)
        }
        var values: [String: Double] = [:]
        for term in try fixture.terms(step: 1, isPreparation: isPreparation) {
          values[term.name] = try term.value.scalar()
        }
        return values
      }
      // So small a step that hardly any ReLU of these few images switches.
      let size = 1e-9
      let (up, down) = (try values(size), try values(-size))
      for (name, (slope, norm)) in expected {
        let difference = (up[name, default: .nan] - down[name, default: .nan]) / (2 * size)
        #expect(
          abs(difference - slope) <= 1e-3 * norm,
          "\(method) \(name): difference \(difference), gradient \(slope), norm \(norm)")
      }
    }
  }

  /// Along a direction, the slope of every term by its gradient, with the gradient's norm.
  private func slopes(
    _ fixture: MethodFixture, _ parameters: [Tensor], _ direction: [Tensor], _ isPreparation: Bool
  ) throws -> [String: (slope: Double, norm: Double)] {
    let terms = try fixture.terms(step: 1, isPreparation: isPreparation)
    var slopes: [String: (slope: Double, norm: Double)] = [:]
    for term in terms where term.value.requiresGradient {
      var (slope, squares) = (0.0, 0.0)
      let gradients = try term.value.gradients(of: parameters, retainingGraph: true)
      for (gradient, step) in zip(gradients, direction) {
        guard let gradient else { continue }
        slope += try (gradient * step).sum().scalar()
        squares += try gradient.squared().sum().scalar()
      }
      #expect(squares > 0, "\(term.name) moves nothing")
      slopes[term.name] = (slope, squares.squareRoot())
    }
    let teacher = try #require(fixture.objective.teacher).store
    try terms.total().backward()
    #expect(teacher.parameters.allSatisfy { !$0.requiresGradient })
    #expect(try teacher.parameters.allSatisfy { try $0.gradient() == nil })
    try fixture.objective.student.store.clearGradients()
    try fixture.objective.connectors?.clearGradients()
    return slopes
  }

  /// Whether each parameter is trained in a phase; the others stand for constants there.
  private func trained(_ fixture: MethodFixture, _ parameters: [Tensor], _ isPreparation: Bool)
    throws -> [Bool]
  {
    let total = try fixture.terms(step: 1, isPreparation: isPreparation).total()
    return try total.gradients(of: parameters).map { $0 != nil }
  }

  private func direction(like parameters: [Tensor], _ trained: [Bool]) throws -> [Tensor] {
    var stream = RandomStream(seed: 7, purpose: .synthesis)
    return try zip(parameters, trained).map { parameter, isTrained in
      try Tensor(
        stream.normals(count: parameter.count, standardDeviation: isTrained ? 1 : 0),
        shape: parameter.shape, dtype: .float64)
    }
  }

  @Test("its own loss falls on a small part of the images", arguments: methods)
  func falls(method: Method) throws {
    let fixture = try MethodFixture(method, data: data(), count: 16, dtype: .float32)
    let before = try #require(fixture.objective.teacher).store.entries.map {
      try $0.tensor.bytes()
    }
    var step = 0
    for isPreparation in phases(method) {
      let optimizer = try SGD(trainedParameters(of: fixture.objective), .init())
      var values: [Double] = []
      for _ in 0..<25 {
        let terms = try fixture.terms(step: step, isPreparation: isPreparation)
        values.append(try #require(terms.last).value.scalar())
        // The stop-gradient term is a constant; there the others move.
        let isConstant = method.guidance == .stopGradient
        try (isConstant ? terms : terms.suffix(1)).total().backward()
        try optimizer.step(learningRate: 0.002)
        for store in fixture.stores { try store.clearGradients() }
        step += 1
      }
      let isFinite = values.allSatisfy(\.isFinite)
      #expect(isFinite, "\(method): \(values)")
      guard method.guidance != .stopGradient else { continue }
      let (first, last) = (values.prefix(3).reduce(0, +), values.suffix(3).reduce(0, +))
      #expect(last < first, "\(method): \(values)")
    }
    let after = try #require(fixture.objective.teacher).store.entries.map {
      try $0.tensor.bytes()
    }
    #expect(before == after)
  }

  @Test("names read back, and every method but the student combines with the Lipschitz term")
  func names() throws {
    for method in Method.all
      + [Method(.at, .differentiable), Method(.kd, .control(.shuffled))]
    {
      #expect(try Method(named: method.description) == method)
    }
    #expect(try Method(named: "ofd+london") == .london)
    #expect(throws: UsageError.self) { try Method(named: "student+london") }
    #expect {
      try Method(named: "reviewdk")
    } throws: { "\($0)".contains("did you mean reviewkd?") }
  }

  @Test("every method has the same number of trials, the authors' weight among them")
  func trials() {
    for method in Method.all where method.usesTeacher {
      let use = method.details(for: .classification)
      let weights = use?.trialWeights ?? []
      #expect(weights.count == 3 && weights.contains(use?.weight ?? 0), "\(method)")
    }
  }

  @Test("variants of the Lipschitz term read back; nonsense is refused")
  func variants() throws {
    for variant in LipschitzVariant.all(alpha: 0.25) {
      #expect(try LipschitzVariant("\(variant)") == variant)
    }
    for text in ["share=1", "share=0", "steps=0", "steps=x", "alpha=-1", "alpha=nan", "start", ""] {
      #expect(throws: UsageError.self) { try LipschitzVariant(text) }
    }
  }

  @Test(
    "a control has a first gradient as long as the term's, beside methods without connectors, too",
    arguments: ["kd+london", "kd+london-shuffled", "sp+london-constant", "london-shuffled"])
  func control(_ name: String) throws {
    let data = try #require(TestImages.dataset)
    func length(_ name: String) throws -> Double {
      let fixture = try MethodFixture(
        try Method(named: name), data: data, count: 4, dtype: .float64)
      let term = try #require(try fixture.terms(isPreparation: false).last)
      #expect(term.name == "lipschitz")
      let stores = [fixture.objective.student.store, fixture.objective.connectors]
      let parameters = stores.compactMap { $0 }.flatMap(\.parameters)
      let squares = try term.value.gradients(of: parameters).compactMap {
        try $0?.squared().sum().scalar()
      }
      return squares.reduce(0, +).squareRoot()
    }
    let usual = name.hasPrefix("london") ? "london" : String(name.prefix { $0 != "+" }) + "+london"
    let (own, other) = (try length(name), try length(usual))
    #expect(own > 0 && abs(own / other - 1) < 1e-6)
  }

  @Test("the Lipschitz term scaled to a share of the loss has that share")
  func share() throws {
    let fixture = try MethodFixture(Method(.kd), data: data(), count: 4, dtype: .float64)
    let base = try #require(fixture.objective as? any TapObjective)
    let objective = LipschitzGuidedObjective(
      base, loss: .init(norm: .singularPair), weight: .share(0.2), seed: 0)
    let terms = try objective.terms(
      fixture.batch, at: StepPosition(epoch: 0, epochs: 1, step: 0))
    let own = try #require(terms.last).contribution().scalar()
    #expect(abs(own / (try terms.total().scalar()) - 0.2) < 1e-9)
    #expect(try #require(terms.last).value.requiresGradient)
  }
}
