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
    var (late, marked) = (jpeg, jpeg)
    late.insert(0, at: 2)
    marked.insert(contentsOf: [0xFF, 0x01], at: 2)
    let files = [
      ("late.jpg", late), ("marked.jpg", marked),
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

  @Test("headers that no pixel depends on may be odd, as cameras and phones write them")
  func oddHeaders() throws {
    let jpeg = try ImageFile.jpeg(photo, quality: 90)
    let whole = try ImageFile.photo(write(jpeg, "whole.jpg"))
    func segment(_ marker: UInt8) throws -> Range<Int> {
      let start = try #require(jpeg.range(of: Data([0xFF, marker]))).lowerBound
      return start..<start + 2 + Int(jpeg[start + 2]) << 8 + Int(jpeg[start + 3])
    }
    func changed(_ range: Range<Int>, _ bytes: [UInt8]) -> Data {
      var copy = jpeg
      copy.replaceSubrange(range, with: bytes)
      return copy
    }
    let (jfif, scan, tables) = (try segment(0xE0), try segment(0xDA), try segment(0xDB).lowerBound)
    let major = jfif.lowerBound + 9
    let adobe: [UInt8] =
      [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 7]
    for (name, data) in [
      ("JFIF 2.01", changed(major..<major + 1, [2])),
      ("no spectral selection", changed(scan.upperBound - 3..<scan.upperBound, [0, 0, 0])),
      ("another approximation", changed(scan.upperBound - 3..<scan.upperBound, [1, 5, 0x21])),
      ("unknown Adobe transform", changed(jfif, adobe)),
      ("bytes before tables", changed(tables..<tables, [1, 2, 3])),
      ("bytes before the end", changed(jpeg.count - 2..<jpeg.count - 2, [0, 0, 0])),
    ] {
      #expect(try ImageFile.photo(write(data, "odd.jpg")) == whole, "\(name)")
    }
  }

  /// A grey image of 24 x 8 pixels with a restart marker behind every block, written by PIL.
  private static let restarts =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAIABgBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABwL/xAAYEAACAwAAAAAAAAAAAAAAAAAABAUhMv/dAAQAAf/aAAgBAQAAPwAsgVs0f//QiBWzR//RToFbNH//2Q=="

  @Test("codes that are lost at a restart marker are damage")
  func lostCodes() throws {
    let jpeg = try #require(Data(base64Encoded: Self.restarts))
    #expect(throws: Never.self) { try ImageFile.photo(write(jpeg, "restarts.jpg")) }
    let marker = try #require(jpeg.range(of: Data([0xFF, 0xD0]))).lowerBound
    for (range, bytes) in [
      (marker..<marker, [0, 0, 0]), (marker..<marker + 2, []), (marker + 1..<marker + 2, [0xD3]),
    ] as [(Range<Int>, [UInt8])] {
      var copy = jpeg
      copy.replaceSubrange(range, with: bytes)
      #expect(throws: ImageError.self, "\(bytes)") { try ImageFile.photo(write(copy, "lost.jpg")) }
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
