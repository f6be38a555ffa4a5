import Datasets
public import Foundation
import JSON
import Results
import Training
import UserErrors

/// The evaluation of a classifier's checkpoint.
public struct EvaluationJob {
  private let file: URL
  private let checkpoint: ModelCheckpoint
  private let test: ImageDataset

  /// Reads the test images: those of a directory, the synthetic ones of the smoke budget, or, where neither is asked for,
  /// those that the checkpoint was measured with.
  public init(
    checkpoint: ModelCheckpoint, file: URL, directory: URL?, synthetic: Bool
  ) throws {
    guard directory == nil || !synthetic else {
      throw UsageError("--data and --synthetic name different images: choose one")
    }
    self.checkpoint = checkpoint
    let side = checkpoint.imageSize
    func sized(_ images: ImageDataset) throws -> ImageDataset {
      try side.map { try images.averaged(toSide: $0) } ?? images
    }
    test =
      if let directory {
        try sized(CIFAR100.load(.test, from: directory))
      } else if synthetic {
        try sized(SyntheticCIFAR100.ofSmokeBudget().dataset(.test))
      } else {
        try MeasuredImages(of: checkpoint, file, flags: "--data DIR or --synthetic")
          .records(side: side)
      }
    guard checkpoint.network.classCount == test.classCount else {
      throw UsageError(
        "\(file.path) has \(checkpoint.network.classCount) classes, the images have \(test.classCount)"
      )
    }
    self.file = file
  }

  /// Measures and returns the result as text or JSON, errors in % with full precision.
  public func run(json: Bool) throws -> String {
    let errors = try checkpoint.measured {
      try evaluate($0, on: test, pipeline: .cifar100Test, batchSize: 250)
    }
    let (top1, top5) = (errors[.top1Error] ?? .nan, errors[.top5Error] ?? .nan)
    guard !json else {
      return JSONValue.object([
        "task": "classification",
        "metrics": .object([
          "top1_error": .number(top1), "top5_error": .number(top5),
        ]),
        "count": .integer(test.count), "checkpoint": .string(checkpoint.sha256),
      ]).canonical
    }
    var lines = [
      "checkpoint   \(file.path)", "sha256       \(checkpoint.sha256)",
      "network      \(checkpoint.architecture)",
      "data         \(test.name), test, \(test.count) images",
      "data sha256  \(test.digest)", "top-1 error  \(top1) %",
      "top-5 error  \(top5) %",
    ]
    if let recorded = checkpoint.metadata["top1_error"],
      checkpoint.metadata["dataset_test_sha256"] == test.digest
    {
      lines.append(
        recorded == "\(top1)"
          ? "equal to the error recorded in training" : "recorded in training: \(recorded) %")
    }
    return lines.joined(separator: "\n")
  }
}
