import Experiments
import JSON
import Results
import Testing

/// A run is its configuration, numbers included.
struct ConfigurationTests {
  private func plan(_ method: Method, _ budget: Budget = .full, _ setting: Setting? = nil) throws
    -> RunPlan
  {
    RunPlan(
      table: "table2", setting: try setting ?? Setting("c"), role: .student(method),
      trainingProtocol: .equal, budget: budget, seed: 0,
      data: DataReference(id: "cifar100", hashes: ["train": "01"]))
  }

  @Test("alpha belongs to the paper's networks: narrower ones take a share, but not as released")
  func narrowNetworks() throws {
    func weights(_ budget: Budget, _ trainingProtocol: TrainingProtocol) throws -> [String] {
      let plan = RunPlan(
        table: "table3", setting: try Setting("resnet50"), role: .student(.london),
        trainingProtocol: trainingProtocol, budget: budget, seed: 0,
        data: DataReference(id: "imagenet", hashes: ["train": "01"]))
      return ["alpha", "lipschitz_share"].filter { plan.configuration[$0] != nil }
    }
    #expect(try weights(.full, .equal) == ["alpha"])
    #expect(try weights(.compact, .equal) == ["lipschitz_share"])
    #expect(try weights(.smoke, .equal) == ["lipschitz_share"])
    #expect(try weights(.smoke, .released) == ["alpha"])
    #expect(try plan(.london, .smoke, Setting("c")).configuration["alpha"] != nil)
  }

  @Test("constants stand in the configuration as numbers, and in the record")
  func constants() throws {
    let dkd = try plan(Method(named: "dkd"))
    #expect(
      dkd.configuration["constants"]
        == .object(["alpha": .number(1), "beta": .number(8), "temperature": .number(4)]))
    #expect(dkd.subject.constants == ["alpha": 1, "beta": 8, "temperature": 4])
    let detector = try plan(Method(.student), .full, Setting("vgg16-resnet18"))
    #expect(
      detector.configuration["task_constants"]
        == .object(["negatives_per_positive": .number(3)]))
    #expect(
      try plan(.london).configuration["lipschitz_constants"]
        == .object(["alpha_divisor": .number(200), "late_start": .number(0.6)]))
    func sentences(_ value: JSONValue) -> [String] {
      switch value {
      case .object(let members): members.values.flatMap(sentences)
      case .array(let list): list.flatMap(sentences)
      case .string(let text): text.contains(" ") ? [text] : []
      default: []
      }
    }
    for method in Method.all {
      #expect(try sentences(plan(method).configuration).isEmpty, "\(method)")
    }
  }

  @Test("another checkpoint of the teacher teaches another run")
  func teacherCheckpoint() throws {
    var (first, second) = (try plan(Method(.kd)), try plan(Method(.kd)))
    first.teacherCheckpoint = "01"
    second.teacherCheckpoint = "02"
    #expect(first.hash != second.hash && first.folderName != second.folderName)
  }

  @Test("variants in other units say that their weight is matched; rows say the weight they had")
  func weights() throws {
    var ratio = try plan(.london)
    ratio.variant = .ratio
    #expect(ratio.configuration["matches_first_gradient"] == .bool(true))
    #expect(ratio.deviations.contains { $0.text.contains("first gradient is as long") })
    var share = try plan(.london)
    share.variant = .share(0.2)
    #expect(share.subject.weights == .init(loss: 1e-3, share: 0.2))
    #expect(ratio.subject.weights == .init(loss: 1e-3, alpha: 0.25))
  }

  @Test("a control is the term with all its numbers, and says what it destroys")
  func control() throws {
    let (term, control) = (try plan(.london), try plan(Method(named: "london-shuffled")))
    #expect(control.configuration["lipschitz_control"] == "shuffled")
    #expect(term.configuration["lipschitz_control"] == nil && term.hash != control.hash)
    #expect(control.recipe == term.recipe && control.subject.weights == term.subject.weights)
    #expect(control.subject.guidance?.control == "shuffled" && control.subject.base == "ofd")
    #expect(!control.subject.hasPaperTerm && term.subject.hasPaperTerm)
    #expect(control.deviations.contains { $0.text.contains("permuted over the images") })
  }

  @Test("controls of other strengths than the term are matched with its first gradient, and say so")
  func matchedControls() throws {
    for name in ["constant", "body", "symmetric", "penalty"] {
      let plan = try plan(Method(named: "london-\(name)"))
      #expect(plan.configuration["matches_first_gradient"] == .bool(true))
      #expect(plan.deviations.contains { $0.text.contains("first gradient is as long") })
    }
    let constant = try plan(Method(named: "london-constant"))
    #expect(
      constant.configuration["lipschitz_control_constants"]
        == .object(["running_mean_momentum": .number(0.1)]))
    #expect(constant.subject.constants["running_mean_momentum"] == 0.1)
    #expect(
      try plan(Method(named: "london-penalty")).subject.constants["kernel_penalty_factor"] == 0.5)
  }

  @Test("only the paper's networks, images, starts and length stand beside its numbers")
  func comparable() throws {
    func separates(_ run: RunPlan) -> Bool { run.deviations.contains(where: \.separates) }
    let whole = try plan(Method(.kd))
    #expect(!separates(whole))
    #expect(try separates(plan(Method(.kd), .compact)))
    var data = DataReference(id: "synthetic-cifar100", hashes: [:])
    data.deviations = ["images of synthetic-cifar100 instead of CIFAR-100"]
    let synthetic = RunPlan(
      table: "table2", setting: whole.setting, role: .student(Method(.kd)),
      trainingProtocol: .equal, budget: .full, seed: 0, data: data)
    #expect(separates(synthetic))
    // A detector's backbones start from a classifier's weights, its teacher's, too.
    let detector = try plan(Method(.ofd), .full, Setting("vgg16-resnet18"))
    #expect(separates(detector))
  }
}
