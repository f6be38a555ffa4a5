import DurableFiles
package import Foundation
import Results

extension RunPlan {
  /// Where the run's folder lies.
  func folder(in runs: URL) -> URL { runs.appendingPathComponent(folderName) }

  /// What the run's folder says of it; nil where there is none.
  func record(in runs: URL) throws -> RunRecord? { try RunFolder.readRecord(in: folder(in: runs)) }

  /// The plan with the checkpoint of its teacher, where that is trained already.
  package func withTeacher(in runs: URL) throws -> RunPlan {
    var plan = self
    plan.teacherCheckpoint = try teacher?.finishedRecord(in: runs)?.last?.sha256
    return plan
  }

  /// Throws unless the run's last checkpoint is the one that its record tells of.
  func checkCheckpoint(_ record: RunRecord, in runs: URL) throws {
    let file = folder(in: runs).appendingPathComponent("last.lskd")
    guard let known = record.last?.sha256 else {
      throw ForeignCheckpoint(
        description: "the record beside \(file.path) tells of no checkpoint: remove the folder")
    }
    let found = try Digest.sha256(fileAt: file)
    guard found == known else {
      throw ForeignCheckpoint(
        description: "the teacher \(file.path) is not the one that its record tells of (SHA-256 "
          + "\(found.prefix(12)) instead of \(known.prefix(12))): put the right file back, or remove "
          + "its folder to train the teacher anew")
    }
  }
}

/// A teacher's file was changed after its training; programs end with exit code 1.
struct ForeignCheckpoint: Error, CustomStringConvertible {
  let description: String
}
