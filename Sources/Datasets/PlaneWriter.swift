/// The inner loop of a pipeline for images of one size: source positions come from small tables and byte
/// values from a lookup, so that no pixel costs a branch or a division.
struct PlaneWriter: Sendable {
  private let height: Int
  private let width: Int
  private let padding: Int
  private let table: [Float]
  /// The source column of padded column `p`, then the same for the flipped image.
  private let columns: [Int32]
  /// The source row of padded row `p`.
  private let rows: [Int32]

  /// `height` and `width` must exceed the padding of `pipeline`.
  init(_ pipeline: ImagePipeline, height: Int, width: Int) {
    self.height = height
    self.width = width
    padding = pipeline.padding
    table = pipeline.normalisation.table
    let sources = Self.reflected(width, padding: padding)
    columns = sources + sources.reversed()
    rows = Self.reflected(height, padding: padding)
  }

  /// Writes one image; `planes` and `output` hold `[C, H, W]` elements for the channels of the table.
  func write(
    _ planes: UnsafeBufferPointer<UInt8>, _ draw: Augmentation,
    to output: UnsafeMutableBufferPointer<Float>
  ) {
    guard let source = planes.baseAddress, let target = output.baseAddress else { return }
    let channels = table.count / 256
    let firstColumn = draw.left + (draw.isFlipped ? width + 2 * padding : 0)
    table.withUnsafeBufferPointer { table in
      columns.withUnsafeBufferPointer { columns in
        rows.withUnsafeBufferPointer { rows in
          guard let table = table.baseAddress, let columns = columns.baseAddress else { return }
          for channel in 0..<channels {
            let values = table + 256 * channel
            let plane = source + channel * height * width
            var pixel = target + channel * height * width
            for y in 0..<height {
              let line = plane + Int(rows[draw.top + y]) * width
              Self.writeLine(line, columns + firstColumn, values, to: pixel, count: width)
              pixel += width
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func writeLine(
    _ line: UnsafePointer<UInt8>, _ columns: UnsafePointer<Int32>, _ values: UnsafePointer<Float>,
    to output: UnsafeMutablePointer<Float>, count: Int
  ) {
    for x in 0..<count {
      output[x] = values[Int(line[Int(columns[x])])]
    }
  }

  /// Source positions of a line of `size` padded on both sides by reflection without repeating the edge.
  private static func reflected(_ size: Int, padding: Int) -> [Int32] {
    (-padding..<size + padding).map { position in
      Int32(position < 0 ? -position : position < size ? position : 2 * (size - 1) - position)
    }
  }
}
