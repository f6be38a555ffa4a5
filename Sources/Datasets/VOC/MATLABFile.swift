import DurableFiles
internal import CMatio
import Foundation
import Images

/// Masks in MATLAB 5 files, through libmatio.
///
/// libmatio trusts the counts in a file. Therefore the structure is checked first, compressed elements included
/// (`MATLABStructure`), and only a file without contradictions is handed to it.
enum MATLABFile {
  /// Bytes of the largest file that is read; masks with boundaries have some ten kilobytes.
  static let largestFile = 1 << 26

  /// The mask in `field` of the struct `variable`: one channel, rows from top to bottom. Throws a sentence with the
  /// file for what is no such file, and for a field that is no uint8 matrix.
  static func mask(
    _ url: URL, variable: String, field: String
  ) throws(DatasetError) -> Raster {
    try check(url, named: url.path)
    var matrix = cm_matrix()
    var message = [CChar](repeating: 0, count: Int(CM_MESSAGE_SIZE))
    let status = cm_read_field(
      url.path, variable, field, ImageFile.largestImage, &matrix, &message)
    guard status == .CM_OK else {
      throw DatasetError(
        "\(url.path) holds no mask in \(variable).\(field): \(text(message))")
    }
    defer { cm_bytes_free(matrix.values) }
    return transposed(
      UnsafeBufferPointer(start: matrix.values.start, count: matrix.values.count),
      rows: Int(matrix.rows), columns: Int(matrix.columns))
  }

  /// Throws where the structure of a file contradicts itself; `name` is what sentences call it.
  static func check(
    _ url: URL, named name: String, mostArrays: Int = MATLABStructure.usualArrays
  ) throws(DatasetError) {
    let data = try content(url)
    do throws(MATLABStructure.Flaw) {
      try MATLABStructure.check(data, mostArrays: mostArrays)
    } catch {
      throw DatasetError("\(name) is no MATLAB 5 file that can be read: \(error.sentence)")
    }
  }

  private static func content(_ url: URL) throws(DatasetError) -> [UInt8] {
    do {
      let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      guard size <= largestFile else {
        throw DatasetError(
          "\(url.path) has \(size) bytes, too many for a mask: at most \(largestFile) are read")
      }
      return [UInt8](try Data(contentsOf: url))
    } catch let error as DatasetError {
      throw error
    } catch {
      throw DatasetError("cannot read \(url.path): \(error.reason)")
    }
  }

  /// MATLAB stores columns, images are stored by rows.
  private static func transposed(
    _ values: UnsafeBufferPointer<UInt8>, rows: Int, columns: Int
  ) -> Raster {
    var bytes = [UInt8](repeating: 0, count: rows * columns)
    for x in 0..<columns {
      for y in 0..<rows { bytes[y * columns + x] = values[x * rows + y] }
    }
    return Raster(width: columns, height: rows, channels: 1, bytes: bytes)
  }

  /// The bytes that the zlib stream `data` expands to, at most `limit`.
  static func inflated(
    _ data: ArraySlice<UInt8>, limit: Int
  ) throws(MATLABStructure.Flaw) -> [UInt8] {
    var bytes = cm_bytes(start: nil, count: 0)
    var message = [CChar](repeating: 0, count: Int(CM_MESSAGE_SIZE))
    let status = data.withUnsafeBufferPointer { buffer -> cm_status in
      guard let start = buffer.baseAddress else { return .CM_DAMAGED }
      return cm_inflate(start, buffer.count, limit, &bytes, &message)
    }
    guard status == .CM_OK else {
      throw MATLABStructure.Flaw("a compressed part: \(text(message))")
    }
    defer { cm_bytes_free(bytes) }
    return [UInt8](UnsafeBufferPointer(start: bytes.start, count: bytes.count))
  }

  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
