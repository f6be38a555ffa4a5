import Datasets
import Detection
import Foundation
import Images
public import NeuralNet
public import Results
import Training

extension DetectionSource {
  /// Photos of the test set with the annotated boxes and those that networks found.
  public func panel() -> TablePanel? {
    let photos = test.first(TablePanel.poolCount)
    return TablePanel(
      digest: test.digest,
      photos: photos.samples.map { .init(file: $0.file, width: $0.width, height: $0.height) },
      truth: [("annotated", photos.samples.map(Self.annotated))],
      answers: { network in
        let found = try DetectionEvaluator(training: photos, test: photos)
          .detections(of: network, on: photos)
        return zip(photos.samples, found).map(Self.detected)
      })
  }

  /// The first photo with the boxes that a network finds.
  public func pictures(of network: any Network) throws -> [TensorBoardFile.Picture] {
    let first = test.first(1)
    let found = try DetectionEvaluator(training: first, test: first).detections(
      of: network, on: first)
    return try zip(first.samples, found).map { sample, detections in
      var photo = try ImageFile.photo(sample.file)
      for detection in detections where detection.score >= Self.smallestScore {
        photo.outline(
          sample.pixels(of: detection.box).map { Int($0) - 1 },
          VOCPalette.colors[detection.label + 1])
      }
      return try .init("test/first photo", photo)
    }
  }

  /// Detections that are drawn.
  private static let smallestScore: Float = 0.3

  private static func annotated(_ sample: DetectionDataset.Sample) -> ImagePanel.Cell {
    .marks(
      (sample.objects ?? []).map { object in
        mark(
          object.pixels, object.label,
          VOCDevkit.classes[object.label] + (object.isDifficult ? " (difficult)" : ""))
      })
  }

  private static func detected(
    _ sample: DetectionDataset.Sample, _ found: [DetectionDecoder.Detection]
  ) -> TablePanel.Answer {
    let drawn = found.filter { $0.score >= smallestScore }
    let marks = drawn.map { detection in
      mark(
        sample.pixels(of: detection.box), detection.label,
        VOCDevkit.classes[detection.label] + String(format: " %.2f", detection.score))
    }
    return .init(cell: .marks(marks), content: .objects(drawn.map(\.label)))
  }

  /// The devkit counts pixels from 1.
  private static func mark(_ box: [Double], _ label: Int, _ text: String) -> ImagePanel.Mark {
    .init(
      x: box[0] - 1, y: box[1] - 1, width: box[2] - box[0], height: box[3] - box[1], label: text,
      colour: VOCPalette.colors[label + 1])
  }
}
