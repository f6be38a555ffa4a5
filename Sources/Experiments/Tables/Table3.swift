import Foundation
import ModelZoo
import NeuralNet
import Results
import Training

extension PaperTable {
  /// Students on ImageNet under every method.
  public static let table3 = PaperTable(
    "table3", "ImageNet error of the student networks under every method.",
    title: "ImageNet top-1 error, %",
    note:
      "At full size the short side of a photo of the validation set is scaled to 256 pixels, and the middle 224 x 224 of it "
      + "are measured; what other budgets and photos measure with stands at each section's end. The authors "
      + "report the best of all epochs on that set; here the last one is the result, and the best one stands beside it. "
      + "Top-5 errors of the sources, %: resnet50: teacher 5.95, student 6.97, OFD 5.83 (A), LONDON 5.706 beside a top-1 "
      + "error of 21.862 (B, the code's own log), KD 6.55, AT 6.35, FT 6.49, AB 6.94 (D); mobilenet: teacher 7.14, "
      + "student 11.24, OFD 9.66 (A), KD 11.02, AT 10.67, FT 10.50, AB 11.29 (D).",
    recipe: photoRecipe,
    data: DataSource(options: [.skipsBad, .rehashes]) { request, budget, runs in
      try ClassPhotoSource(request, budget, photoRecipe.extent(budget), runs: runs)
    }, settings: photoSettings,
    paperMethods: [
      .student, Method(.kd), Method(.at), Method(.ft), Method(.ab), Method(.ofd), .london,
      .londonReleased,
    ], references: photoErrors,
    trialsTitle: "choice of weights, top-1 error on a held-out tenth of the training photos, %")

  /// The recipe of OFD's code for ImageNet, whose weight of its loss is a tenth of that for CIFAR-100. Smaller budgets have
  /// a quarter of its batch and of its rate.
  private static let photoRecipe = TableRecipe(
    table: "table3", trialsTable: "tune-table3", task: .classification, dataName: "ImageNet",
    pipeline: "imagenet-random-resized-crop-flip",
    full: .init(epochs: 100, imageSize: ClassPhotoEvaluator.paperSide),
    compact: .init(epochs: 20, teacherEpochs: 40, batchSize: 64, imageSize: 40, cosineWarmUp: 2),
    reduced: .init(epochs: 10, teacherEpochs: 20, batchSize: 64, imageSize: 56),
    smoke: .init(epochs: 3, teacherEpochs: 6, batchSize: 32, imageSize: 32, cosineWarmUp: 1),
    sizing: .scaled, optimizer: .init(weightDecay: 1e-4, nesterov: true), hasReleasedCode: false,
    pretrainedRate: nil, methodWeights: [.ofd: 1e-4], decodesScaled: true
  ) { start in
    // 30, 60 and 90 of 100 epochs, counted from 0; the released code counts from 1 and drops one epoch earlier.
    .steps(
      base: start.isPretrained ? 0.1 : 0.025,
      drops: [10.0, 100, 1000].enumerated().map { place, divisor in
        let epoch = 3 * (place + 1) * start.epochs / 10
        return .init(epoch: max(1, start.isReleased ? epoch - 1 : epoch), divisor: divisor)
      })
  }

  private static let photoSettings: [Setting] = [
    photo(
      "resnet50", .imageNetResNet(depth: 152, divisor: 1), .imageNetResNet(depth: 50, divisor: 1)),
    photo("mobilenet", .imageNetResNet(depth: 50, divisor: 1), .imageNetMobileNet(divisor: 1)),
  ]

  private static func photo(_ id: String, _ teacher: Architecture, _ student: Architecture)
    -> Setting
  {
    Setting(
      ReleasedRecipe(
        id, batch: 256, guidedBatch: 96, term: .imageNet, alpha: 2000, narrowShare: 0.01),
      teacher: teacher, student: student, recipe: photoRecipe)
  }

  /// Top-1 error, %.
  private static let photoErrors: [ReferenceCell] = [
    ("resnet50", "teacher", "21.69", .a),
    ("resnet50", "student", "23.72", .a),
    ("resnet50", "kd", "22.85", .d),
    ("resnet50", "at", "22.75", .d),
    ("resnet50", "ft", "22.80", .d),
    ("resnet50", "ab", "23.47", .d),
    ("resnet50", "ofd", "21.65", .a),
    ("resnet50", "london", "21.12", .c),
    ("mobilenet", "teacher", "23.84", .a),
    ("mobilenet", "student", "31.13", .a),
    ("mobilenet", "kd", "31.42", .d),
    ("mobilenet", "at", "30.44", .d),
    ("mobilenet", "ft", "30.12", .d),
    ("mobilenet", "ab", "31.11", .d),
    ("mobilenet", "ofd", "28.75", .a),
    ("mobilenet", "london", nil, .unknown),
  ].map { (row: (String, String, String?, ReferenceCell.Grade)) in
    ReferenceCell(
      table: "table3", setting: row.0, column: row.1, printed: row.2, unit: "%", grade: row.3)
  }
}
