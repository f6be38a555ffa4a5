import Distillation

/// What is known of a method apart from its code: where it comes from, what it reads and its constants.
public struct MethodDescription: Sendable {
  /// What the weight multiplies.
  public enum WeightKind: Sendable {
    /// The loss; the cross-entropy has weight 1.
    case factor
    /// The loss; the cross-entropy has what is left of 1.
    case share
  }

  /// Whose recipe the method follows under the `released` protocol.
  public enum Family: String, Sendable {
    /// The OFD and LONDON code.
    case overhaul = "OFD"
    /// RepDistiller, and mdistiller, which took its recipe over.
    case repDistiller = "RepDistiller"
    /// Knowledge-Distillation-Zoo.
    case zoo = "Knowledge-Distillation-Zoo"
  }

  /// Authors and year.
  public let paper: String
  /// What it reads of both networks.
  public let taps: String
  /// Constants besides the weight.
  public let constants: String
  /// The authors' or their code's weight.
  public let weight: Double
  /// What the weight multiplies.
  public let weightKind: WeightKind
  /// Whose recipe it follows under `released`.
  public let family: Family
  /// Share of the full recipe's epochs over which the weight rises; 0 without a rise.
  let warmUp: Double
  /// Learning rate of the preparation; nil without one.
  let preparationRate: PreparationRate?

  /// Learning rate of a preparation.
  enum PreparationRate: Hashable, Sendable {
    case base
    case fixed(Double)
  }

  private init(
    _ paper: String, taps: String, _ constants: String = "-", weight: Double,
    _ kind: WeightKind = .factor, _ family: Family = .repDistiller, warmUp: Double = 0,
    preparation: PreparationRate? = nil
  ) {
    self.paper = paper
    self.taps = taps
    self.constants = constants
    self.weight = weight
    weightKind = kind
    self.family = family
    self.warmUp = warmUp
    preparationRate = preparation
  }

  /// The weights that `tune` tries, the usual one among them: the same number for every method.
  public var trialWeights: [Double] {
    switch weightKind {
    case .factor: [weight / 4, weight, weight * 4]
    case .share: [0.5, 0.9, 1]
    }
  }

  /// The description of a method without the Lipschitz term; nil for the student alone.
  public init?(_ base: Method.Base) {
    let stages = "stages 1 to 3, behind ReLU"
    switch base {
    case .student: return nil
    case .kd: self.init("Hinton et al. 2015", taps: "logits", "T = 4", weight: 0.9, .share)
    case .fitnets:
      self.init(
        "Romero et al. 2015", taps: "stage 2, behind ReLU", "1 x 1 regressor", weight: 100)
    case .at: self.init("Zagoruyko and Komodakis 2017", taps: stages, weight: 1000)
    case .jacobian:
      self.init(
        "Srinivas and Fleuret 2018", taps: "gradient of the true logit by the image", weight: 20,
        .factor, .zoo)
    case .ft:
      self.init(
        "Kim et al. 2018", taps: "stage 3, behind ReLU", "paraphraser rate 0.5, absolute distance",
        weight: 500, preparation: .fixed(0.01))
    case .ab:
      self.init(
        "Heo et al. 2019 (AB)", taps: "stages 1 to 3, before ReLU",
        "margin 1; then soft targets, T = 3", weight: 1, .share, preparation: .base)
    case .afd:
      self.init(
        "Wang et al. 2019", taps: stages, "attention factor 1", weight: 500, .factor, .zoo)
    case .ofd:
      self.init(
        "Heo et al. 2019 (OFD)", taps: "stages 1 to 3, before ReLU", "margins from batch norms",
        weight: 1e-3, .factor, .overhaul)
    case .sp: self.init("Tung and Mori 2019", taps: "stage 3, behind ReLU", weight: 3000)
    case .cc:
      self.init("Peng et al. 2019", taps: "pooled stage 3", "128 numbers", weight: 0.02)
    case .rkd:
      self.init(
        "Park et al. 2019", taps: "pooled stage 3", "25 distance + 50 angle", weight: 1)
    case .pkt: self.init("Passalis and Tefas 2018", taps: "pooled stage 3", weight: 30_000)
    case .nst: self.init("Huang and Wang 2017", taps: stages, "polynomial kernel", weight: 50)
    case .fsp:
      self.init("Yim et al. 2017", taps: stages, "preparation only", weight: 1, preparation: .base)
    case .vid: self.init("Ahn et al. 2019", taps: stages, "first variance 5", weight: 1)
    case .crd:
      self.init(
        "Tian et al. 2020", taps: "pooled stage 3",
        "T = 0.07, 128 numbers, memory 0.5, \(Self.negatives) negatives of 50,000 images, in proportion "
          + "for fewer", weight: 0.8)
    case .dkd:
      self.init(
        "Zhao et al. 2022", taps: "logits", "alpha 1, beta 8, T = 4", weight: 1, .factor,
        .repDistiller, warmUp: Self.mdistillerWarmUp)
    case .reviewkd:
      self.init(
        "Chen et al. 2021", taps: "stages 1 to 3 before ReLU, pooled stage 3", weight: 5, .factor,
        .repDistiller, warmUp: Self.mdistillerWarmUp)
    case .dist: self.init("Huang et al. 2022", taps: "logits", "T = 4", weight: 1)
    }
  }

  /// The description of a method on SSD300. No code was ever published for it: taps are the six maps before their
  /// ReLU, weights a choice of this suite but for OFD's, which its paper names.
  init?(detectionBy base: Method.Base) {
    let maps = "six maps"
    switch base {
    case .kd:
      self.init(
        "Hinton et al. 2015", taps: "classes of the boxes that the loss counts", "T = 4", weight: 1,
        .factor, .overhaul)
    case .fitnets:
      self.init(
        "Romero et al. 2015", taps: "19-cell map, behind ReLU", "1 x 1 regressor", weight: 1,
        .factor, .overhaul)
    case .at:
      self.init(
        "Zagoruyko and Komodakis 2017", taps: "\(maps), behind ReLU", weight: 1000, .factor,
        .overhaul)
    case .ofd:
      self.init(
        "Heo et al. 2019 (OFD)", taps: "\(maps), before ReLU",
        "margins from batch norms or mean negative responses", weight: 1e-5, .factor, .overhaul)
    default: return nil
    }
  }

  /// The description of a method on DeepLabV3+: taps are the four stages, the pyramid and the decoder. OFD's weight is its
  /// code's, the others' are a choice of this suite; all stand beside a cross-entropy that is the mean over pixels.
  init?(segmentationBy base: Method.Base) {
    let maps = "stages 1 to 4, pyramid, decoder"
    switch base {
    case .kd:
      self.init(
        "Hinton et al. 2015", taps: "logits of every pixel that is not void", "T = 4", weight: 1,
        .factor, .overhaul)
    case .at:
      self.init(
        "Zagoruyko and Komodakis 2017", taps: "\(maps), behind ReLU", weight: 1000, .factor,
        .overhaul)
    case .ofd:
      self.init(
        "Heo et al. 2019 (OFD)", taps: "\(maps), before ReLU",
        "margins from batch norms, taps 1/8, 1/4, 1/2, 1, 1, 1/16", weight: 1e-5, .factor,
        .overhaul)
    default: return nil
    }
  }

  /// Weights of OFD's taps on DeepLabV3+.
  static let segmentationTaps = [1.0 / 8, 1.0 / 4, 1.0 / 2, 1, 1, 1.0 / 16]

  private static let mdistillerWarmUp = 20.0 / 240
  private static let negatives = 16_384

  /// CRD's negatives per image in a data set of so many images.
  static func negatives(images: Int) -> Int {
    max(1, Int((Double(negatives) * Double(images) / 50_000).rounded()))
  }
}

extension Method {
  /// What is known of the method without the Lipschitz term; nil for the student alone.
  public var details: MethodDescription? { MethodDescription(base) }

  /// The same for a task; nil where the method is not made for it.
  public func details(for task: VisionTask) -> MethodDescription? {
    switch task {
    case .classification: details
    case .detection: MethodDescription(detectionBy: base)
    case .segmentation: MethodDescription(segmentationBy: base)
    }
  }

  /// Whose recipe the method follows under `released`; the Lipschitz term alone decides nothing.
  public var family: MethodDescription.Family { details?.family ?? .overhaul }
}
