import Foundation
import TestSupport
import Testing

/// Classifiers of photos as a user meets them.
@Suite(.serialized)
struct PhotoTableTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")

  private func json(_ text: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("table3 trains; its checkpoint measures the same, writes ranks and names what it sees")
  func table() throws {
    try inTemporaryDirectory { directory in
      let table = try repro(
        "table3", "--budget=smoke", "--methods=student,ofd,london", "--settings=mobilenet",
        "--threads=1", "--json", in: directory)
      #expect(table.code == 0, "\(table.errors)")
      #expect(table.errors.contains("2 runs learn side by side"))
      let runs = directory.appendingPathComponent("runs")
      let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      let run = try #require(names.first { $0.hasPrefix("table3-mobilenet-london") })
      let folder = runs.appendingPathComponent(run)
      let record = try json(
        String(contentsOf: folder.appendingPathComponent("record.json"), encoding: .utf8))
      let last = try #require((record["last"] as? [String: Any])?["measures"] as? [String: Double])
      // Eight photos of each of eight classes.
      let constant = record["constantPredictor"] as? [String: Double]
      #expect(constant == ["top1Error": 87.5, "top5Error": 37.5])
      let checkpoint = folder.appendingPathComponent("last.lskd").path
      let photos = runs.appendingPathComponent("synthetic-photos").path
      let named = try eval(
        checkpoint, "--imagenet", photos, "--predictions=ranks.tsv", "--json", in: directory)
      #expect(named.code == 0, "\(named.errors)")
      let metrics = try #require(json(named.output)["metrics"] as? [String: Double])
      #expect(metrics["top1_error"] == last["top1Error"])
      #expect(metrics["top5_error"] == last["top5Error"])
      // The header names the photos, which are made anew.
      #expect(try eval(checkpoint, "--json", in: directory).output == named.output)
      try ranks(directory, metrics)
      let asked = photos + "/val/class03"
      let seen = try eval("predict", checkpoint, asked, in: directory)
      #expect(seen.code == 0 && seen.output.hasPrefix(asked), "\(seen.errors)")
      // A photo and five classes for each.
      let lines = seen.output.split(separator: "\n")
      #expect(lines.count == 8 * 6 && lines[1].contains("% ") && lines[1].contains("class0"))
      try badRequests(directory, checkpoint, photos)
    }
  }

  /// The file of ranks counts to the same errors.
  private func ranks(_ directory: URL, _ metrics: [String: Double]) throws {
    let text = try String(
      contentsOf: directory.appendingPathComponent("ranks.tsv"), encoding: .utf8)
    let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: "\t") }
    #expect(rows.count == 64)
    for (key, limit) in [("top1_error", 1), ("top5_error", 5)] {
      let misses = rows.count { (Int($0[2]) ?? 0) > limit }
      #expect(metrics[key] == Double(misses) / 64 * 100)
    }
    for row in rows {
      let best = row[3].split(separator: " ")
      let rank = try #require(Int(row[2]))
      #expect(best.count == 5 && best.firstIndex(of: row[1]) == (rank <= 5 ? rank - 1 : nil))
    }
  }

  private func badRequests(_ directory: URL, _ checkpoint: String, _ photos: String) throws {
    for (arguments, word) in [
      ([checkpoint, "--voc", photos], "--voc does not go with"),
      ([checkpoint, "--imagenet", photos, "--side=3"], "a side of 8 to 2048 pixels"),
      ([checkpoint, "--set=train"], "--imagenet"),
      (["predict", checkpoint, "nothing.jpg"], "no photo"),
    ] {
      let result = try eval.run(arguments, in: directory)
      #expect(result.code == 2 && result.errors.contains(word), "\(result.errors)")
    }
    let other = try eval(checkpoint, "--imagenet=.", in: directory)
    #expect(other.code == 1 && other.errors.contains("no photos of the set val"))
  }
}
