import DurableFiles
import Foundation
import Measuring
import NeuralNet
import Results

/// The photos on which the networks of a table differ most, of the first ones of a test set, with their truth and what each
/// network made of them.
public struct TablePanel {
  /// A photo on disk.
  struct Photo {
    let file: URL
    let width: Int
    let height: Int
  }

  /// What a network makes of a photo.
  struct Answer {
    let cell: ImagePanel.Cell
    /// What it says of the photo's places, or, as a list of any length, of its objects.
    let content: Content

    /// The part of an answer that is compared.
    enum Content {
      /// A class for every pixel.
      case pixels([UInt8])
      /// The classes of objects.
      case objects([Int])

      /// How far two answers lie apart, 0 to 1: pixels of another class, or objects that only one of them has.
      func distance(to other: Content) -> Double {
        switch (self, other) {
        case (.pixels(let own), .pixels(let its)):
          return Double(zip(own, its).count { $0 != $1 }) / Double(max(own.count, 1))
        case (.objects(let own), .objects(let its)):
          let counts = [own, its].map { Dictionary(grouping: $0) { $0 }.mapValues(\.count) }
          let shared = counts[0].reduce(0) { $0 + min($1.value, counts[1][$1.key] ?? 0) }
          let all = max(own.count, its.count)
          return all == 0 ? 0 : 1 - Double(shared) / Double(all)
        default: return 1
        }
      }
    }
  }

  /// Names the photos in the file's name.
  let digest: String
  let photos: [Photo]
  /// Columns that need no network, each with a cell for every photo.
  let truth: [(title: String, cells: [ImagePanel.Cell])]
  /// What a network makes of the photos.
  let answers: (any Network) throws -> [Answer]

  /// Photos of which those of a panel are chosen.
  static let poolCount = 40
  private static let photoCount = 5

  /// How the names of a table's panels begin.
  static func prefix(_ table: String) -> String { "\(table)-panel-" }

  /// Writes a panel for every setting under the directory of the runs, with the checkpoints of the first seed, and
  /// returns their places.
  func write(_ runs: [RunPlan], of table: PaperTable, _ options: RunOptions) throws -> [URL] {
    var files: [URL] = []
    for setting in Set(runs.map(\.setting.id)).sorted() {
      let own = runs.filter { isOf(setting, $0, table) }
      var columns: [(title: String, answers: [Answer])] = []
      for run in Self.firstBlock(of: own) {
        let file = try run.withTeacher(in: options.runs).folder(in: options.runs)
          .appendingPathComponent("last.lskd")
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        let network = try ModelCheckpoint(
          contentsOf: file, device: options.place.device, layout: options.place.layout
        ).network
        columns.append((run.methodName, try answers(network)))
      }
      let rows = try Self.chosen(columns.map { $0.answers.map(\.content) }, of: photos.count).map {
        index in
        ImagePanel.Row(
          photo: try FileError.reading(photos[index].file), width: photos[index].width,
          height: photos[index].height,
          columns: truth.map { $0.cells[index] } + columns.map { $0.answers[index].cell })
      }
      let name = "\(setting)-\(own.first?.budget.name ?? "")-\(digest.prefix(8)).svg"
      let place = options.runs.appendingPathComponent(Self.prefix(table.id) + name)
      try AtomicFile.write(
        ImagePanel(titles: truth.map(\.title) + columns.map(\.title), rows: rows).svg, to: place)
      files.append(place)
    }
    return files
  }

  /// The photos whose answers lie furthest apart, the mean over all pairs of networks, in the set's order.
  static func chosen(_ networks: [[Answer.Content]], of count: Int) -> [Int] {
    let differences = (0..<count).map { photo in
      var sum = 0.0
      for (index, one) in networks.enumerated() {
        for other in networks[..<index] { sum += one[photo].distance(to: other[photo]) }
      }
      return sum
    }
    let order = (0..<count).sorted { (differences[$1], $0) < (differences[$0], $1) }
    return order.prefix(photoCount).sorted()
  }

  /// The first student's seed with its teacher.
  private static func firstBlock(of runs: [RunPlan]) -> [RunPlan] {
    let students = runs.filter { $0.role != .teacher }
    guard let first = students.first(where: { $0.teacher != nil }) ?? students.first else {
      return runs
    }
    return runs.filter { run in
      guard run.role != .teacher else { return run.seed == first.teacherSeed }
      return run.seed == first.seed
        && (run.teacher == nil || run.teacherSeed == first.teacherSeed)
    }
  }

  /// Teachers are shared by settings; the network tells whose they are.
  private func isOf(_ setting: String, _ run: RunPlan, _ table: PaperTable) -> Bool {
    guard run.role == .teacher else { return run.setting.id == setting }
    return table.settings.first { $0.id == setting }?.teacher == run.setting.teacher
  }
}
