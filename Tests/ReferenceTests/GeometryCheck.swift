import Datasets
import GoldenVectors

/// Sizes, paddings and crops of a segmentation's photos and of ImageNet's.
enum GeometryCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for row in try node.at("resize256_center224_and_resize513").at("rows").list() {
      let cells = try row.integers()
      let size = SegmentationAugmentation.size(
        width: cells[0], height: cells[1], shortSide: 513)
      let crop = CentreCrop(side: 224)
      let whole = crop.size(width: cells[0], height: cells[1])
      let offset = crop.offset(whole)
      comparison.equal(
        [whole.width, whole.height, offset.left, offset.top, size.width, size.height],
        Array(cells[2...]), row.place)
    }
    let augmentation = SegmentationAugmentation()
    comparison.equal(augmentation.shortSides, 256...1026, "short sides")
    for row in try node.at("voc_random_scale_crop").at("rows").list() {
      let cells = try row.integers()
      let size = SegmentationAugmentation.size(
        width: cells[0], height: cells[1], shortSide: cells[2])
      let padding = augmentation.padding(size)
      let largest = augmentation.largestOffset(size)
      comparison.equal(
        [size.width, size.height, padding.right, padding.bottom, largest.left, largest.top],
        Array(cells[3...]), row.place)
    }
    for row in try node.at("random_resized_crop_scripted").at("rows").list() {
      let numbers = FillRule(try row.at("uniform_stream_name").text())
      var used = 0
      let draw = RandomResizedCrop.rectangle(
        width: try row.at("width").integer(), height: try row.at("height").integer()
      ) {
        used += 1
        return numbers.uniform(used - 1)
      }
      comparison.equal(
        [draw.top, draw.left, draw.height, draw.width],
        try row.at("top_left_height_width").integers(), row.place)
      comparison.equal(used, try row.at("uniforms_used").integer(), "numbers of \(row.place)")
    }
  }
}
