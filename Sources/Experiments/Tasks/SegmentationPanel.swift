import Datasets
import Foundation
import Images
import Results
import Training

extension SegmentationSource {
  /// Photos of the test set beside their masks and those that networks predict, in the devkit's colours.
  public func panel() throws -> TablePanel? {
    let photos = test.first(TablePanel.photoCount)
    let masks = try photos.samples.map { sample -> ImagePanel.Cell in
      let mask = try sample.decoded().mask
      return try mask.map { .picture(try Self.png($0)) } ?? .marks([])
    }
    return TablePanel(
      digest: test.digest,
      photos: photos.samples.map { .init(file: $0.photo, width: $0.width, height: $0.height) },
      truth: [("photo", photos.samples.map { _ in .marks([]) }), ("truth", masks)],
      cells: { network in
        var cells: [ImagePanel.Cell] = []
        try SegmentationEvaluator.predict(network, on: photos, shortSide: nil) { batch, classes in
          cells.append(
            .picture(
              try Self.png(
                Raster(width: batch.width, height: batch.height, channels: 1, bytes: classes))))
        }
        return cells
      })
  }

  private static func png(_ mask: Raster) throws -> Data {
    try ImageFile.png(mask, palette: VOCPalette.colors)
  }
}
