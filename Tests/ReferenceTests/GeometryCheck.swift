import Datasets
import GoldenVectors

/// Sizes, paddings and crops of a segmentation's photos. The rows of ImageNet's transforms are not built.
enum GeometryCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for row in try node.at("resize256_center224_and_resize513").at("rows").list() {
      let cells = try row.integers()
      let size = SegmentationAugmentation.size(
        width: cells[0], height: cells[1], shortSide: 513)
      comparison.equal([size.width, size.height], [cells[6], cells[7]], row.place)
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
    print("not built: random_resized_crop_scripted")
  }
}
