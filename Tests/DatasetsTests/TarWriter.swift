import Foundation

/// Writes TAR archives, independently of the library that reads them.
enum TarWriter {
  enum Entry {
    case file(String, [UInt8])
    case directory(String)
    case symbolicLink(String, to: String)
    case hardLink(String, to: String)
    case device(String)
  }

  static func archive(_ entries: [Entry]) -> [UInt8] {
    entries.flatMap(encoded) + [UInt8](repeating: 0, count: 1024)
  }

  private static func encoded(_ entry: Entry) -> [UInt8] {
    switch entry {
    case .file(let name, let content):
      header(name, "0", size: content.count) + content
        + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    case .directory(let name): header(name, "5")
    case .symbolicLink(let name, let target): header(name, "2", link: target)
    case .hardLink(let name, let target): header(name, "1", link: target)
    case .device(let name): header(name, "3")
    }
  }

  private static func header(_ name: String, _ kind: String, size: Int = 0, link: String = "")
    -> [UInt8]
  {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at start: Int) {
      for (index, byte) in text.utf8.enumerated() { block[start + index] = byte }
    }
    func octal(_ value: Int, _ width: Int) -> String {
      let digits = String(value, radix: 8)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    put(name, at: 0)
    put(octal(0o644, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(size, 11), at: 124)
    put(octal(0, 11), at: 136)
    put(kind, at: 156)
    put(link, at: 157)
    put("ustar", at: 257)
    put("00", at: 263)
    put("        ", at: 148)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6) + "\0 ", at: 148)
    return block
  }
}
