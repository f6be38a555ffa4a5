import Distillation

extension VisionTask {
  /// The class of every pixel.
  public static let segmentation = VisionTask(
    id: "segmentation", metrics: .segmentation,
    softTargets: .init(taps: "logits of every pixel that is not void") {
      PixelSoftTargets(temperature: $0)
    }, releasedCounting: .overBatchAgain,
    drawsPanels: true, equalDepartures: departures
  ) { counting in SegmentationLoss(dividesByBatch: counting == .overBatchAgain) }

  private static let departures: @Sendable (Recipe) -> [String] = { recipe in
    let counting =
      "losses are not divided by the batch once more; pixels beyond a photo are void; the pyramid's dropout works in "
      + "every method"
    return recipe.connectorEpochs > 0
      ? [counting, "the connectors' own epoch comes on top, at their tenfold learning rate"]
      : [counting]
  }
}
