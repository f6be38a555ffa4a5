import ModelZoo
import NeuralNet
import Results
import Training

extension PaperTable {
  /// DeepLabV3+ segmentations under every method.
  public static let table5 = PaperTable(
    "table5", "VOC mean intersection over union of DeepLabV3+ under every method.",
    title:
      "semantic segmentation with DeepLabV3+, mean intersection over union of VOC's validation set, %",
    note:
      "One confusion matrix over the set, void dropped, the mean over 21 classes. Scaled: photos and masks with the short "
      + "side of the recipe, 513 in the paper's, as the released code measures; native: as large as they are. The truth of "
      + "the test set is on the server alone: what it said of a run is printed where its folder holds it "
      + "(`test-server.json`).",
    recipe: segmentationRecipe,
    data: DataSource(options: [.trainingSets, .testSets, .sbd, .skipsBad, .rehashes]) {
      request, budget, runs in
      try SegmentationSource(
        try PhotoRequest(.voc12, request), segmentationRecipe.extent(budget), runs: runs)
    }, settings: segmentationSettings, choosesTerm: true,
    server: .init(title: "test server", figure: "miou"), references: overlaps,
    trialsTitle:
      "choice of weights, mean intersection over union on a held-out tenth of the training photos, %"
  )

  /// The recipe of OFD's code; from random numbers batches are smaller and teachers learn twice as long.
  private static let segmentationRecipe = TableRecipe(
    table: "table5", trialsTable: "tune-table5", task: .segmentation, dataName: "VOC",
    pipeline: "ofd-mirror-scale-crop-blur",
    full: .init(epochs: 50, imageSize: SegmentationEvaluator.paperShortSide),
    reduced: .init(
      epochs: 20, teacherEpochs: 40, batchSize: 8, imageSize: 97,
      synthetic: .init(training: 1200, test: 300)),
    smoke: .init(
      epochs: 4, teacherEpochs: 8, batchSize: 8, imageSize: 65,
      synthetic: .init(training: 24, test: 8)),
    sizing: .scaled, optimizer: .init(nesterov: true), hasReleasedCode: false,
    pretrainedRate: segmentationRate
  ) { start in
    .polynomial(base: start.isPretrained ? segmentationRate : rateFromScratch, power: 0.9)
  }

  private static let segmentationRate = 0.007
  /// A start from random numbers takes larger steps.
  private static let rateFromScratch = 0.03

  /// One teacher for each of two students.
  private static let segmentationSettings: [Setting] =
    [DeepLabV3Plus.Backbone.resnet18, .mobilenet].map { student in
      // Of OFD's code the batch; a share of the loss for the Lipschitz term, as for detectors.
      Setting(
        ReleasedRecipe("resnet101-\(student.rawValue)", batch: 12, share: 0.01),
        teacher: .deepLab(.resnet101, divisor: 1), student: .deepLab(student, divisor: 1),
        recipe: segmentationRecipe)
    }

  /// mIoU, %, on VOC2012 val by OFD's repository, and by the test server as OFD's paper is quoted.
  private static let overlaps: [ReferenceCell] = [
    ("resnet101-resnet18", "teacher", "77.89", .a, .authors),
    ("resnet101-mobilenet", "teacher", "77.89", .a, .authors),
    ("resnet101-resnet18", "student", "72.07", .a, .authors),
    ("resnet101-mobilenet", "student", "68.46", .a, .authors),
    ("resnet101-resnet18", "ofd", "73.98", .a, .authors),
    ("resnet101-mobilenet", "ofd", "71.19", .a, .authors),
    ("resnet101-resnet18", "teacher", "77.39", .c, .server),
    ("resnet101-mobilenet", "teacher", "77.39", .c, .server),
    ("resnet101-resnet18", "student", "71.79", .c, .server),
    ("resnet101-mobilenet", "student", "68.44", .c, .server),
    ("resnet101-resnet18", "ofd", "73.24", .c, .server),
    ("resnet101-mobilenet", "ofd", "71.36", .c, .server),
    ("resnet101-resnet18", "london", nil, .unknown, .server),
    ("resnet101-mobilenet", "london", nil, .unknown, .server),
  ].map {
    (row: (String, String, String?, ReferenceCell.Grade, ReferenceCell.Judge)) in
    ReferenceCell(
      table: "table5", setting: row.0, column: row.1, printed: row.2, unit: "%", grade: row.3,
      judge: row.4)
  }
}
