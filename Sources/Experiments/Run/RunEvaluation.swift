import DurableFiles
import Foundation
import Measuring
import Results

/// The evaluation of a finished run's last checkpoint, beside its record.
struct RunEvaluation {
  let plan: RunPlan
  let data: any RunData
  let options: RunOptions
  /// The checkpoint of the run's teacher; nil without one.
  let teacherFile: URL?

  /// Measures the checkpoint and writes `predictions.bin` and `evaluation.json`, unless they are there already. Data that
  /// are measured in no such way have neither. True where something was written.
  func write(_ record: RunRecord, into folder: RunFolder) throws -> Bool {
    guard let evaluate = data.finalEvaluation, record.status == .finished,
      record.evaluation == nil, let last = record.last
    else { return false }
    let checkpoint = try checkpoint(folder.last)
    guard checkpoint.sha256 == last.sha256 else {
      throw ForeignCheckpoint(
        description: "\(folder.last.path) is not the checkpoint that its record tells of (SHA-256 "
          + "\(checkpoint.sha256.prefix(12)) instead of \(last.sha256.prefix(12))): put the right file back, or "
          + "remove its folder to train it anew")
    }
    let teacher = try plan.method?.usesTeacher ?? false ? teacherFile.map(self.checkpoint) : nil
    if let teacher, let teacherFile {
      try teacher.check(record.teacher?.checkpointHash, teacherFile)
    }
    let evaluation = try evaluate(checkpoint, teacher)
    try AtomicFile.write(evaluation.predictions, to: folder.predictions)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(evaluation.result) + Data("\n".utf8), to: folder.evaluation)
    return true
  }

  private func checkpoint(_ file: URL) throws -> ModelCheckpoint {
    try ModelCheckpoint(
      contentsOf: file, device: options.place.device, layout: options.place.layout)
  }
}
