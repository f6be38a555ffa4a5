import Evaluation
import Foundation
import GoldenVectors
import Measuring
import TestSupport
import Testing

/// Average precision of real detections on the VOC 2007 test set.
enum DetectionCheck {
  /// What pycocotools 2.0.11 gives for the same files through `Tests/Comparison/detections.py`.
  private static let pycocotools = 0.42184138343001076

  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let data = try #require(Photos.devkit)
    for rule in AveragePrecisionRule.allCases {
      let job = try DetectionEvaluationJob(
        detections: data.appendingPathComponent("detections"), root: data, year: 2007, set: "test",
        rule: rule, allowsMissing: false)
      let result =
        try JSONSerialization.jsonObject(with: Data(job.text(json: true).utf8)) as? [String: Any]
      let metrics = result?["metrics"] as? [String: Any]
      let classes = metrics?["ap"] as? [String: Double] ?? [:]
      comparison.near(
        metrics?["map"] as? Double ?? .nan, try node.at("map_\(rule.rawValue)").number(), 1e-9,
        "mAP")
      comparison.near(
        metrics?["map_coco"] as? Double ?? .nan, pycocotools, 1e-12, "AP@[.5:.95]")
      for name in try node.at("classes").keys() {
        comparison.near(
          classes[name] ?? .nan, try node.at("classes").at(name).at("ap_\(rule.rawValue)").number(),
          1e-9,
          "\(rule.rawValue) of \(name)")
      }
    }
  }
}
