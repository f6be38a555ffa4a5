import Foundation
import Images
import Testing

/// Parts of photos, decoded alone.
struct EncodedPhotoTests {
  /// A photo with edges everywhere, larger than the blocks of a JPEG.
  private static func image(_ width: Int, _ height: Int) -> Raster {
    var image = Raster(width: width, height: height, filling: [0, 0, 0])
    for y in 0..<height {
      for x in 0..<width {
        image[x, y, 0] = UInt8(truncatingIfNeeded: x &* 7 &+ (y / 5) &* 40)
        image[x, y, 1] = UInt8(truncatingIfNeeded: (x / 3) &* 50 &+ y &* 11)
        image[x, y, 2] = UInt8(truncatingIfNeeded: (x &* y) / 9)
      }
    }
    return image
  }

  private static let parts = [
    (0..<117, 0..<83), (5..<40, 9..<70), (16..<17, 82..<83), (63..<117, 0..<1), (1..<116, 33..<34),
    (48..<80, 16..<48),
  ]

  private func photos() throws -> [EncodedPhoto] {
    let image = Self.image(117, 83)
    return [
      try EncodedPhoto([UInt8](ImageFile.jpeg(image, quality: 90)), name: "photo.jpg"),
      try EncodedPhoto([UInt8](ImageFile.png(image)), name: "photo.png"),
    ]
  }

  @Test("a part of a photo has the pixels that it has in the whole one")
  func partsAreExact() throws {
    for photo in try photos() {
      let whole = try photo.decoded()
      for (columns, rows) in Self.parts {
        let part = try photo.decoded(columns: columns, rows: rows)
        #expect(
          part == whole.cropped(columns: columns, rows: rows), "\(photo.name) \(columns) \(rows)")
      }
    }
  }

  @Test("a part of a photo that is scaled while it is decoded is that of the whole scaled one")
  func scaledPartsAreExact() throws {
    for photo in try photos() {
      for divisor in [2, 4, 8] {
        let size = photo.size(over: divisor)
        let whole = try photo.decoded(
          columns: 0..<size.width, rows: 0..<size.height, divisor: divisor)
        #expect(whole.width == (117 + divisor - 1) / divisor)
        let (columns, rows) = (2..<size.width - 1, 1..<size.height - 2)
        let part = try photo.decoded(columns: columns, rows: rows, divisor: divisor)
        #expect(part == whole.cropped(columns: columns, rows: rows), "\(photo.name) \(divisor)")
      }
    }
  }

  @Test("a planned resize makes of the pixels that it names what a resize of the whole makes")
  func planIsExact() throws {
    let image = Self.image(117, 83)
    for (width, height) in [(50, 60), (117, 40), (200, 83), (117, 83), (130, 141)] {
      let whole = image.resized(width: width, height: height, .bilinear)
      let (columns, rows) = (7..<width - 9, 3..<height - 11)
      let plan = Resizing((117, 83), to: (width, height), columns: columns, rows: rows)
      #expect(plan.columns.count <= 117 && plan.rows.count <= 83)
      let part = plan.applied(to: image.cropped(columns: plan.columns, rows: plan.rows))
      #expect(part == whole.cropped(columns: columns, rows: rows), "\(width) x \(height)")
    }
    // A box of whole pixels differs from a crop by the pixels around it alone, which take part.
    let plan = Resizing(
      (117, 83), boxColumns: 20..<60, boxRows: 10..<40, to: (20, 15))
    #expect(plan.columns.lowerBound < 20 && plan.rows.upperBound > 40)
    let box = plan.applied(to: image.cropped(columns: plan.columns, rows: plan.rows))
    let crop = image.cropped(columns: 20..<60, rows: 10..<40)
      .resized(width: 20, height: 15, .bilinear)
    #expect(
      box.cropped(columns: 1..<19, rows: 1..<14) == crop.cropped(columns: 1..<19, rows: 1..<14))
    #expect(box != crop)
  }

  @Test("damage behind the rows that are wanted goes unseen, before them it does not")
  func damage() throws {
    let bytes = [UInt8](try ImageFile.jpeg(Self.image(117, 83), quality: 90))
    let cut = try EncodedPhoto(Array(bytes.prefix(bytes.count * 2 / 3)), name: "cut.jpg")
    #expect(throws: ImageError.self) { try cut.decoded() }
    #expect(throws: ImageError.self) { try cut.decoded(columns: 0..<20, rows: 60..<83) }
    let top = try cut.decoded(columns: 0..<20, rows: 0..<16)
    let whole = try EncodedPhoto(bytes, name: "whole.jpg").decoded()
    #expect(top == whole.cropped(columns: 0..<20, rows: 0..<16))
  }
}
