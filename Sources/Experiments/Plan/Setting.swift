public import ModelZoo
public import UserErrors

/// A teacher and student pair of the paper's tables.
public struct Setting: Hashable, Sendable {
  /// Name of the row: a letter on CIFAR-100, teacher and student on VOC.
  public let id: String
  /// The network that teaches.
  public let teacher: Architecture
  /// The network that learns.
  public let student: Architecture
  /// What the released LONDON script of the setting chose.
  public let released: ReleasedRecipe

  /// What they are trained for.
  public let task: VisionTask

  /// Those of CIFAR-100, in table order.
  public static let all: [Setting] = [
    Setting(.a, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 4)),
    Setting(.b, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 28, width: 2)),
    Setting(.c, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 2)),
    Setting(.d, .wideResNet(depth: 28, width: 4), .cifarResNet(depth: 56)),
    Setting(.e, pyramidTeacher, .wideResNet(depth: 28, width: 4)),
    Setting(.f, pyramidTeacher, .pyramidNet(depth: 110, alpha: 84, isBottleneck: false)),
  ]

  /// Those of table 4: two teachers for each of two students.
  public static let detection: [Setting] = [SSD300.Backbone.resnet18, .mobilenet].flatMap {
    student in
    [SSD300.Backbone.resnet50, .vgg16].map { teacher in
      Setting(
        .detection("\(teacher.rawValue)-\(student.rawValue)"), .ssd300(teacher, divisor: 1),
        .ssd300(student, divisor: 1), .detection)
    }
  }

  /// Those of table 5: one teacher for each of two students.
  public static let segmentation: [Setting] = [DeepLabV3Plus.Backbone.resnet18, .mobilenet].map {
    student in
    Setting(
      .segmentation("resnet101-\(student.rawValue)"), .deepLab(.resnet101, divisor: 1),
      .deepLab(student, divisor: 1), .segmentation)
  }

  private static let pyramidTeacher = Architecture.pyramidNet(
    depth: 200, alpha: 240, isBottleneck: true)

  /// Whether the teacher is trained with mixup.
  public var mixesTeacherImages: Bool { teacher == Self.pyramidTeacher }

  /// The settings of a task's table.
  public static func all(_ task: VisionTask) -> [Setting] {
    switch task {
    case .classification: all
    case .detection: detection
    case .segmentation: segmentation
    }
  }

  /// Finds a setting by its name.
  public init(_ id: String, _ task: VisionTask = .classification) throws(UsageError) {
    guard let found = Self.all(task).first(where: { $0.id == id }) else {
      let known = Self.all(task).map(\.id).joined(separator: ", ")
      throw UsageError("there is no setting \"\(id)\"; known are \(known)")
    }
    self = found
  }

  private init(
    _ released: ReleasedRecipe, _ teacher: Architecture, _ student: Architecture,
    _ task: VisionTask = .classification
  ) {
    self.task = task
    id = released.id
    self.teacher = teacher
    self.student = student
    self.released = released
  }
}
