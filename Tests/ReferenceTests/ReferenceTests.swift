import Foundation
import GoldenVectors
import TestSupport
import Testing

/// Runs over every golden file, of the project itself and of LSKD_REFERENCE. A kind that nobody reads is a failure
/// unless it is on the list of kinds that are not built.
struct ReferenceTests {
  @Test("the project's own vectors agree", arguments: ReferenceFiles.own)
  func own(_ file: ReferenceFile) throws { try check(file) }

  @Test("the project has vectors of its own: losses, a network and a training")
  func hasVectors() {
    #expect(
      ReferenceFiles.own.map(\.description) == [
        "losses/at", "losses/kd", "losses/london_lipschitz", "models/wrn-10-1", "training/kd",
      ])
  }

  @Test(
    "every golden vector of a built kind agrees",
    .enabled(
      if: ReferenceFiles.areGiven, "no golden vectors: name their directory in LSKD_REFERENCE"),
    arguments: ReferenceFiles.given)
  func foreign(_ file: ReferenceFile) throws { try check(file) }

  @Test(
    "scores of real photos agree",
    .enabled(
      if: ReferenceFiles.areGiven && Photos.devkit != nil,
      "no golden vectors or no VOC data: name them in LSKD_REFERENCE and LSKD_VOC"),
    arguments: ReferenceFiles.ofPhotos)
  func photos(_ file: ReferenceFile) throws { try check(file) }

  @Test(
    "a golden vector whose subject is not built waits",
    .disabled("this version has no such networks and recipes"),
    arguments: ReferenceFiles.waiting)
  func waiting(_ file: ReferenceFile) throws { try check(file) }

  @Test(
    "losses and the project's own network agree in float32 within its tolerances",
    arguments: (ReferenceFiles.own + ReferenceFiles.given.filter { $0.kind == "losses" })
      .compactMap(\.golden))
  func float32(_ file: GoldenFile) throws {
    let comparison = try #require(try file.compared(by: .float32(on: .cpu)))
    #expect(comparison.agrees, "\(comparison.disagreements)")
  }

  @Test(
    "a golden number that is changed by more than its tolerance disagrees",
    arguments: [(Computation.float64, 1 + 2e-7), (.float32(on: .cpu), 1 + 2e-4)])
  func changed(_ computation: Computation, _ factor: Double) throws {
    let file = try #require(ReferenceFiles.own.first { $0.description == "losses/kd" })
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file.url))
    var root = try #require(object as? [String: Any])
    var cases = try #require(root["cases"] as? [[String: Any]])
    var expected = try #require(cases[1]["expected"] as? [String: Any])
    expected["loss"] = try #require(expected["loss"] as? Double) * factor
    cases[1]["expected"] = expected
    root["cases"] = cases
    try inTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("kd.json")
      try JSONSerialization.data(withJSONObject: root).write(to: url)
      let comparison = try #require(try GoldenFile(.losses, url).compared(by: computation))
      #expect(!comparison.agrees)
      #expect(comparison.disagreements.count == 1)
      #expect(comparison.largest > computation.allowance)
    }
  }

  private func check(_ file: ReferenceFile) throws {
    let comparison: Comparison
    if let golden = file.golden {
      comparison = try #require(try golden.compared(by: .float64), "nothing reads \(file)")
      if golden.kind == .models { try ExchangeCheck.run(file, comparison) }
    } else {
      comparison = Comparison(file.description)
      try compare(file, comparison)
    }
    for sentence in comparison.disagreements { Issue.record("\(sentence)") }
    #expect(comparison.count > 0, "\(file) held nothing to compare")
  }

  private func compare(_ file: ReferenceFile, _ comparison: Comparison) throws {
    let node = try ReferenceNode(file: file.url)
    switch (file.kind, file.stem) {
    case ("fill_rule", _): try FillRuleCheck.run(node, comparison)
    case ("schedule", _): try ScheduleCheck.run(node, comparison)
    case ("training", _): try TrainingCheck.run(node, comparison)
    case ("evaluation", "voc2007_test_detections"):
      try DetectionCheck.run(node, comparison)
    case ("evaluation", "voc2012_val_masks"): try MaskCheck.run(node, comparison)
    case ("augmentation", "cifar_pad_crop_flip"): try AugmentationCheck.crops(node, comparison)
    case ("augmentation", "normalise_tables"): try AugmentationCheck.tables(node, comparison)
    case ("augmentation", "geometry"): try GeometryCheck.run(node, comparison)
    case ("augmentation", "pillow_resize_blur"): try ResamplingCheck.run(node, comparison)
    default: Issue.record("nothing reads \(file)")
    }
  }
}

enum FillRuleCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for entry in try node.at("values").list() {
      let rule = FillRule(try entry.at("name").text())
      let index = try entry.at("index").integer()
      let raw = try entry.at("raw_hex").text()
      comparison.equal("0x" + String(rule.raw(index), radix: 16), raw, "raw bits of \(entry.place)")
      let bits = { (value: Float) in "0x" + String(value.bitPattern, radix: 16) }
      for (key, value) in [
        ("weight_fan_in_27_float32_bits", rule.weight(index, fanIn: 27)),
        ("scale_float32_bits", rule.scale(index)), ("shift_float32_bits", rule.shift(index)),
        ("input_float32_bits", rule.input(index)),
      ] {
        guard let expected = try entry.optional(key)?.text() else { continue }
        let trimmed = "0x" + expected.dropFirst(2).drop { $0 == "0" }
        comparison.equal(bits(value), trimmed, "\(key) of \(entry.place)")
      }
    }
  }
}
