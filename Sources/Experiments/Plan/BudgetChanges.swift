public import ModelZoo

/// What a budget has otherwise than the one that it starts from; nil and empty leave it as it is.
public struct BudgetChanges: Hashable, Sendable {
  /// A part of a budget. The raw value names it in files, and in flags with hyphens.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// Passes over the training images.
    case epochs
    /// Those of a teacher.
    case teacherEpochs = "teacher_epochs"
    /// Share of the training images of every class.
    case part
    /// Pixels of an image's side.
    case size
    /// Networks that stand for the paper's.
    case networks
    /// How the learning rate falls.
    case schedule
    /// Epochs in which a cosine first rises.
    case warmUp = "warm_up"
    /// Images per batch.
    case batch
    /// Seeds of the students.
    case seeds
    /// Seeds of the teachers.
    case teacherSeeds = "teacher_seeds"

    /// The flag that changes it.
    var flag: String { "--" + rawValue.replacing("_", with: "-") }
  }

  /// How the learning rate falls.
  public enum ScheduleForm: String, Hashable, Sendable, CaseIterable {
    /// As the table's recipe says.
    case recipe
    /// Along half a cosine to zero.
    case cosine
  }

  /// Passes over the training images.
  public var epochs: Int?
  /// Those of a teacher; without them a teacher's change like the students'.
  public var teacherEpochs: Int?
  /// Share of the training images of every class.
  public var part: Double?
  /// Pixels of an image's side.
  public var size: Int?
  /// Networks by those of the paper for which they stand.
  public var networks: [Architecture: Architecture] = [:]
  /// How the learning rate falls.
  public var schedule: ScheduleForm?
  /// Epochs in which a cosine first rises.
  public var warmUp: Int?
  /// Images per batch.
  public var batch: Int?
  /// Seeds of the students.
  public var seeds: [UInt64]?
  /// Seeds of the teachers.
  public var teacherSeeds: [UInt64]?

  /// Changes nothing.
  public init() {}

  /// The parts that are changed.
  var parts: [Part] {
    let said: [Part: Bool] = [
      .epochs: epochs != nil, .teacherEpochs: teacherEpochs != nil, .part: part != nil,
      .size: size != nil, .networks: !networks.isEmpty, .schedule: schedule != nil,
      .warmUp: warmUp != nil, .batch: batch != nil, .seeds: seeds != nil,
      .teacherSeeds: teacherSeeds != nil,
    ]
    return Part.allCases.filter { said[$0] ?? false }
  }

  /// Leaves a part as it is.
  mutating func drop(_ part: Part) {
    switch part {
    case .epochs: epochs = nil
    case .teacherEpochs: teacherEpochs = nil
    case .part: self.part = nil
    case .size: size = nil
    case .networks: networks = [:]
    case .schedule: schedule = nil
    case .warmUp: warmUp = nil
    case .batch: batch = nil
    case .seeds: seeds = nil
    case .teacherSeeds: teacherSeeds = nil
    }
  }

  /// Takes further changes, which come before its own.
  mutating func take(_ further: BudgetChanges) {
    epochs = further.epochs ?? epochs
    teacherEpochs = further.teacherEpochs ?? teacherEpochs
    part = further.part ?? part
    size = further.size ?? size
    networks.merge(further.networks) { $1 }
    schedule = further.schedule ?? schedule
    warmUp = further.warmUp ?? warmUp
    batch = further.batch ?? batch
    seeds = further.seeds ?? seeds
    teacherSeeds = further.teacherSeeds ?? teacherSeeds
  }

  /// What a budget's name tells of the changes: those of the recipe; seeds name runs themselves.
  var words: [String] {
    func word(_ part: Part, _ value: (some CustomStringConvertible)?) -> String? {
      value.map { "\(part.rawValue)=\($0)" }
    }
    return [
      word(.epochs, epochs), word(.teacherEpochs, teacherEpochs), word(.part, part),
      word(.size, size), networks.isEmpty ? nil : Part.networks.rawValue,
      word(.schedule, schedule?.rawValue), word(.warmUp, warmUp), word(.batch, batch),
    ].compactMap { $0 }
  }
}
