public import CheckpointFormat
import Foundation

/// A change of tensors' names when a file is read, `FROM=TO`.
///
/// FROM is the beginning of names up to a dot, `linear=fc` for `linear.weight`; an empty TO leaves it out. Between
/// slashes it is a regular expression, in whose TO `$1` is what the first group found:
/// `/^layer(\d)\.(\d)/=block$1.layer.$2`.
public struct TensorRenaming: Sendable {
  private enum Rule: Sendable {
    case beginning(String, String)
    case expression(NSRegularExpression, String)
  }

  /// As it was written.
  public let text: String
  private let rule: Rule

  /// Reads `FROM=TO`. Throws `unsupportedContent` for anything else.
  public init(_ text: String) throws(CheckpointError) {
    self.text = text
    if text.hasPrefix("/"), let end = text.range(of: "/=", options: .backwards),
      end.lowerBound > text.startIndex
    {
      let pattern = String(text[text.index(after: text.startIndex)..<end.lowerBound])
      do {
        rule = .expression(
          try NSRegularExpression(pattern: pattern), String(text[end.upperBound...]))
      } catch {
        throw CheckpointError(
          .unsupportedContent, "\"\(pattern)\" in \"\(text)\" is no regular expression")
      }
      return
    }
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw CheckpointError(
        .unsupportedContent, "\"\(text)\" renames nothing: write FROM=TO or /EXPRESSION/=TO")
    }
    rule = .beginning(String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  /// The new name; nil where the rule does not apply.
  func name(for name: String) -> String? {
    switch rule {
    case .beginning(let old, let new):
      let old = old.hasSuffix(".") ? String(old.dropLast()) : old
      let new = new.hasSuffix(".") ? String(new.dropLast()) : new
      if name == old { return new }
      guard name.hasPrefix(old + ".") else { return nil }
      let rest = name.dropFirst(old.count + 1)
      return new.isEmpty ? String(rest) : "\(new).\(rest)"
    case .expression(let expression, let template):
      let whole = NSRange(name.startIndex..., in: name)
      guard expression.firstMatch(in: name, range: whole) != nil else { return nil }
      return expression.stringByReplacingMatches(in: name, range: whole, withTemplate: template)
    }
  }
}
