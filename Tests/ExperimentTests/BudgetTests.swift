import Experiments
import Foundation
import JSON
import ModelZoo
import NeuralNet
import Results
import Testing
import UserErrors

/// Budgets are values: what one changes stands in the identity and in the deviations.
struct BudgetTests {
  private func request(
    _ table: PaperTable = .table2, _ budget: Budget = .compact, _ changes: [String: String] = [:],
    methods: String = "student,kd", settings: String? = nil
  ) throws -> TableRequest {
    var parts = BudgetChanges()
    for (name, text) in changes { try parts.set(try #require(.init(rawValue: name)), text) }
    return try TableRequest(
      table, settings: settings, methods: methods, trainingProtocol: .equal, budget: budget,
      changes: parts)
  }

  private func runs(_ request: TableRequest) -> [RunPlan] {
    TablePlan(request.selection, data: DataReference(id: "cifar100", hashes: ["train": "01"])).runs
  }

  private func student(_ changes: [String: String] = [:]) throws -> RunPlan {
    try #require(runs(request(changes: changes, methods: "student")).first)
  }

  private func request(changes: [String: String], methods: String) throws -> TableRequest {
    try request(.table2, .compact, changes, methods: methods)
  }

  @Test("the compact budget has all images at half their side, a deeper teacher, and one cosine")
  func compact() throws {
    let all = runs(try request(settings: "c,d"))
    let names = all.map { "\($0.setting.id) \($0.methodName) \($0.network)" }
    #expect(
      Set(names) == [
        "c student wrn-16-1", "c teacher wrn-28-2", "c kd wrn-16-1", "d student cifar-resnet-20",
        "d kd cifar-resnet-20",
      ])
    let kd = try #require(all.first { $0.methodName == "kd" })
    #expect(kd.recipe.epochs == 8 && kd.recipe.batchSize == 128)
    #expect(kd.recipe.schedule == .cosine(base: 0.1, warmUpEpochs: 1, epochs: 8))
    #expect(kd.configuration["image_size"] == .integer(16))
    #expect(kd.configuration["training_fraction"] == .number(1))
    #expect(kd.configuration["pipeline"] == "cifar100-area16-reflect-pad2-flip-crop")
    #expect(
      kd.deviations.filter(\.separates).map(\.text) == [
        "network wrn-16-1 instead of wrn-16-2", "8 epochs instead of 200 in the paper's recipe",
        "learning rate along a cosine after 1 epoch of warm-up instead of the recipe's",
        "images averaged to 16 x 16 pixels instead of 32 x 32",
      ])
  }

  @Test("a change is another run that says what it changes; what is so anyway is none")
  func changes() throws {
    let usual = try student()
    #expect(usual.budget.name == "compact")
    for (part, text, sentence) in [
      ("epochs", "10", "10 epochs instead of 200"), ("part", "0.5", "0.5 of the training images"),
      ("size", "8", "averaged to 8 x 8"), ("networks", "wrn-16-2=wrn-10-1", "network wrn-10-1"),
      ("warm_up", "2", "after 2 epochs of warm-up"),
      ("batch", "64", "batches of 64 instead of 128"),
    ] {
      let changed = try student([part: text])
      #expect(changed.hash != usual.hash && changed.budget.name.hasPrefix("compact+\(part)"))
      #expect(changed.deviations.contains { $0.separates && $0.text.contains(sentence) }, "\(part)")
      #expect(changed.folderName.contains(changed.budget.name))
    }
    let stated = try student(["epochs": "8", "size": "16", "schedule": "cosine", "batch": "128"])
    #expect(stated.hash == usual.hash && stated.budget.name == "compact")
    let steps = try student(["schedule": "recipe"])
    #expect(steps.recipe.schedule.dropEpochs == [4, 6])
    // At their own side images are not averaged.
    let whole = try student(["size": "32"])
    #expect(whole.configuration["image_size"] == nil)
    #expect(whole.configuration["pipeline"] == "cifar100-reflect-pad4-flip-crop")
  }

  @Test("a teacher's epochs follow in proportion unless they are named")
  func proportion() throws {
    func teacher(_ changes: [String: String]) throws -> RunPlan {
      let all = runs(
        try request(
          .table4, .reduced, changes, methods: "kd", settings: "resnet50-resnet18"))
      return try #require(all.first { $0.method == nil })
    }
    #expect(try teacher([:]).recipe.epochs == 32)
    #expect(try teacher(["epochs": "3"]).recipe.epochs == 6)
    #expect(try teacher(["epochs": "3", "teacher_epochs": "5"]).recipe.epochs == 5)
  }

  @Test("budgets and changes that make no sense with a table are refused with a sentence")
  func refusals() throws {
    for (table, budget, changes, word) in [
      (PaperTable.table2, Budget.reduced, [:], "it has full, compact, smoke"),
      (.table4, .compact, [:], "it has full, reduced, smoke"),
      (.table2, .compact, ["size": "15"], "8, 16, 32"),
      (.table4, .reduced, ["size": "150"], "images of one size"),
      (.table5, .reduced, ["part": "0.5"], "smaller sets of photos"),
      (.table2, .compact, ["epochs": "1"], "leaves nothing of 1"),
      (.table2, .smoke, ["warm_up": "1"], "only a cosine"),
      (.table2, .compact, ["networks": "wrn-40-2=wrn-16-2"], "no network wrn-40-2"),
      (.table2, .compact, ["networks": "wrn-16-2=ssd300-vgg16"], "answers something else"),
      (.table2, .compact, ["networks": "wrn-16-2=imagenet-resnet-18"], "4 feature taps, not 3"),
    ] as [(PaperTable, Budget, [String: String], String)] {
      #expect {
        try request(table, budget, changes, methods: "student")
      } throws: { "\($0)".contains(word) && ($0 as? UsageError)?.exitCode == 2 }
    }
    for (part, text) in [
      ("epochs", "0"), ("epochs", "x"), ("part", "0"), ("part", "1.5"), ("part", "nan"),
      ("size", "-1"), ("networks", "wrn-16-2"), ("networks", "wrn-16-2=wrn-9-9"), ("warm_up", "-1"),
      ("networks", "wrn-16-2=wrn-10-1,wrn-16-2=wrn-10-2"), ("schedule", "line"), ("batch", "1"),
      ("seeds", "1,1"), ("teacher_seeds", "one"),
    ] {
      var changes = BudgetChanges()
      #expect(throws: UsageError.self, "\(part) \(text)") {
        try changes.set(try #require(.init(rawValue: part)), text)
      }
    }
  }

  @Test("a file is a budget of its own, which flags change further")
  func file() throws {
    let text = """
      # half an hour
      name: evening
      base: compact
      epochs: 6
      networks: {wrn-28-4: wrn-16-2}
      warm_up: 1
      seeds: [4, 5]
      teacher_seeds: [7]
      """
    let budget = try read(text)
    #expect(budget.name == "evening" && budget.base == .compact)
    let all = runs(try request(.table2, budget))
    #expect(Set(all.filter { $0.method != nil }.map(\.seed)) == [4, 5])
    let teacher = try #require(all.first { $0.method == nil })
    #expect(teacher.seed == 7 && teacher.network.description == "wrn-16-2")
    #expect(teacher.recipe.schedule == .cosine(base: 0.1, warmUpEpochs: 1, epochs: 6))
    #expect(teacher.folderName.hasPrefix("teacher-wrn-16-2-evening-seed7-"))
    let further = try request(.table2, budget, ["epochs": "3"]).selection.budget
    #expect(further.name == "evening+epochs=3" && further.changes.warmUp == 1)
  }

  @Test("a file that is no budget is refused with its line")
  func badFiles() throws {
    for (text, word) in [
      ("", "mapping"), ("- 1", "mapping"), ("name: x", "from which base"), ("base: full", "name"),
      ("name: full\nbase: full", "of its own"), ("name: A b\nbase: full", "of its own"),
      ("name: x\nbase: tiny", ":2: there is no usual budget \"tiny\""),
      ("name: x\nbase: full\nepoch: 3", ":3: a budget has no \"epoch\""),
      ("name: x\nbase: full\nepochs: many", ":3: epochs takes"),
      ("name: x\nbase: full\nepochs: [[1]]", ":3: this is no simple value"),
      ("name: x\nbase: full\nepochs: 1\nepochs: 2", "twice"), ("name: [", "no YAML"),
      ("a: &a [*a]", "no YAML"),
    ] {
      #expect {
        try read(text)
      } throws: { "\($0)".contains(word) && ($0 as? UsageError)?.exitCode == 2 }
    }
    #expect(throws: (any Error).self) { try Budget(named: "/nonexistent/budget.yaml") }
    #expect(throws: UsageError.self) { try Budget(named: "tiny") }
  }

  private func read(_ text: String) throws -> Budget {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { _ = try? FileManager.default.removeItem(at: file) }  // Leftovers harm no one.
    return try Budget(named: file.path)
  }

  @Test("the rise of a method's weight scales with the epochs and never rounds to nothing")
  func warmUp() throws {
    func rise(_ epochs: Int) throws -> Int {
      let run = runs(
        try request(.table2, .smoke, ["epochs": "\(epochs)"], methods: "reviewkd"))
      return try #require(run.last).recipe.warmUpEpochs
    }
    #expect(try [1, 4, 8, 30, 200].map(rise) == [2, 2, 2, 3, 17])
    #expect(try student().recipe.warmUpEpochs == 0)
    // A single epoch runs at the rate of the recipe, not at that of its last drop.
    let one = try #require(runs(request(.table2, .smoke, ["epochs": "1"])).first)
    #expect(one.recipe.schedule.learningRate(epoch: 0, step: 0, stepsInTotal: 1) == 0.1)
  }

  @Test("every teacher teaches every seed, and a student without one learns once")
  func blocks() throws {
    var selection = try request(methods: "student,kd,london-shuffled").selection
    #expect(selection.seeds == [0, 1, 2] && selection.teacherSeeds == [0, 1])
    selection.seeds = [3, 4]
    let data = DataReference(id: "cifar100", hashes: ["train": "01"])
    let all = TablePlan(selection, data: data).runs
    let names = all.map { run in
      "\(run.methodName) \(run.seed)" + (run.teacher.map { " of \($0.seed)" } ?? "")
    }
    #expect(
      names == [
        "student 3", "teacher 0", "kd 3 of 0", "london-shuffled 3 of 0", "student 4", "kd 4 of 0",
        "london-shuffled 4 of 0", "teacher 1", "kd 3 of 1", "london-shuffled 3 of 1", "kd 4 of 1",
        "london-shuffled 4 of 1",
      ])
    #expect(Set(all.map(\.hash)).count == all.count)
    let options = RunOptions(runs: URL(fileURLWithPath: "unused"), command: "test")
    let records = all.map { RunRecord($0, metrics: .classification, options) }
    #expect(records.map(\.teacherSeed) == [nil, nil, 0, 0, nil, 0, 0, nil, 1, 1, 1, 1])
    #expect(records.map(\.rootSeed) == all.map(\.seed))
  }
}
