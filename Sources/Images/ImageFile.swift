import DurableFiles
internal import CImage
public import Foundation

/// Reads and writes JPEG and PNG files through libjpeg-turbo and libpng.
///
/// JPEG is decoded with the accurate DCT and fancy upsampling, as PIL does; fast variants differ by up to 28
/// levels. An orientation in the metadata is ignored, because annotations refer to the pixels as they are stored.
public enum ImageFile {
  /// Pixels of the largest image that is decoded. A header of a few bytes can claim any size.
  public static let largestImage = 1 << 26

  /// What a file is, by its first bytes and not by its name.
  public enum Format: Sendable {
    case jpeg
    case png

    init?(_ bytes: [UInt8]) {
      let start = [UInt8](bytes.prefix(8))
      // The first segment follows at once.
      if start.starts(with: [0xFF, 0xD8, 0xFF]) {
        self = .jpeg
      } else if start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] {
        self = .png
      } else {
        return nil
      }
    }
  }

  /// Width and height in pixels out of the header; nothing is decoded.
  public static func size(of url: URL) throws(ImageError) -> (width: Int, height: Int) {
    let photo = try EncodedPhoto(url)
    return (photo.width, photo.height)
  }

  /// A photo as RGB; grey, CMYK and palette images become RGB. Throws for a file that is damaged or ends early.
  public static func photo(_ url: URL) throws(ImageError) -> Raster {
    try EncodedPhoto(url).decoded()
  }

  /// A mask: the stored sample of every pixel, which is the index into the palette where there is one. Throws for
  /// a JPEG and for a PNG with more than one channel or more than 8 bits.
  public static func mask(_ url: URL) throws(ImageError) -> Raster {
    let file = try EncodedPhoto(url)
    guard file.holdsSamples else {
      throw ImageError(
        "\(url.path) is no mask: the index of a palette PNG (or of a grey one) is the class; colours are "
          + "not mapped back to classes")
    }
    return try file.samples()
  }

  /// RGB as JPEG without chroma subsampling; `quality` is 1 to 100.
  public static func jpeg(_ image: Raster, quality: Int) throws(ImageError) -> Data {
    precondition(image.channels == 3)
    return try encode { out, message in
      ci_jpeg_encode(
        image.bytes, Int64(image.width), Int64(image.height), Int32(quality), out, message)
    }
  }

  /// RGB as PNG, or classes with a palette of up to 256 colours.
  public static func png(_ image: Raster, palette: [[UInt8]] = []) throws(ImageError) -> Data {
    precondition(image.channels == (palette.isEmpty ? 3 : 1) && palette.count <= 256)
    let colors = palette.flatMap { $0 }
    return try encode { out, message in
      ci_png_encode(
        image.bytes, Int64(image.width), Int64(image.height), colors.isEmpty ? nil : colors,
        Int32(palette.count), out, message)
    }
  }

  private static func encode(
    _ body: (UnsafeMutablePointer<ci_bytes>, UnsafeMutablePointer<CChar>) -> ci_status
  ) throws(ImageError) -> Data {
    var bytes = ci_bytes(start: nil, count: 0)
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_SIZE))
    guard body(&bytes, &message) == .CI_OK, let start = bytes.start else {
      throw ImageError("an image cannot be encoded: \(text(message))")
    }
    defer { ci_bytes_free(bytes) }
    return Data(bytes: start, count: bytes.count)
  }

  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
