import Datasets
import GoldenVectors

enum AugmentationCheck {
  static func crops(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let rule = FillRule(try node.at("image_name").text())
    let combinations = try node.at("combinations").list()
    let shape = try combinations[0].at("tensor").at("shape").integers()
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    // The stored image is [H, W, C]; the pipeline takes planes.
    var planes = [UInt8](repeating: 0, count: channels * height * width)
    for index in planes.indices {
      let (pixel, channel) = (index / channels, index % channels)
      planes[channel * height * width + pixel] = rule.byte(index)
    }
    comparison.equal(
      planes.reduce(0) { $0 + Int($1) }, try node.at("image_byte_sum").integer(), "image")
    for combination in combinations {
      let draw = Augmentation(
        isFlipped: try combination.at("flip").integer() == 1,
        top: try combination.at("top").integer(), left: try combination.at("left").integer())
      let actual = ImagePipeline.cifar100Train.apply(
        draw, to: planes, height: height, width: width)
      comparison.equal(
        actual ?? [], try combination.at("tensor").at("data").numbers().map { Float($0) },
        combination.place)
    }
  }

  static func tables(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for name in try node.at("tables").keys() where !name.hasSuffix("_note") {
      let known: [String: Normalisation] = [
        "cifar": .cifar, "imagenet": .imageNet, "voc_segmentation": .segmentation,
      ]
      guard let own = known[name] else {
        print("not built: normalisation \(name)")
        continue
      }
      let expected = try node.at("tables").at(name).at("data").numbers().map { Float($0) }
      comparison.equal(own.table, expected, "table \(name)")
    }
  }
}
