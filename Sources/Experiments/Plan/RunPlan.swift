import DurableFiles
import Foundation
public import ModelZoo
public import Results

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
  /// The training images, by identity and digests.
  public let data: DataReference

  /// The teacher that the run needs; nil for teachers and students alone.
  public var teacher: RunPlan? {
    guard case .student(let method) = role, method.usesTeacher else { return nil }
    return RunPlan(
      table: table, setting: setting, role: .teacher, trainingProtocol: trainingProtocol,
      budget: budget, seed: 0, data: data)
  }

  /// The recipe.
  public var recipe: Recipe {
    switch role {
    case .teacher: Recipe(teacherOf: setting, budget: budget)
    case .student(let method): Recipe(method, setting, trainingProtocol, budget)
    }
  }

  /// `teacher` or the method's name.
  public var methodName: String {
    switch role {
    case .teacher: "teacher"
    case .student(let method): method.rawValue
    }
  }

  /// The network that is trained.
  public var network: Architecture {
    budget.network(for: role == .teacher ? setting.teacher : setting.student)
  }

  /// The resolved configuration; its canonical text identifies the run.
  ///
  /// A teacher's does not name the setting, table or protocol: settings with the same teacher share it.
  public var configuration: JSONValue {
    var members: [String: JSONValue] = [
      "network": .string(network.description),
      "method": .string(methodName),
      "budget": .string(budget.rawValue),
      "seed": .integer(Int(seed)),
      "data": .object(data.hashes.mapValues { .string($0) }),
      "training_fraction": .number(budget.trainingFraction),
      "pipeline": .string("cifar100-reflect-pad4-flip-crop"),
      "optimizer": .object([
        "momentum": .number(0.9), "nesterov": .bool(true), "weight_decay": .number(5e-4),
      ]),
    ]
    members["recipe"] = recipe.configuration
    if let teacher {
      members["setting"] = .string(setting.id)
      members["teacher"] = .string(teacher.hash)
    }
    if case .student(let method) = role {
      members["protocol"] = .string(trainingProtocol.rawValue)
      members.merge(method.configuration(setting)) { $1 }
    }
    return .object(members)
  }

  /// SHA-256 of the configuration's canonical text.
  public var hash: String { Digest.sha256(Data(configuration.canonical.utf8)) }

  /// Name of the run folder.
  public var folderName: String {
    let place =
      role == .teacher
      ? "teacher-\(network)" : "\(table)-\(setting.id)-\(methodName)-\(trainingProtocol.rawValue)"
    return "\(place)-\(budget.rawValue)-seed\(seed)-\(hash.prefix(8))"
  }

  /// Where the run differs from the paper's recipe.
  public var deviations: [String] {
    var list: [String] = []
    let paper = role == .teacher ? setting.teacher : setting.student
    if network != paper { list.append("network \(network) instead of \(paper)") }
    if budget.epochs != Budget.full.epochs {
      list.append("\(budget.epochs) epochs instead of \(Budget.full.epochs)")
    }
    if budget.isSynthetic {
      list.append("synthetic images instead of CIFAR-100")
    } else if budget.trainingFraction < 1 {
      list.append("\(budget.trainingFraction) of the training images of every class")
    }
    if case .student(let method) = role, trainingProtocol == .equal {
      list.append("momentum runs through learning-rate drops; teacher in eval mode")
      if method == .london || method == .londonReleased {
        list.append(
          "alpha \(setting.released.lipschitzWeight.alpha) as in the released script, not chosen on held-out images"
        )
      }
      if method == .london {
        list.append("exact singular pair instead of ten unrolled power steps")
      }
      if setting.released.thirdDropDivisor != nil, method == .london || method == .londonReleased {
        list.append("no third learning-rate drop")
      }
    }
    return list
  }
}

/// The data set of a run by name and digests.
public struct DataReference: Hashable, Sendable {
  /// Name of the data set.
  public let id: String
  /// Digest by split.
  public let hashes: [String: String]

  /// Makes a reference.
  public init(id: String, hashes: [String: String]) {
    self.id = id
    self.hashes = hashes
  }
}

extension Recipe {
  fileprivate var configuration: JSONValue {
    var drops: [JSONValue] = []
    if case .steps(_, let list) = schedule {
      drops = list.map { .object(["epoch": .integer($0.epoch), "divisor": .number($0.divisor)]) }
    }
    return .object([
      "epochs": .integer(epochs), "batch_size": .integer(batchSize),
      "base_learning_rate": .number(0.1), "drops": .array(drops),
      "restarts_momentum": .bool(restartsMomentum),
      "teacher_in_train_mode": .bool(teacherInTrainMode),
      "unrolls_power_iteration": .bool(unrollsPowerIteration),
    ])
  }
}

extension Method {
  fileprivate func configuration(_ setting: Setting) -> [String: JSONValue] {
    switch self {
    case .student: [:]
    case .kd: ["temperature": .number(4), "soft_target_weight": .number(0.9)]
    case .ofd: ["ofd_coefficient": .number(1e-3)]
    case .london, .londonReleased:
      [
        "ofd_coefficient": .number(1e-3),
        "alpha": .number(setting.released.lipschitzWeight.alpha),
        "alpha_late_factor": .number(setting.released.lipschitzWeight.lateFactor),
      ]
    case .at, .sp, .pkt, .rkd, .nst, .dkd:
      featureLoss.map {
        [
          "weight": .number($0.weight), "warm_up_epochs": .integer($0.warmUpEpochs),
          "loss": .string("\($0.loss)"),
        ]
      } ?? [:]
    }
  }
}
