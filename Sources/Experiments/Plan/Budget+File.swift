import DurableFiles
public import Foundation
import UserErrors
import Yams

extension Budget {
  /// Finds what `--budget` names: a usual budget, or a YAML file.
  public init(named text: String) throws {
    if let base = Base(rawValue: text) {
      self.init(base)
    } else if Self.fileEndings.contains(where: { text.hasSuffix($0) }) {
      try self.init(contentsOf: URL(fileURLWithPath: text))
    } else {
      throw UsageError(
        "there is no budget \"\(text)\"; known are "
          + Base.allCases.map(\.rawValue).joined(separator: ", ")
          + ", and FILE\(Self.fileEndings[0]) names a file with one")
    }
  }

  private static let fileEndings = [".yaml", ".yml"]
  private static let mostBytes = 65_536
  private static let (nameKey, baseKey) = ("name", "base")

  /// Reads a budget: a mapping of its `name`, the usual budget `base` from which it starts, and of the parts that it changes.
  /// Throws for what is no such mapping, with the line.
  public init(contentsOf file: URL) throws {
    func refusal(_ sentence: String, _ node: Node? = nil) -> UsageError {
      UsageError("\(file.path)\(node?.mark.map { ":\($0.line)" } ?? ""): \(sentence)")
    }
    let values = try FileError.wording("read", file) {
      try file.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
    }
    guard values.isRegularFile ?? false, (values.fileSize ?? 0) <= Self.mostBytes else {
      throw refusal("a budget is a file of at most \(Self.mostBytes) bytes")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: String(decoding: FileError.reading(file), as: UTF8.self))
    } catch let error as YamlError {
      throw refusal(error.sentence)
    }
    guard let mapping = root?.mapping else {
      throw refusal("a budget is a mapping of \(Self.keys.joined(separator: ", "))", root)
    }
    var changes = BudgetChanges()
    var (name, base): (String?, Base?)
    for (key, value) in mapping {
      guard let text = value.flatText else { throw refusal("this is no simple value", value) }
      switch key.string {
      case Self.nameKey: name = text
      case Self.baseKey:
        base = Base(rawValue: text)
        if base == nil { throw refusal("there is no usual budget \"\(text)\"", value) }
      case .some(let word):
        guard let part = BudgetChanges.Part(rawValue: word) else {
          throw refusal(
            "a budget has no \"\(word)\"; known are \(Self.keys.joined(separator: ", "))", key)
        }
        do { try changes.set(part, text) } catch { throw refusal(error.description, value) }
      case nil: throw refusal("this is no name of a part", key)
      }
    }
    guard let name, Self.isName(name) else {
      throw refusal(
        "a budget has a \(Self.nameKey) of its own, of small letters, digits and hyphens", root)
    }
    guard let base else {
      throw refusal("a budget says from which \(Self.baseKey) it starts", root)
    }
    self.init(base, name: name, changes: changes)
  }

  private static var keys: [String] {
    [nameKey, baseKey] + BudgetChanges.Part.allCases.map(\.rawValue)
  }

  /// Names become those of folders, and those of usual budgets are taken.
  private static func isName(_ text: String) -> Bool {
    text.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,39}/) != nil && Base(rawValue: text) == nil
  }
}

extension Node {
  /// A scalar's text; a list's or a mapping's as flags have them, with commas and equals signs. nil for anything deeper.
  fileprivate var flatText: String? {
    switch self {
    case .scalar(let scalar): return scalar.string
    case .sequence(let items):
      let texts = items.compactMap(\.scalar?.string)
      return texts.count == items.count ? texts.joined(separator: ",") : nil
    case .mapping(let pairs):
      let texts = pairs.compactMap { pair in
        pair.key.scalar.flatMap { key in pair.value.scalar.map { "\(key.string)=\($0.string)" } }
      }
      return texts.count == pairs.count ? texts.joined(separator: ",") : nil
    case .alias: return nil
    }
  }
}

extension YamlError {
  /// What is wrong, in one line.
  fileprivate var sentence: String {
    switch self {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "no YAML: \(problem) in line \(mark.line)"
    case .reader(let problem, _, _, _): "no YAML: \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      "\(duplicates.joined(separator: ", ")) is there twice, in line \(context.mark.line)"
    default: "no YAML"
    }
  }
}
