import Foundation
import JSON
import Results
import Testing

/// Whether students' constants come closer, from records.
struct ConstantsReportTests {
  private func lipschitz(_ distance: Double) -> RunRecord.Lipschitz {
    // Two images: the teacher has 1 and 3, the student as much more as makes the distance.
    let teacher = [1.0, 3.0]
    let student = teacher.map { $0 + 2 * distance }
    return .init(
      images: 2, modules: [.init(teacher: teacher, raw: teacher, connected: student)])
  }

  private func run(_ method: String, seed: UInt64, error: Double, _ distances: [Double])
    -> RunRecord
  {
    var record = makeRecord(method: method, seed: seed, error: error)
    record.lipschitzAtStart = lipschitz(distances[0])
    record.epochs = distances.dropFirst().enumerated().map { index, distance in
      .init(
        epoch: index, learningRate: 0.1, losses: [:], gradientNorms: [:], measures: [:], seconds: 1,
        imagesPerSecond: 1, lipschitz: lipschitz(distance),
        gradients: .init(
          terms: [.init(name: "lipschitz", body: 3, connectors: 4)],
          cosines: [.init(first: "ce", second: "lipschitz", value: -0.5)]))
    }
    return record
  }

  @Test("a distance is the mean difference over the teacher's mean, and a record keeps it")
  func distance() throws {
    let module = try #require(lipschitz(0.25).modules.first)
    #expect(abs(try #require(module.connectedDistance) - 0.25) < 1e-12)
    #expect(module.rawDistance == 0)
    #expect(module.teacher?.mean == 2 && module.teacher?.deviation == 1)
    let record = run("london", seed: 0, error: 20, [0.5, 0.25])
    let copy = try JSONDecoder().decode(RunRecord.self, from: JSONEncoder().encode(record))
    #expect(copy == record)
  }

  @Test(
    "distances before, halfway and after, the gain over the method without the term, and how both go together"
  )
  func rows() throws {
    var records: [RunRecord] = []
    for (seed, gain) in [(UInt64(0), 1.0), (1, 2.0), (2, 3.0)] {
      records.append(makeRecord(method: "ofd", seed: seed, error: 30))
      // The larger the gain, the smaller the distance.
      records.append(run("london", seed: seed, error: 30 - gain, [0.9, 0.6, 0.5, 0.4 - gain / 10]))
    }
    let value = try JSONValue(json: Array(ConstantsReport(records).json.utf8))
    let row = try #require(value.array?.first?["methods"]?.array?.first)
    #expect(row["method"] == "london" && row["gain"] == .number(2))
    #expect(row["runs"] == .integer(3))
    func number(_ value: JSONValue?) -> Double { value.flatMap { Double($0.canonical) } ?? .nan }
    #expect(abs(number(row["correlation"]) + 1) < 1e-9)
    #expect(abs(number(row["connector_share"]) - 16.0 / 25) < 1e-9)
    #expect(number(row["cosines"]?["ce"]) == -0.5)
    let stages = row["modules"]?.array?.first?["connected"]?.array?.map { number($0) } ?? []
    #expect(zip(stages, [0.9, 0.5, 0.2]).allSatisfy { abs($0 - $1) < 1e-9 } && stages.count == 3)
  }

  @Test("a gain is over the same teacher's run, whichever table asked for it")
  func blocks() throws {
    var records: [RunRecord] = []
    for (teacher, ofd) in [("first", 30.0), ("second", 40.0)] {
      for seed in [UInt64(0), 1] {
        var base = makeRecord(method: "ofd", seed: seed, error: ofd)
        var own = run("london", seed: seed, error: ofd - 1, [0.9, 0.5, 0.4])
        own.table = "table6"
        base.teacher?.checkpointHash = teacher
        own.teacher?.checkpointHash = teacher
        var trained = makeRecord(method: "teacher", seed: seed, error: 20)
        trained.configurationHash = "teacher-c-0"
        trained.last?.sha256 = teacher
        trained.configuration = .object(["teacher": "one recipe"])
        records += [base, own, trained]
      }
    }
    let value = try JSONValue(json: Array(ConstantsReport(records).json.utf8))
    let row = try #require(value.array?.first?["methods"]?.array?.first)
    #expect(value.array?.count == 1)
    #expect(row["runs"] == .integer(4) && row["gain"] == .number(1))
  }

  @Test("records without measurements make no page")
  func old() {
    #expect(ConstantsReport([makeRecord(method: "london", seed: 0, error: 20)]).isEmpty)
  }
}
