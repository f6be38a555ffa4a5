import Foundation
import TestSupport
import Testing

/// What is said of run folders once they are there.
@Suite(.serialized)
struct ReportProgramTests {
  private let repro = BuiltProgram("lskd-repro")

  private static let table = [
    "table2", "--budget", "smoke", "--epochs", "2", "--part", "0.25", "--methods", "student,kd",
    "--threads", "1",
  ]

  private func files(_ directory: URL) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { name in
        (name, try Data(contentsOf: directory.appendingPathComponent(name)))
      })
  }

  private func folder(_ runs: URL, _ part: String) throws -> URL {
    let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
    return runs.appendingPathComponent(try #require(names.first { $0.contains(part) }))
  }

  @Test("runs are reported, exported, verified, counted and merged; what was edited is named")
  func life() throws {
    try inTemporaryDirectory { directory in
      let runs = directory.appendingPathComponent("runs")
      let trained = try repro.run(Self.table, in: directory)
      #expect(trained.code == 0, "\(trained.errors)")
      try reports(directory)
      try plan(directory)

      let status = try repro("status", in: directory)
      #expect(status.code == 0 && status.output.contains("left: 0.0 TFLOP"), "\(status.output)")
      let verified = try repro("verify", "--measure", in: directory)
      #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
      #expect(verified.output.contains("3 runs, 0 at fault"))

      // A second machine.
      let merged = try repro("merge", "runs", "--runs", "other", in: directory)
      #expect(merged.code == 0 && merged.output.hasPrefix("3 runs copied"), "\(merged.errors)")
      let again = try repro("merge", "runs", "--runs", "other", in: directory)
      #expect(again.code == 0 && again.output.hasPrefix("0 runs copied"))
      try edit(try folder(runs, "-kd-"), directory)
    }
  }

  private func reports(_ directory: URL) throws {
    let absent = try repro("claims", "--runs", "absent", in: directory)
    #expect(absent.code == 1 && absent.output.isEmpty && absent.errors.contains("absent"))
    let first = try repro("report", "--html", "all.html", in: directory)
    #expect(first.code == 0, "\(first.errors)")
    let reports = try files(directory.appendingPathComponent("Reports"))
    for name in ["README.md", "claims.json", "table2.md", "table2.json", "table2.csv"] {
      #expect(reports[name] != nil, "\(name)")
    }
    let readme = String(decoding: reports["README.md"] ?? Data(), as: UTF8.self)
    #expect(readme.contains("| LONDON's students err less than OFD's. | c | **not run** |"))
    let page = String(decoding: reports["table2.md"] ?? Data(), as: UTF8.self)
    #expect(page.contains("agreement with teacher") && page.contains("noise 3, error %"))
    #expect(page.contains("Setting c, withheld: "))
    // Records alone give the same bytes.
    let exported = try repro("report", "--export", "records", in: directory)
    #expect(exported.code == 0, "\(exported.errors)")
    let second = try repro("report", "--runs", "records", "--output", "again", in: directory)
    #expect(second.code == 0, "\(second.errors)")
    #expect(try files(directory.appendingPathComponent("again")) == reports)
    let html = try String(
      contentsOf: directory.appendingPathComponent("all.html"), encoding: .utf8)
    #expect(html.contains("<section id=\"table2\">") && !html.contains("<img"))
    let claims = try repro("claims", "--json", in: directory)
    #expect(Data(claims.output.utf8).contains("london-beats-ofd".utf8), "\(claims.errors)")
  }

  private func plan(_ directory: URL) throws {
    func planned(_ format: String, _ seeds: String) throws -> String {
      let plan = try repro.run(
        ["plan"] + Self.table + ["--seeds", seeds, "--format", format], in: directory)
      #expect(plan.code == 0, "\(plan.errors)")
      return plan.output
    }
    #expect(try planned("jsonl", "0").trimmingCharacters(in: .whitespacesAndNewlines) == "")
    let lines = try planned("jsonl", "0,1").split(separator: "\n")
    #expect(lines.count == 1)
    #expect(
      lines.first?.contains(
        "lskd-repro run table2 --budget smoke --epochs 2 --part 0.25 --methods student,kd --threads 1 --settings c "
          + "--seeds 1 --teacher-seeds 0") == true)
    let make = directory.appendingPathComponent("Makefile")
    try planned("make", "1,2").write(to: make, atomically: true, encoding: .utf8)
    let check = try repro.shell("make -n --no-print-directory | wc -l", [], in: directory)
    #expect(check.output.trimmingCharacters(in: .whitespacesAndNewlines) == "2", "\(check.errors)")
    // A teacher from a file has no seeds of which a task could name one.
    let teacher = try folder(directory.appendingPathComponent("runs"), "teacher-")
      .appendingPathComponent("last.lskd").path
    let given = try repro.run(
      ["plan"] + Self.table + ["--seeds", "1", "--teacher", teacher, "--format", "jsonl"],
      in: directory)
    #expect(given.code == 0 && given.output.contains("--teacher "), "\(given.errors)")
    #expect(!given.output.contains("--teacher-seeds"))
    let slurm = directory.appendingPathComponent("slurm")
    try planned("slurm", "1,2").write(to: slurm, atomically: true, encoding: .utf8)
    #expect(try repro.shell("bash -n slurm", [], in: directory).code == 0)
  }

  private func edit(_ run: URL, _ directory: URL) throws {
    let file = run.appendingPathComponent("record.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    var record = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let result = try #require(record["last"] as? [String: Any])
    // Without its deviations a smoke run would stand beside the paper's numbers.
    record["deviations"] = [Any]()
    record["budget"] = "smoke"
    try JSONSerialization.data(withJSONObject: record).write(to: file)
    let comparable = try repro("verify", in: directory)
    #expect(comparable.code == 1)
    #expect(comparable.output.contains("budget smoke is not the paper's recipe"))
    let error = try #require((result["measures"] as? [String: Double])?["top1Error"])
    let written = try #require(
      ["\(error)", "\(Int(error))"].first { text.contains("\"top1Error\" : \($0)") })
    try text.replacing("\"top1Error\" : \(written)", with: "\"top1Error\" : 1.5")
      .write(to: file, atomically: true, encoding: .utf8)
    let verified = try repro("verify", in: directory)
    #expect(verified.code == 1)
    #expect(verified.output.contains("events.jsonl are not those of the record"))
    let report = try repro("report", in: directory)
    #expect(report.errors.contains("does not count"), "\(report.errors)")
    let merge = try repro("merge", "runs", "--runs", "other", in: directory)
    #expect(merge.code == 1 && merge.errors.contains("do not add up"), "\(merge.errors)")
  }
}
