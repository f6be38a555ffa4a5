import DurableFiles
import Foundation
import Measuring
import NeuralNet
import Results

/// A few photos with their truth and what the networks of a table made of them.
public struct TablePanel {
  /// A photo on disk.
  struct Photo {
    let file: URL
    let width: Int
    let height: Int
  }

  /// Names the photos in the file's name.
  let digest: String
  let photos: [Photo]
  /// Columns that need no network, each with a cell for every photo.
  let truth: [(title: String, cells: [ImagePanel.Cell])]
  /// What a network makes of the photos.
  let cells: (any Network) throws -> [ImagePanel.Cell]

  /// Photos of a panel.
  static let photoCount = 5

  /// How the names of a table's panels begin.
  static func prefix(_ table: String) -> String { "\(table)-panel-" }

  /// Writes a panel for every setting under the directory of the runs, with the checkpoints of the first seed, and
  /// returns their places.
  func write(_ runs: [RunPlan], of table: PaperTable, _ options: RunOptions) throws -> [URL] {
    var files: [URL] = []
    for setting in Set(runs.map(\.setting.id)).sorted() {
      let own = runs.filter { isOf(setting, $0, table) }
      var columns = truth
      for run in own where run.seed == own.first?.seed {
        let file = try run.withTeacher(in: options.runs).folder(in: options.runs)
          .appendingPathComponent("last.lskd")
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        let network = try ModelCheckpoint(
          contentsOf: file, device: options.place.device, layout: options.place.layout
        ).network
        columns.append((run.methodName, try cells(network)))
      }
      let rows = try photos.enumerated().map { index, photo in
        ImagePanel.Row(
          photo: try FileError.reading(photo.file), width: photo.width, height: photo.height,
          columns: columns.map { $0.cells[index] })
      }
      let name = "\(setting)-\(own.first?.budget.name ?? "")-\(digest.prefix(8)).svg"
      let place = options.runs.appendingPathComponent(Self.prefix(table.id) + name)
      try AtomicFile.write(ImagePanel(titles: columns.map(\.title), rows: rows).svg, to: place)
      files.append(place)
    }
    return files
  }

  /// Teachers are shared by settings; the network tells whose they are.
  private func isOf(_ setting: String, _ run: RunPlan, _ table: PaperTable) -> Bool {
    guard run.role == .teacher else { return run.setting.id == setting }
    return table.settings.first { $0.id == setting }?.teacher == run.setting.teacher
  }
}
