import Foundation

/// Writes MATLAB 5 files like those of the Semantic Boundaries Dataset, independently of the library that reads them.
enum MATLABWriter {
  static let uint8: UInt32 = 9
  static let double: UInt32 = 6

  /// A file with the struct GTcls: sparse boundaries, the mask (rows from top to bottom) and a list of classes.
  static func file(
    mask: [UInt8], width: Int, height: Int, isCompressed: Bool = false,
    field: String = "Segmentation"
  ) -> [UInt8] {
    envelope(
      structure(
        "GTcls",
        [
          (
            "Boundaries",
            cells([sparse(rows: height, columns: width), sparse(rows: 2, columns: 3)])
          ),
          (field, matrix(transposed(mask, width, height), rows: height, columns: width)),
          ("CategoriesPresent", matrix([1, 2, 3], rows: 3, columns: 1)),
        ]), isCompressed: isCompressed)
  }

  /// The header and one array.
  static func envelope(_ array: [UInt8], isCompressed: Bool) -> [UInt8] {
    var header = Array("MATLAB 5.0 MAT-file".utf8)
    header += [UInt8](repeating: 0x20, count: 116 - header.count)
    header += [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + Array("IM".utf8)
    guard isCompressed else { return header + array }
    let stream = stored(array)
    return header + word(15) + word(UInt32(stream.count)) + stream
  }

  /// A zlib stream of one stored block.
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt16(bytes.count)
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    let sizes = [UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
    return [0x78, 0x01, 0x01] + sizes + bytes + word(b << 16 | a).reversed()
  }

  static func structure(_ name: String, _ fields: [(name: String, array: [UInt8])]) -> [UInt8] {
    let names = fields.flatMap { field in
      Array(field.name.utf8) + [UInt8](repeating: 0, count: 32 - field.name.utf8.count)
    }
    return array(
      2, rows: 1, columns: 1, name: name,
      // The length of a name in short form, as MATLAB writes it.
      word(4 << 16 | 5) + word(32) + element(1, names) + fields.flatMap(\.array))
  }

  /// The list of classes of ImageNet's devkit: number, WordNet id, words.
  static func synsets(_ classes: [(number: Int, id: String, words: String)]) -> [UInt8] {
    let fields = ["ILSVRC2012_ID", "WNID", "words"]
    let names = fields.flatMap { name in
      Array(name.utf8) + [UInt8](repeating: 0, count: 32 - name.utf8.count)
    }
    let values = classes.flatMap { entry in
      array(
        double, rows: 1, columns: 1,
        element(
          9, withUnsafeBytes(of: Double(entry.number).bitPattern.littleEndian) { Array($0) }))
        + text(entry.id) + text(entry.words)
    }
    return envelope(
      array(
        2, rows: classes.count, columns: 1, name: "synsets",
        word(4 << 16 | 5) + word(32) + element(1, names) + values), isCompressed: false)
  }

  /// One row of characters of two bytes, as MATLAB writes them.
  private static func text(_ text: String) -> [UInt8] {
    array(4, rows: 1, columns: text.utf8.count, element(4, text.utf8.flatMap { [$0, 0] }))
  }

  static func cells(_ arrays: [[UInt8]]) -> [UInt8] {
    array(1, rows: arrays.count, columns: 1, arrays.flatMap { $0 })
  }

  /// One value in the first column.
  static func sparse(rows: Int, columns: Int) -> [UInt8] {
    let starts = [UInt32(0)] + [UInt32](repeating: 1, count: columns)
    return array(
      5, rows: rows, columns: columns, nonZeros: 1,
      element(5, word(UInt32(max(rows, 1) - 1))) + element(5, starts.flatMap(word))
        + element(9, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]))
  }

  static func matrix(
    _ values: [UInt8], rows: Int, columns: Int, name: String = "", class number: UInt32 = uint8
  ) -> [UInt8] {
    array(number, rows: rows, columns: columns, name: name, element(2, values))
  }

  private static func array(
    _ number: UInt32, rows: Int, columns: Int, name: String = "", nonZeros: UInt32 = 0,
    _ content: [UInt8]
  ) -> [UInt8] {
    element(
      14,
      element(6, word(number) + word(nonZeros))
        + element(5, word(UInt32(rows)) + word(UInt32(columns))) + element(1, Array(name.utf8))
        + content)
  }

  private static func element(_ type: UInt32, _ data: [UInt8]) -> [UInt8] {
    word(type) + word(UInt32(data.count)) + data
      + [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
  }

  private static func word(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(value >> (8 * UInt32($0)) & 0xFF) }
  }

  private static func transposed(_ mask: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
    (0..<width).flatMap { x in (0..<height).map { mask[$0 * width + x] } }
  }

  /// What `Tests/Comparison/matlab_masks.py compressed` printed: a file by SciPy.
  static let byScipy = """
    TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFR1ZSBOb3YgMjQgMjM6MzE6
    MjggMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAA
    WQEAAHicxZbNToQwEMeHUj4KLF/LA5j4Dl5N9KBHEz14JdqsmygkCyY+mo/k0UewhZKtTctBl9JkAjNM5jfzTymk
    APAVAfjsGjJDMC5P+I5kPHbz8PTaDfcYShG/YHbVvjfP9WFPO1EA7unujTZ93e/bZoxc1z3dtTzn7kA79ozFUmaf
    5Mh3FH4l8UHkv8Ax35N6m/zgVx08zMTjZ6Bf8oxE1BnX9yXnfSi8qZ6eN8ax1JfMdTSGBDeXuP/l8+XO8JFic/xT
    6y33cSq9uY8VrmlWm3qb+rCt99THknqbZrWtt66PJfXWvdM29rdp1jX0VvtYen+vqbc66xJ6u5I/8U3fDlvnyZp6
    y3xbeptmtnl+L6W37v/kr/vrUeIThaPyea3zISHKKjfclMiPc/BIunXDpHD8OKswSUsUJMWQz+vfztRX/w/RFEMu
    9vwgJFGcbNIsL8otD8MPOplS0A==
    """
}
