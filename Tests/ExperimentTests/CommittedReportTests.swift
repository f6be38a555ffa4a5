import Experiments
import Foundation
import TestSupport
import Testing

struct CommittedReportTests {
  private static let reports = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Reports")
  private static let records = reports.appendingPathComponent("records")

  @Test(
    "the committed reports are those of the committed records, to the byte",
    .enabled(
      if: FileManager.default.fileExists(atPath: records.path), "no records are committed"))
  func bytes() throws {
    try inTemporaryDirectory { directory in
      let job = try ReportJob(runs: Self.records)
      #expect(job.unreadable.isEmpty)
      let files = try job.write(to: directory)
      #expect(files.count > 5)
      for file in files {
        let committed = Self.reports.appendingPathComponent(file.lastPathComponent)
        #expect(
          try Data(contentsOf: file) == Data(contentsOf: committed), "\(file.lastPathComponent)")
      }
    }
  }
}
