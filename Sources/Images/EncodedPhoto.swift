internal import CImage
import DurableFiles
public import Foundation

/// A JPEG or PNG file in memory whose header was read. `ImageFile` says how it is decoded.
public struct EncodedPhoto: Sendable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// What it is called in sentences.
  public let name: String
  private let bytes: [UInt8]
  private let format: ImageFile.Format
  /// Whether it stores one sample of at most 8 bits for every pixel, as a mask does.
  let holdsSamples: Bool

  /// Reads the header of a file's bytes. Throws for what is neither JPEG nor PNG, or damaged, and for a header that claims
  /// more than `ImageFile.largestImage` pixels.
  public init(_ bytes: [UInt8], name: String) throws(ImageError) {
    guard let format = ImageFile.Format(bytes) else {
      throw ImageError("\(name) is neither JPEG nor PNG")
    }
    var header = ci_header()
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_SIZE))
    let status = bytes.withUnsafeBufferPointer { bytes -> ci_status in
      guard let start = bytes.baseAddress else { return .CI_DAMAGED }
      return switch format {
      case .jpeg: ci_jpeg_header(start, bytes.count, &header, &message)
      case .png: ci_png_header(start, bytes.count, &header, &message)
      }
    }
    guard status == .CI_OK, header.width > 0, header.height > 0 else {
      throw ImageError("\(name) is damaged: \(ImageFile.text(message))")
    }
    let (pixels, overflows) = header.width.multipliedReportingOverflow(by: header.height)
    guard !overflows, pixels <= ImageFile.largestImage else {
      throw ImageError(
        "\(name) claims \(header.width) x \(header.height) pixels; at most \(ImageFile.largestImage) "
          + "are decoded")
    }
    (width, height) = (Int(header.width), Int(header.height))
    self.name = name
    self.bytes = bytes
    self.format = format
    holdsSamples =
      format == .png && [.CI_GREY, .CI_PALETTE].contains(header.color) && header.depth <= 8
  }

  /// Reads a file and its header.
  public init(_ url: URL) throws(ImageError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw ImageError("cannot read \(url.path): \(error.reason)")
    }
    try self.init([UInt8](data), name: url.path)
  }

  /// The whole photo as RGB. Throws for a file that is damaged or ends early.
  public func decoded() throws(ImageError) -> Raster {
    try decode(width, height, channels: 3) { bytes, count, pixels, capacity, message in
      switch format {
      case .jpeg: ci_jpeg_decode(bytes, count, pixels, capacity, message)
      case .png: ci_png_decode_rgb(bytes, count, pixels, capacity, message)
      }
    }
  }

  /// The size of the photo with both sides over `divisor`, rounded up.
  public func size(over divisor: Int) -> (width: Int, height: Int) {
    ((width + divisor - 1) / divisor, (height + divisor - 1) / divisor)
  }

  /// A part as RGB, equal to that part of the whole photo; of a JPEG nothing else is computed, and damage below the part
  /// goes unseen. With a `divisor` of 2, 4 or 8 columns and rows are those of the photo with its sides over it: a JPEG is
  /// then scaled in the domain of its DCT, a PNG by PIL's bilinear filter.
  public func decoded(columns: Range<Int>, rows: Range<Int>, divisor: Int = 1)
    throws(ImageError) -> Raster
  {
    let size = size(over: divisor)
    precondition(
      [1, 2, 4, 8].contains(divisor) && !columns.isEmpty && !rows.isEmpty
        && columns.lowerBound >= 0 && rows.lowerBound >= 0 && columns.upperBound <= size.width
        && rows.upperBound <= size.height, "the part lies in the photo")
    switch format {
    case .png:
      let whole = try decoded()
      return whole.resized(
        width: size.width, height: size.height, .bilinear, columns: columns, rows: rows)
    case .jpeg:
      let part = ci_part(
        left: Int64(columns.lowerBound), top: Int64(rows.lowerBound), width: Int64(columns.count),
        height: Int64(rows.count), divisor: Int32(divisor))
      return try decode(columns.count, rows.count, channels: 3) {
        bytes, count, pixels, capacity, message in
        ci_jpeg_decode_part(bytes, count, part, pixels, capacity, message)
      }
    }
  }

  /// The stored sample of every pixel of a PNG.
  func samples() throws(ImageError) -> Raster {
    try decode(width, height, channels: 1) { bytes, count, pixels, capacity, message in
      ci_png_decode_samples(bytes, count, pixels, capacity, message)
    }
  }

  private func decode(
    _ width: Int, _ height: Int, channels: Int,
    _ body: (
      UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt8>, Int, UnsafeMutablePointer<CChar>
    ) -> ci_status
  ) throws(ImageError) -> Raster {
    let capacity = width * height * channels
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_SIZE))
    var status = ci_status.CI_DAMAGED
    let pixels = [UInt8](unsafeUninitializedCapacity: capacity) { pixels, initialized in
      bytes.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress, let target = pixels.baseAddress else { return }
        status = body(start, bytes.count, target, capacity, &message)
      }
      initialized = status == .CI_OK ? capacity : 0
    }
    guard status == .CI_OK else {
      throw ImageError("\(name) is damaged: \(ImageFile.text(message))")
    }
    return Raster(width: width, height: height, channels: channels, bytes: pixels)
  }
}
