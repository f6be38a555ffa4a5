import GoldenVectors
import Images

/// Pillow's resize and blur of one image.
enum ResamplingCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let shape = try node.at("image_shape").integers()
    let (height, width) = (shape[0], shape[1])
    let pixels = FillRule(try node.at("image_name").text())
    let image = Raster(
      width: width, height: height, channels: 3,
      bytes: (0..<width * height * 3).map { pixels.byte($0) })
    // The name in the file is followed by a remark on its classes.
    let name = try node.at("mask_name").text().prefix { $0 != " " }
    let classes = FillRule(String(name))
    let mask = Raster(
      width: width, height: height, channels: 1,
      bytes: (0..<width * height).map { classes.byte($0) % 21 })
    for item in try node.at("resize").list() {
      let (width, height) = (try item.at("width").integer(), try item.at("height").integer())
      comparison.equal(
        image.resized(width: width, height: height, .bilinear).bytes,
        try bytes(item.at("bilinear_image")), "bilinear \(item.place)")
      comparison.equal(
        mask.resized(width: width, height: height, .nearest).bytes,
        try bytes(item.at("nearest_mask")), "nearest \(item.place)")
    }
    for item in try node.at("blur").list() {
      let radius = try item.at("radius").number()
      comparison.equal(
        image.blurred(radius: radius).bytes, try bytes(item.at("image")), "blur \(item.place)")
    }
  }

  private static func bytes(_ node: ReferenceNode) throws -> [UInt8] {
    try node.at("data").numbers().map { UInt8($0) }
  }
}
