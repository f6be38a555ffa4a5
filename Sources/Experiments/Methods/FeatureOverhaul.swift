import Distillation
import NeuralNet
import TensorCore
import Training

extension MethodCard {
  /// The feature loss of OFD; with the Lipschitz term it is LONDON.
  public static let ofd = MethodCard(
    "ofd", "Heo et al. 2019 (OFD)", isInPaper: true, family: .overhaul, connectsTaps: true,
    guidedNames: Dictionary(
      uniqueKeysWithValues: [(.differentiable, "london"), (.stopGradient, "london-released")]
        + LipschitzControl.allCases.map { (.control($0), "london-\($0.rawValue)") }),
    uses: [
      .classification: overhaul(MethodUse.rawStages, weight: 1e-3),
      // Its paper names the weight; VGG-16 has no batch norms to take margins from.
      .detection: overhaul(
        "\(MethodUse.maps), before ReLU", weight: 1e-5,
        constants: [
          "margin_batches": Double(marginBatches), "margin_batch_size": Double(marginBatch),
        ]),
      .segmentation: overhaul(
        "\(MethodUse.segmentationMaps), before ReLU", weight: 1e-5, tapWeights: segmentationTaps,
        connectorEpochs: 1),
    ])

  /// Of OFD's code for DeepLabV3+.
  private static let segmentationTaps = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1, 1, 1.0 / 16]
  private static let (marginBatches, marginBatch) = (4, 8)

  private static func overhaul(
    _ taps: String, weight: Double, tapWeights: [Double]? = nil,
    constants: [String: Double] = [:], connectorEpochs: Int = 0
  ) -> MethodUse {
    var own = Margin.constants.merging(constants) { first, _ in first }
    for (index, weight) in (tapWeights ?? []).enumerated() {
      own["tap_weight_\(index + 1)"] = weight
    }
    return MethodUse(
      taps: taps, weight: weight, constants: own, connectorEpochs: connectorEpochs
    ) { context in
      // The loss is divided by the batch. Where a task has weights of the taps, its own loss is so too as released, and is
      // not under `equal`.
      let isMean = tapWeights != nil && context.counting == .mean
      return try FeatureOverhaulObjective(
        student: context.student, teacher: context.teacher, connectors: context.store,
        coefficient: isMean ? context.weight * Double(context.batchSize) : context.weight,
        task: context.task, samples: try samples(for: context.teacher.network, context.data),
        weights: tapWeights)
    }
  }

  /// Batches that tell the mean negative responses of a teacher without batch norms; the same for every method and
  /// seed.
  private static func samples(for teacher: any Network, _ data: any RunData) throws -> [Tensor] {
    guard teacher.tapNorms.contains(where: { $0 == nil }) else { return [] }
    let loader = data.loader(batchSize: marginBatch, seed: 0, threads: 0)
    return try loader.batches(ofEpoch: 0, startingAt: 0, like: teacher.store)
      .prefix(marginBatches).map { try $0.get().images }
  }
}
