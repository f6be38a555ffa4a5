import Datasets
import Foundation
import ModelZoo
import NeuralNet
import Results

extension PaperTable {
  /// Students on CIFAR-100 under every method.
  public static let table2 = PaperTable(
    "table2", "CIFAR-100 error of the student networks under every method.",
    title: "CIFAR-100 top-1 error, %", recipe: cifarRecipe,
    data: DataSource(options: []) { request, budget, _ in
      try CIFARSource(
        budget, cifarRecipe.extent(budget),
        directory: request.root.map { URL(fileURLWithPath: $0) })
    }, settings: cifarSettings, usualSettings: cifarSettings.filter { $0.id == "c" },
    references: errors,
    trialsTitle: "choice of weights, top-1 error on a held-out tenth of the training images, %",
    primary: .init(
      setting: "c", first: Method.london.description, second: Method(.ofd).description,
      looks: [Budget.compact.name: [6, 14, 36]])
  )

  /// The recipe of the OFD code.
  private static let cifarRecipe = TableRecipe(
    table: "table2", trialsTable: "tune", task: .classification, dataName: "CIFAR-100",
    pipeline: "cifar100-reflect-pad4-flip-crop", full: .init(epochs: 200),
    compact: .init(epochs: 8, batchSize: 128, imageSize: 16, cosineWarmUp: 1),
    smoke: .init(epochs: 8),
    sizing: .averaged(from: CIFAR100.side) { side in
      "cifar100-area\(side)-reflect-pad\(ImagePipeline.cifar100Train(side: side).padding)-flip-crop"
    },
    optimizer: .init(nesterov: true), hasReleasedCode: true, pretrainedRate: nil
  ) { start in
    Recipe.schedule(epochs: start.epochs, thirdDivisor: start.thirdDivisor)
  }

  private static let pyramidTeacher = Architecture.pyramidNet(
    depth: 200, alpha: 240, isBottleneck: true)

  private static let cifarSettings: [Setting] = [
    cifar(.a, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 4)),
    cifar(.b, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 28, width: 2)),
    cifar(.c, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 2)),
    cifar(.d, .wideResNet(depth: 28, width: 4), .cifarResNet(depth: 56)),
    cifar(.e, pyramidTeacher, .wideResNet(depth: 28, width: 4), mixes: true),
    cifar(
      .f, pyramidTeacher, .pyramidNet(depth: 110, alpha: 84, isBottleneck: false), mixes: true),
  ]

  private static func cifar(
    _ released: ReleasedRecipe, _ teacher: Architecture, _ student: Architecture,
    mixes: Bool = false
  ) -> Setting {
    Setting(
      released, teacher: teacher, student: student, recipe: cifarRecipe,
      mixesTeacherImages: mixes)
  }

  /// Top-1 error, %.
  private static let errors: [ReferenceCell] = [
    cell("a", "teacher", "21.09", .a),
    cell("a", "student", "22.72", .a),
    cell("a", "kd", "21.69", .d),
    cell("a", "fitnets", "21.85", .d),
    cell("a", "at", "22.07", .d),
    cell("a", "jacobian", "22.18", .d),
    cell("a", "ft", "21.72", .d),
    cell("a", "ab", "21.36", .d),
    cell("a", "ofd", "20.89", .a),
    cell("a", "london", nil, .unknown),
    cell("b", "teacher", "21.09", .a),
    cell("b", "student", "24.88", .a),
    cell("b", "kd", "23.43", .d),
    cell("b", "fitnets", "23.94", .d),
    cell("b", "at", "23.80", .d),
    cell("b", "jacobian", "23.70", .d),
    cell("b", "ft", "23.41", .d),
    cell("b", "ab", "23.19", .d),
    cell("b", "ofd", "21.98", .a),
    cell("b", "london", nil, .unknown),
    cell("c", "teacher", "21.09", .a),
    cell("c", "student", "27.32", .a),
    cell("c", "kd", "26.47", .d),
    cell("c", "fitnets", "26.30", .d),
    cell("c", "at", "26.56", .d),
    cell("c", "jacobian", "26.71", .d),
    cell("c", "ft", "25.91", .d),
    cell("c", "ab", "26.02", .d),
    cell("c", "ofd", "24.08", .a),
    cell("c", "london", "23.78", .b),
    cell("d", "teacher", "21.09", .a),
    cell("d", "student", "27.68", .a),
    cell("d", "kd", "26.76", .d),
    cell("d", "fitnets", "26.35", .d),
    cell("d", "at", "26.66", .d),
    cell("d", "jacobian", "26.60", .d),
    cell("d", "ft", "26.20", .d),
    cell("d", "ab", "26.04", .d),
    cell("d", "ofd", "24.44", .a),
    cell("d", "london", nil, .unknown),
    cell("e", "teacher", "15.6", .b),
    cell("e", "student", "21.09", .a),
    cell("e", "kd", "20.97", .d),
    cell("e", "fitnets", "22.16", .d),
    cell("e", "at", "19.28", .d),
    cell("e", "jacobian", "20.59", .d),
    cell("e", "ft", "19.04", .d),
    cell("e", "ab", "20.46", .d),
    cell("e", "ofd", "17.80", .a),
    cell("e", "london", nil, .unknown),
    cell("f", "teacher", "15.6", .b),
    cell("f", "student", "22.58", .a),
    cell("f", "kd", "21.68", .d),
    cell("f", "fitnets", "23.79", .d),
    cell("f", "at", "19.93", .d),
    cell("f", "jacobian", "23.49", .d),
    cell("f", "ft", "19.53", .d),
    cell("f", "ab", "20.89", .d),
    cell("f", "ofd", "18.89", .a),
    cell("f", "london", nil, .unknown),
  ]

  private static func cell(
    _ setting: String, _ column: String, _ printed: String?, _ grade: ReferenceCell.Grade
  ) -> ReferenceCell {
    ReferenceCell(
      table: "table2", setting: setting, column: column, printed: printed, unit: "%",
      grade: grade)
  }
}

extension ReleasedRecipe {
  static let a = ReleasedRecipe("a", batch: 128, alpha: 0.8, late: 0.25, third: nil)
  static let b = ReleasedRecipe("b", batch: 128, alpha: 0.2, third: nil)
  static let c = ReleasedRecipe("c", batch: 128, alpha: 0.25, third: 500)
  static let d = ReleasedRecipe("d", batch: 128, alpha: 1, late: 2, third: 500)
  static let e = ReleasedRecipe("e", batch: 64, alpha: 4, third: 1000)
  static let f = ReleasedRecipe("f", batch: 64, alpha: 1, third: 500)

  /// Those of the six settings of CIFAR-100.
  public static let all = [a, b, c, d, e, f]
}
