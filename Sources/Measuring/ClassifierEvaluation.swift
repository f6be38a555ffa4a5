public import Datasets
import DurableFiles
import Evaluation
public import Foundation
public import Results
import Training

/// The evaluation of a finished classifier image by image, with the file of what it said.
public struct ClassifierEvaluation {
  /// What a record keeps.
  public let result: FinalEvaluation
  /// `LSKDPRED`, a version, then one byte per image: labels, choices, confidences in 255ths.
  public let predictions: Data

  /// The beginning of a file of predictions.
  static let magic = Data("LSKDPRED".utf8) + [1]

  /// Measures a network, beside its teacher where it has one, on test images and on worse ones.
  public init(
    of checkpoint: ModelCheckpoint, teacher: ModelCheckpoint?, on test: ImageDataset,
    pipeline: ImagePipeline
  ) throws {
    let own = try checkpoint.measured { try answers($0, on: test, pipeline: pipeline) }
    let its = try teacher?.measured { try answers($0, on: test, pipeline: pipeline) }
    guard let packed = own.packed else {
      throw EvaluationError("predictions of more than 256 classes have no file yet")
    }
    predictions = Self.magic + packed
    var corruptions: [FinalEvaluation.Corruption] = []
    for corruption in ImageCorruption.all {
      let worse = test.corrupted(by: corruption)
      let error = try checkpoint.measured {
        try answers($0, on: worse, pipeline: pipeline).errorPercent
      }
      corruptions.append(
        .init(kind: corruption.kind.rawValue, strength: corruption.strength, error: error))
    }
    let fidelity = its.flatMap { teacher in
      own.agreementPercent(with: teacher).flatMap { agreement in
        own.divergence(from: teacher).map { .init(agreement: agreement, divergence: $0) }
      } as FinalEvaluation.Fidelity?
    }
    result = FinalEvaluation(
      checkpoint: checkpoint.sha256, images: own.count, correct: Self.bits(own),
      predictions: Digest.sha256(predictions), choices: Set(own.choices).count,
      constantPredictor: constantErrors(own.labels),
      calibrationError: own.calibrationErrorPercent(),
      fidelity: fidelity, corruptions: corruptions)
  }

  private static func bits(_ answers: ClassifierAnswers) -> Data {
    var bytes = Data(count: (answers.count + 7) / 8)
    for image in 0..<answers.count where answers.labels[image] == answers.choices[image] {
      bytes[image >> 3] |= 1 << (image & 7)
    }
    return bytes
  }
}
