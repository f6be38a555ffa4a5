import DeviceCheck
import Foundation
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

  private func check(_ file: ReferenceFile) throws {
    let node = try ReferenceNode(file: file.url)
    let (kind, stem, name) = (file.kind, file.stem, file.description)
    let comparison = Comparison(name)
    switch (kind, stem) {
    case ("fill_rule", _): try FillRuleCheck.run(node, comparison)
    case ("schedule", _): try ScheduleCheck.run(node, comparison)
    case ("models", _)
    where ["wrn-", "cifar-", "pyramidnet-", "imagenet-", "deeplabv3plus-"].contains(
      where: stem.hasPrefix):
      try ModelCheck.run(node, stem, comparison)
    case ("models", _) where stem.hasPrefix("ssd300-"):
      try DetectorCheck.run(node, stem, comparison)
    case ("losses", "ssd_boxes"): try BoxCheck.run(node, comparison)
    case ("losses", "metrics_and_seg_ce"): try SegmentationCheck.metrics(node, comparison)
    case ("losses", "kd"): try SoftTargetCheck.run(node, comparison)
    case ("losses", "at"), ("losses", "sp"), ("losses", "pkt"), ("losses", "rkd"),
      ("losses", "nst"), ("losses", "dkd"):
      try FeatureLossCheck.run(node, stem, comparison)
    case ("losses", "fitnets"), ("losses", "ab"), ("losses", "afd"), ("losses", "cc"),
      ("losses", "crd"), ("losses", "fsp"), ("losses", "ft"), ("losses", "jacobian"),
      ("losses", "reviewkd"), ("losses", "vid"):
      try ModuleLossCheck.run(node, stem, comparison)
    case ("losses", "ofd_margin"): try OverhaulCheck.margins(node, comparison)
    case ("losses", "ofd_partial_l2"): try OverhaulCheck.partial(node, comparison)
    case ("losses", "ofd_full"), ("losses", "london_total"):
      try OverhaulCheck.full(node, comparison)
    case ("losses", "london_power_iteration"): try LipschitzCheck.power(node, comparison)
    case ("losses", "london_lipschitz"): try LipschitzCheck.pairs(node, comparison)
    case ("training", _): try TrainingCheck.run(node, comparison)
    case ("evaluation", "voc2007_test_detections"):
      try DetectionCheck.run(node, comparison)
    case ("evaluation", "voc2012_val_masks"):
      try SegmentationCheck.masks(node, comparison)
    case ("augmentation", "cifar_pad_crop_flip"): try AugmentationCheck.crops(node, comparison)
    case ("augmentation", "normalise_tables"): try AugmentationCheck.tables(node, comparison)
    case ("augmentation", "geometry"): try GeometryCheck.run(node, comparison)
    case ("augmentation", "pillow_resize_blur"): try ResamplingCheck.run(node, comparison)
    default: Issue.record("nothing reads \(name)")
    }
    #expect(comparison.count > 0, "\(name) held nothing to compare")
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
