public import Distillation
import DurableFiles
public import Foundation
public import JSON
public import ModelZoo
import Results

/// One training of a table: what it is, resolved to the last number.
public struct RunPlan: Hashable, Sendable {
  /// What is trained.
  public enum Role: Hashable, Sendable {
    /// The teacher of a setting.
    case teacher
    /// A student.
    case student(Method)
  }

  /// The table that asked for it.
  public let table: String
  /// The pair of networks.
  public let setting: Setting
  /// Teacher or student with its method.
  public let role: Role
  /// The recipe's name.
  public let trainingProtocol: TrainingProtocol
  /// How much of the paper's recipe.
  public let budget: Budget
  /// Root seed of the run.
  public let seed: UInt64
  /// Root seed of the teacher's own training.
  public var teacherSeed: UInt64 = 0
  /// The training images, by identity and digests.
  public let data: DataReference
  /// Departure from LONDON's Lipschitz term.
  public var variant: LipschitzVariant?
  /// Weight of the method's own loss instead of its authors'.
  public var lossChoice: ChosenWeight?
  /// Weight alpha or share of the Lipschitz term instead of the setting's.
  public var alphaChoice: ChosenWeight?
  /// A teacher from a file instead of the setting's own.
  public var teacherFile: TeacherFile?
  /// SHA-256 of the teacher's checkpoint; nil while the teacher is not trained. Other bytes teach another run.
  public var teacherCheckpoint: String?
  /// Weights with which backbones start.
  public var backbones: [BackboneFile] = []
  /// Which neighbouring taps make the pairs of the Lipschitz term.
  public var pairing = TapPairing.all
  /// The most images that pass through the networks together; nil for whole batches.
  public var imagesAtOnce: Int?

  /// Plans a run with the authors' weight.
  public init(
    table: String, setting: Setting, role: Role, trainingProtocol: TrainingProtocol,
    budget: Budget, seed: UInt64, data: DataReference
  ) {
    self.table = table
    self.setting = setting
    self.role = role
    self.trainingProtocol = trainingProtocol
    self.budget = budget
    self.seed = seed
    self.data = data
  }

  /// The student's method; nil for a teacher.
  public var method: Method? {
    if case .student(let method) = role { method } else { nil }
  }

  /// The teacher that must be trained first; nil where none is needed or a file has it.
  public var teacher: RunPlan? {
    guard let method, method.usesTeacher, teacherFile == nil else { return nil }
    var plan = RunPlan(
      table: table, setting: setting, role: .teacher, trainingProtocol: trainingProtocol,
      budget: budget, seed: teacherSeed, data: data)
    plan.backbones = backbones
    plan.imagesAtOnce = imagesAtOnce
    return plan
  }

  /// The weights with which the backbone of the network that is trained starts.
  var backbone: BackboneFile? {
    guard let own = network.backbone else { return nil }
    return backbones.first { $0.backbone == own }
  }

  /// The recipe.
  public var recipe: Recipe { recipe(budget) }

  /// The paper's.
  var paperRecipe: Recipe { recipe(.full) }

  private func recipe(_ budget: Budget) -> Recipe {
    if let method {
      Recipe(
        method, setting, trainingProtocol, budget, hasBackbone: backbone != nil)
    } else {
      Recipe(teacherOf: setting, budget: budget, hasBackbone: backbone != nil)
    }
  }

  /// The network that is trained.
  public var network: Architecture {
    budget.network(for: role == .teacher ? setting.teacher : setting.student)
  }

  /// How much of the paper's images and steps is taken.
  var extent: TableRecipe.Extent { setting.recipe.extent(budget) }

  /// What is known of the method on the setting's task; nil for a teacher and for the student alone.
  var details: MethodUse? { method.flatMap { setting.recipe.use(of: $0) } }

  /// Weight of the method's own loss.
  public var lossWeight: Double? {
    details.map { lossChoice?.value ?? $0.weight }
  }

  /// Weight alpha of the Lipschitz term before a variant changes it; nil without the term.
  public var alpha: Double? {
    guard method?.guidance != nil, share == nil else { return nil }
    return alphaChoice?.value ?? setting.released.alpha
  }

  /// Share of the total loss that the Lipschitz term takes, where the setting has no alpha for the network.
  var share: Double? {
    guard method?.guidance != nil, let usual = setting.usualShare(trainingProtocol, budget) else {
      return nil
    }
    return alphaChoice?.value ?? usual
  }

  /// What alpha is divided by.
  var alphaDivisor: Double {
    setting.released.term.alphaDivisor(batchSize: recipe.batchSize)
  }

  /// Either of them.
  var lipschitzWeight: LipschitzGuidedObjective.Weight {
    share.map { .share($0) } ?? .alpha(alpha ?? 0, lateFactor: lateFactor)
  }

  /// The most images that are taken together where batches have more; nil for whole ones.
  var partLimit: Int? { imagesAtOnce.flatMap { $0 < recipe.batchSize ? $0 : nil } }

  /// Parts of a batch.
  var partCount: Int { partLimit.map { (recipe.batchSize + $0 - 1) / $0 } ?? 1 }

  /// The resolved configuration; its canonical text identifies the run. A student's is complete once its teacher's
  /// checkpoint is known.
  ///
  /// A teacher's does not name the setting, table or protocol: settings with the same teacher share it.
  public var configuration: JSONValue {
    var members: [String: JSONValue] = [
      "network": .string(network.description),
      "method": .string(method?.description ?? "teacher"),
      "budget": .string(budget.name),
      "seed": JSONValue(exactly: seed),
      "data": .object(data.hashes.mapValues { .string($0) }),
      "training_fraction": .number(extent.trainingFraction),
      "pipeline": .string(
        setting.recipe.sizing.pipeline(setting.recipe.pipeline, side: extent.imageSize)),
      "recipe": recipe.configuration,
    ]
    let taskConstants = setting.task.loss(recipe.counting).constants
    if !taskConstants.isEmpty {
      members["task_constants"] = .object(taskConstants.mapValues { .number($0) })
    }
    if let backbone { members["backbone"] = .string(backbone.sha256) }
    if let limit = partLimit { members["images_at_once"] = .integer(limit) }
    if let size = extent.imageSize { members["image_size"] = .integer(size) }
    if method != nil {
      members["setting"] = .string(setting.id)
      members["protocol"] = .string(trainingProtocol.rawValue)
      if let teacher { members["teacher"] = .string(teacher.hash) }
      if let digest = teacherFile?.sha256 ?? teacherCheckpoint {
        members[RunRecord.teacherMember] = .string(digest)
      }
      if let lossWeight { members["loss_weight"] = .number(lossWeight) }
      if let constants = details?.constants, !constants.isEmpty {
        members["constants"] = .object(constants.mapValues { .number($0) })
      }
      if let alpha {
        members["alpha"] = .number(alpha)
        members["alpha_late_factor"] = .number(lateFactor)
      }
      if let share { members["lipschitz_share"] = .number(share) }
      if method?.guidance != nil {
        members["lipschitz_constants"] = .object(
          LipschitzGuidedObjective.constants(alphaDivisor: alphaDivisor).mapValues { .number($0) })
        if recipe.unrollsPowerIteration {
          for (name, value) in setting.released.term.norm.powerMembers {
            members[name] = .integer(value)
          }
        }
        if pairing != .all { members["lipschitz_pairs"] = .string(pairing.rawValue) }
        if let control = method?.control {
          members["lipschitz_control"] = .string(control.rawValue)
          if !control.constants.isEmpty {
            members["lipschitz_control_constants"] = .object(
              control.constants.mapValues { .number($0) })
          }
        }
      }
      if let variant { members["lipschitz_variant"] = .string("\(variant)") }
      if matchesFirstGradient { members["matches_first_gradient"] = .bool(true) }
    }
    return .object(members)
  }

  /// Whether the Lipschitz term is multiplied so that its first gradient is as long as that of the paper's.
  var matchesFirstGradient: Bool {
    variant?.isMatched ?? (method?.control != nil)
  }

  /// What alpha is multiplied by late in training; a weight that was chosen stays.
  var lateFactor: Double { alphaChoice == nil ? setting.released.lateFactor : 1 }

  /// SHA-256 of the configuration's canonical text.
  public var hash: String { Digest.sha256(Data(configuration.canonical.utf8)) }

  /// Name of the run folder.
  public var folderName: String {
    let name = methodName.replacingOccurrences(of: " ", with: "-")
    let place =
      role == .teacher
      ? "teacher-\(network)" : "\(table)-\(setting.id)-\(name)-\(trainingProtocol.rawValue)"
    return "\(place)-\(budget.name)-seed\(seed)-\(hash.prefix(8))"
  }
}

/// A weight with where it comes from; without one it is the authors', or their code's.
public struct ChosenWeight: Hashable, Sendable {
  /// Where a weight comes from.
  public enum Source: Hashable, Sendable {
    /// `tune`: the best of so many trials on held-out training images; on the edge of what makes sense or was tried.
    case tuned(trials: Int, isEdge: Bool)
    /// A trial of `tune`.
    case trial
    /// The user's.
    case request
  }

  /// The weight.
  public let value: Double
  /// Where it comes from.
  public let source: Source
}

/// A checkpoint that teaches instead of the setting's own teacher.
public struct TeacherFile: Hashable, Sendable {
  /// Where it lies.
  public let url: URL
  /// SHA-256 of the file.
  public let sha256: String
  /// Its network.
  public let network: Architecture
}

extension Recipe {
  fileprivate var configuration: JSONValue {
    var (base, drops) = (0.0, [JSONValue]())
    // Members that other recipes do not have, so that the names of their runs stay.
    var own: [String: JSONValue] = [:]
    switch schedule {
    case .steps(let rate, let list):
      base = rate
      drops = list.map { .object(["epoch": .integer($0.epoch), "divisor": .number($0.divisor)]) }
    case .polynomial(let rate, let power):
      base = rate
      own["power"] = .number(power)
    case .cosine(let rate, let warmUpEpochs, _):
      base = rate
      own["cosine"] = .object(["warm_up_epochs": .integer(warmUpEpochs)])
    }
    if connectorEpochs > 0 { own["connector_epochs"] = .integer(connectorEpochs) }
    if decodesScaled { own["decodes_scaled"] = .bool(true) }
    if counting == .overBatchAgain { own["counts_as_released"] = .bool(true) }
    let members: [String: JSONValue] = [
      "epochs": .integer(epochs), "batch_size": .integer(batchSize),
      "base_learning_rate": .number(base), "drops": .array(drops),
      "momentum": .number(optimizer.momentum), "nesterov": .bool(optimizer.nesterov),
      "weight_decay": .number(optimizer.weightDecay),
      "restarts_momentum": .bool(restartsMomentum),
      "teacher_in_train_mode": .bool(teacherInTrainMode),
      "unrolls_power_iteration": .bool(unrollsPowerIteration),
      "preparation_epochs": .integer(preparation?.epochs ?? 0),
      "preparation_learning_rate": .number(preparation?.learningRate ?? 0),
      "warm_up_epochs": .integer(warmUpEpochs), "mixup": .bool(mixesImages),
    ]
    return .object(members.merging(own) { first, _ in first })
  }
}
