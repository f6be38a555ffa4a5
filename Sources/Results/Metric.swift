/// A number by which a network is judged, in %.
public enum Metric: String, Codable, CodingKeyRepresentable, Hashable, Sendable, CaseIterable {
  /// Images whose class is not the first choice.
  case top1Error
  /// Images whose class is not among the first five choices.
  case top5Error
  /// Mean average precision by the eleven recalls of VOC 2007.
  case mapVOC07
  /// Mean average precision by the area under the monotone curve, VOC 2010 and later.
  case mapArea
  /// Mean average precision over the overlaps 0.5, 0.55, ..., 0.95, as COCO has it.
  case mapCOCO
  /// Mean intersection over union over all classes, photos and masks scaled to a short side, 513 in the paper's recipe.
  case miouScaled
  /// The same, photos and masks as large as they are.
  case miouNative
  /// Share of the pixels whose class is right, at native size.
  case pixelAccuracy

  /// As it stands in tables.
  public var title: String {
    switch self {
    case .top1Error: "top-1 error"
    case .top5Error: "top-5 error"
    case .mapVOC07: "mAP (voc07)"
    case .mapArea: "mAP (area)"
    case .mapCOCO: "AP@[.5:.95]"
    case .miouScaled: "mIoU (scaled)"
    case .miouNative: "mIoU (native)"
    case .pixelAccuracy: "pixel accuracy"
    }
  }

  /// As it stands in JSON.
  public var key: String {
    switch self {
    case .top1Error: "top1_error"
    case .top5Error: "top5_error"
    case .mapVOC07: "map_voc07"
    case .mapArea: "map_area"
    case .mapCOCO: "map_coco"
    case .miouScaled: "miou_scaled"
    case .miouNative: "miou_native"
    case .pixelAccuracy: "pixel_accuracy"
    }
  }

  /// Whether smaller is better.
  public var isError: Bool { self == .top1Error || self == .top5Error }

  /// Whether `first` is better than `second`.
  public func isBetter(_ first: Double, than second: Double) -> Bool {
    isError ? first < second : first > second
  }
}

/// What was measured, in %.
public typealias Measures = [Metric: Double]

/// What a table measures.
public struct TableMetrics: Codable, Hashable, Sendable {
  /// What decides.
  public let main: Metric
  /// What stands beside it.
  public let others: [Metric]
  /// Of all of them.
  public let unit: String

  /// All of them.
  public var all: [Metric] { [main] + others }

  /// Errors of a classifier.
  public static let classification = TableMetrics(main: .top1Error, others: [.top5Error])
  /// Average precisions of a detector.
  public static let detection = TableMetrics(main: .mapVOC07, others: [.mapArea, .mapCOCO])

  /// Overlaps of a segmentation.
  public static let segmentation = TableMetrics(
    main: .miouScaled, others: [.miouNative, .pixelAccuracy])

  private init(main: Metric, others: [Metric]) {
    self.main = main
    self.others = others
    unit = "%"
  }
}
