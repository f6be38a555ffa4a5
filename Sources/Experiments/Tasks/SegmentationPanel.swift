import Datasets
import Foundation
import Images
public import NeuralNet
public import Results
import Training

extension SegmentationSource {
  /// Photos of the test set beside their masks and those that networks predict, in the devkit's colours.
  public func panel() throws -> TablePanel? {
    let photos = test.first(TablePanel.poolCount)
    let masks = try photos.samples.map { sample -> ImagePanel.Cell in
      let mask = try sample.decoded().mask
      return try mask.map { .picture(try Self.png($0)) } ?? .marks([])
    }
    return TablePanel(
      digest: test.digest,
      photos: photos.samples.map { .init(file: $0.photo, width: $0.width, height: $0.height) },
      truth: [("photo", photos.samples.map { _ in .marks([]) }), ("truth", masks)],
      answers: { network in
        var answers: [TablePanel.Answer] = []
        try SegmentationEvaluator.predict(network, on: photos, shortSide: nil) { batch, classes in
          let mask = Raster(width: batch.width, height: batch.height, channels: 1, bytes: classes)
          answers.append(.init(cell: .picture(try Self.png(mask)), content: .pixels(classes)))
        }
        return answers
      })
  }

  /// The classes of the first photo's pixels, in the devkit's colours.
  public func pictures(of network: any Network) throws -> [TensorBoardFile.Picture] {
    var pictures: [TensorBoardFile.Picture] = []
    try SegmentationEvaluator.predict(network, on: test.first(1), shortSide: nil) {
      photo, classes in
      let colours = Raster(
        width: photo.width, height: photo.height, channels: 3,
        bytes: classes.flatMap { VOCPalette.colors[Int($0)] })
      pictures.append(try .init("test/first photo", colours))
    }
    return pictures
  }

  private static func png(_ mask: Raster) throws -> Data {
    try ImageFile.png(mask, palette: VOCPalette.colors)
  }
}
