import Datasets
import Detection
import DurableFiles
import Foundation
import Results
import Training

/// Photos with the annotated boxes and those that the networks of a table found.
struct DetectionPanel {
  private let data: DetectionSource
  private let options: RunOptions

  private static let photos = 5
  /// Detections that are drawn.
  private static let smallestScore: Float = 0.3

  init(_ data: DetectionSource, _ options: RunOptions) {
    self.data = data
    self.options = options
  }

  /// Writes a panel for every setting under the directory of the runs, with the checkpoints of the first seed, and
  /// returns their places.
  func write(_ runs: [RunPlan]) throws -> [URL] {
    let photos = data.test.first(Self.photos)
    var files: [URL] = []
    for setting in Set(runs.map(\.setting.id)).sorted() {
      let own = runs.filter { $0.setting.id == setting || $0.role == .teacher }
      var columns = [("annotated", photos.samples.map(annotated))]
      for run in own where run.seed == own.first?.seed && isOf(setting, run) {
        let file = options.runs.appendingPathComponent(run.folderName)
          .appendingPathComponent("last.lskd")
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        let network = try ModelCheckpoint(
          contentsOf: file, device: options.device, layout: options.layout
        ).network
        let found = try DetectionEvaluator(training: photos, test: photos)
          .detections(of: network, on: photos)
        columns.append((run.methodName, zip(photos.samples, found).map(detected)))
      }
      let rows = try photos.samples.enumerated().map { index, sample in
        ImagePanel.Row(
          photo: try Data(contentsOf: sample.file), width: sample.width, height: sample.height,
          columns: columns.map { $0.1[index] })
      }
      let panel = ImagePanel(titles: columns.map(\.0), rows: rows)
      let name =
        "\(ReportJob.panelPrefix)\(setting)-\(own.first?.budget.rawValue ?? "")-\(data.test.digest.prefix(8)).svg"
      let place = options.runs.appendingPathComponent(name)
      try AtomicFile.write(panel.svg, to: place)
      files.append(place)
    }
    return files
  }

  /// Teachers are shared by settings; the network tells whose they are.
  private func isOf(_ setting: String, _ run: RunPlan) -> Bool {
    guard let known = Setting.detection.first(where: { $0.id == setting }) else { return false }
    return run.role != .teacher || run.setting.teacher == known.teacher
  }

  private func annotated(_ sample: DetectionDataset.Sample) -> [ImagePanel.Mark] {
    sample.objects.map { object in
      mark(
        object.pixels, object.label,
        VOCDevkit.classes[object.label] + (object.isDifficult ? " (difficult)" : ""))
    }
  }

  private func detected(
    _ sample: DetectionDataset.Sample, _ found: [DetectionDecoder.Detection]
  ) -> [ImagePanel.Mark] {
    found.filter { $0.score >= Self.smallestScore }.map { detection in
      mark(
        sample.pixels(of: detection.box), detection.label,
        VOCDevkit.classes[detection.label] + String(format: " %.2f", detection.score))
    }
  }

  /// The devkit counts pixels from 1.
  private func mark(_ box: [Double], _ label: Int, _ text: String) -> ImagePanel.Mark {
    .init(
      x: box[0] - 1, y: box[1] - 1, width: box[2] - box[0], height: box[3] - box[1], label: text,
      colour: VOCPalette.colors[label + 1])
  }
}
