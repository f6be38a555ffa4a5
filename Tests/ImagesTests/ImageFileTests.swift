import Foundation
import Images
import Testing

/// JPEG and PNG files, whole and damaged.
struct ImageFileTests {
  private let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent(UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func write(_ data: Data, _ name: String) throws -> URL {
    let url = directory.appendingPathComponent(name)
    try data.write(to: url)
    return url
  }

  /// A smooth image, which JPEG keeps well.
  private var photo: Raster {
    var image = Raster(width: 37, height: 21, filling: [0, 0, 0])
    for y in 0..<21 {
      for x in 0..<37 {
        image[x, y, 0] = UInt8(6 * x)
        image[x, y, 1] = UInt8(11 * y)
        image[x, y, 2] = UInt8(3 * x + 5 * y)
      }
    }
    return image
  }

  @Test("a PNG keeps every pixel, a JPEG of the best quality nearly so")
  func filesKeepTheirPixels() throws {
    let png = try write(ImageFile.png(photo), "a.png")
    #expect(try ImageFile.photo(png) == photo)
    let jpeg = try ImageFile.photo(try write(ImageFile.jpeg(photo, quality: 100), "a.jpg"))
    let worst = zip(jpeg.bytes, photo.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 255
    #expect(worst <= 4)
    let size = try ImageFile.size(of: png)
    #expect(size.width == 37 && size.height == 21)
  }

  @Test("the format is read from the bytes, not from the name")
  func namesDoNotMatter() throws {
    let file = try write(ImageFile.png(photo), "n000.JPEG")
    #expect(try ImageFile.photo(file) == photo)
  }

  @Test(
    "a mask keeps its indices, the void one included; as a photo it shows the palette's colours")
  func masksKeepTheirIndices() throws {
    var palette = (0..<256).map { [UInt8(truncatingIfNeeded: $0), 7, 9] }
    palette[255] = [224, 224, 192]
    let mask = Raster(width: 5, height: 3, channels: 1, bytes: [UInt8](0..<14) + [255])
    let file = try write(ImageFile.png(mask, palette: palette), "mask.png")
    #expect(try ImageFile.mask(file) == mask)
    let colors = try ImageFile.photo(file)
    #expect(colors[4, 2, 0] == 224 && colors[1, 0, 0] == 1)
  }

  @Test("a mask of colours is refused, and so is a JPEG")
  func colouredMasksAreRefused() throws {
    for (data, name) in [
      (try ImageFile.png(photo), "rgb.png"), (try ImageFile.jpeg(photo, quality: 90), "a.jpg"),
    ] {
      let file = try write(data, name)
      let error = try #require(throws: ImageError.self) { try ImageFile.mask(file) }
      #expect(error.description.contains(name))
    }
  }

  @Test("a file that ends early, holds bad codes or is no image at all is an error that names it")
  func damageIsNamed() throws {
    let jpeg = try ImageFile.jpeg(photo, quality: 90)
    let png = try ImageFile.png(photo)
    var broken = png
    broken[broken.count / 2] ^= 0x55
    let files = [
      ("short.jpg", jpeg.prefix(jpeg.count / 2)), ("headless.jpg", jpeg.prefix(20)),
      ("short.png", png.prefix(png.count - 30)), ("broken.png", broken),
      ("text.jpg", Data("no image".utf8)), ("empty.png", Data()),
    ]
    for (name, data) in files {
      let file = try write(data, name)
      let error = try #require(throws: ImageError.self, "\(name)") { try ImageFile.photo(file) }
      #expect(error.description.contains(name))
    }
  }

  @Test("a header that claims a gigapixel on a tiny file is refused before anything is allocated")
  func bombsAreRefused() throws {
    var jpeg = try ImageFile.jpeg(photo, quality: 90)
    let frame = try #require(jpeg.range(of: Data([0xFF, 0xC0]))).lowerBound
    // Marker, length and precision stand before height and width.
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x75, 0x30, 0x75, 0x30])
    let file = try write(jpeg, "bomb.jpg")
    let error = try #require(throws: ImageError.self) { try ImageFile.photo(file) }
    #expect(error.description.contains("30000 x 30000"))
  }

  @Test("a resize to the same size changes nothing, and a constant stays constant")
  func resizingKeepsWhatItMust() {
    #expect(photo.resized(width: 37, height: 21, .bilinear) == photo)
    #expect(photo.resized(width: 37, height: 21, .nearest) == photo)
    let flat = Raster(width: 9, height: 7, filling: [200, 3, 255])
    for (width, height) in [(20, 30), (4, 3), (9, 2)] {
      let wanted = Raster(width: width, height: height, filling: [200, 3, 255])
      #expect(flat.resized(width: width, height: height, .bilinear) == wanted)
    }
    #expect(flat.blurred(radius: 1.7) == flat)
  }
}
