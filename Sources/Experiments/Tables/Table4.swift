import ModelZoo
import NeuralNet
import Results

extension PaperTable {
  /// SSD300 detectors under every method.
  public static let table4 = PaperTable(
    "table4", "VOC average precision of SSD300 detectors under every method.",
    title: "object detection with SSD300, mean average precision by the rule of VOC 2007, %",
    recipe: detectorRecipe,
    data: DataSource(options: [.trainingSets, .testSets, .skipsBad, .rehashes]) {
      request, budget, runs in
      try DetectionSource(
        try PhotoRequest(.voc0712, request), detectorRecipe.extent(budget), runs: runs)
    }, settings: detectorSettings, references: precisions,
    trialsTitle:
      "choice of weights, mean average precision on a held-out tenth of the training photos, %")

  /// SSD's 120,000 steps of 32 of the 16,551 photos of VOC07+12 are 232 epochs; from random numbers batches are smaller and
  /// teachers learn longer than their students.
  private static let detectorRecipe = TableRecipe(
    table: "table4", trialsTable: "tune-table4", task: .detection, dataName: "VOC",
    pipeline: "ssd-distort-expand-crop-mirror-300", full: .init(epochs: 232),
    reduced: .init(
      epochs: 16, teacherEpochs: 32, batchSize: 4, synthetic: .init(training: 1200, test: 300)),
    smoke: .init(
      epochs: 4, teacherEpochs: 16, batchSize: 8, synthetic: .init(training: 24, test: 8)),
    optimizer: .init(nesterov: false), hasReleasedCode: false, pretrainedRate: detectorRate
  ) { start in
    // A tenth of the rate from 2/3 and a hundredth from 5/6 of the epochs on: 80,000 and 100,000 of 120,000 steps.
    .steps(
      base: start.isPretrained ? detectorRate : rateFromScratch(start.network),
      drops: [
        .init(epoch: 2 * start.epochs / 3, divisor: 10),
        .init(epoch: 5 * start.epochs / 6, divisor: 100),
      ])
  }

  private static let detectorRate = 1e-3

  /// A start from random numbers takes larger steps; without batch norms they must stay smaller.
  private static func rateFromScratch(_ network: Architecture) -> Double {
    network.backbone == SSD300.Backbone.vgg16.rawValue ? 1e-3 : 1e-2
  }

  /// Two teachers for each of two students.
  private static let detectorSettings: [Setting] = [SSD300.Backbone.resnet18, .mobilenet].flatMap {
    student in
    [SSD300.Backbone.resnet50, .vgg16].map { teacher in
      // Nothing was released: the batch of the usual SSD recipe, and a share of the loss for the Lipschitz term, because
      // singular values of unlike detectors differ by orders of magnitude.
      Setting(
        ReleasedRecipe("\(teacher.rawValue)-\(student.rawValue)", batch: 32, share: 0.01),
        teacher: .ssd300(teacher, divisor: 1), student: .ssd300(student, divisor: 1),
        recipe: detectorRecipe)
    }
  }

  /// mAP on VOC2007 test of SSD300 trained on VOC07+12, %. OFD's two numbers for MobileNet are taken in the order of its
  /// two for ResNet-18.
  private static let precisions: [ReferenceCell] = [
    ("resnet50-resnet18", "teacher", "76.79", .d),
    ("vgg16-resnet18", "teacher", "77.50", .d),
    ("resnet50-mobilenet", "teacher", "76.79", .d),
    ("vgg16-mobilenet", "teacher", "77.50", .d),
    ("resnet50-resnet18", "student", "71.61", .d),
    ("vgg16-resnet18", "student", "71.61", .d),
    ("resnet50-mobilenet", "student", "67.58", .d),
    ("vgg16-mobilenet", "student", "67.58", .d),
    ("resnet50-resnet18", "ofd", "73.08", .c),
    ("vgg16-resnet18", "ofd", "72.38", .d),
    ("resnet50-mobilenet", "ofd", "68.54", .d),
    ("vgg16-mobilenet", "ofd", "68.45", .d),
    ("resnet50-resnet18", "london", nil, .unknown),
    ("vgg16-resnet18", "london", nil, .unknown),
    ("resnet50-mobilenet", "london", nil, .unknown),
    ("vgg16-mobilenet", "london", nil, .unknown),
  ].map { (row: (String, String, String?, ReferenceCell.Grade)) in
    ReferenceCell(
      table: "table4", setting: row.0, column: row.1, printed: row.2, unit: "%", grade: row.3)
  }
}
