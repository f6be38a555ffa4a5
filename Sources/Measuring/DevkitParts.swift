public import Datasets
import UserErrors

extension [VOCDevkit.Part] {
  /// Reads a list of `YEAR:SET`, separated by commas.
  public init(list: String) throws {
    self = try list.split(separator: ",", omittingEmptySubsequences: false).map { item in
      let words = item.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let year = Int(words[0]), !words[1].isEmpty else {
        throw UsageError("\"\(item)\" names no set; write YEAR:SET, such as 2007:test")
      }
      return VOCDevkit.Part(year: year, set: String(words[1]))
    }
  }

  /// The list as it is read.
  public var list: String { map { "\($0.year):\($0.set)" }.joined(separator: ",") }

  /// The devkits that occur, such as `VOC2007`.
  var yearsInWords: String { joined { "VOC\($0.year)" } }

  /// The sets that occur, such as `test`.
  var setsInWords: String { joined(\.set) }

  private func joined(_ text: (VOCDevkit.Part) -> String) -> String {
    let all = map(text)
    return all.enumerated().filter { !all[..<$0].contains($1) }.map(\.element)
      .joined(separator: "+")
  }
}
