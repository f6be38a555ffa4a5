import Foundation

/// Progress on standard error: one line that is overwritten on a terminal, plain lines otherwise.
final class ProgressLine {
  private let isSilent: Bool
  private let isTerminal = isatty(2) == 1
  private var last = ContinuousClock.now - .seconds(3600)
  private var isOpen = false

  /// Progress of one process; a replica that follows shows none.
  init(isSilent: Bool = false) { self.isSilent = isSilent }

  /// Shows `text`, at most five times a second on a terminal and every half minute elsewhere.
  func update(_ text: @autoclosure () -> String) {
    let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(30)
    guard last.duration(to: .now) >= interval else { return }
    last = .now
    write(isTerminal ? "\r\u{1B}[K" + text() : text() + "\n")
    isOpen = isTerminal
  }

  /// Writes a line that stays.
  func line(_ text: String) {
    write((isOpen ? "\r\u{1B}[K" : "") + text + "\n")
    isOpen = false
  }

  private func write(_ text: String) {
    guard !isSilent else { return }
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// Seconds as `1 h 02 min`, `3 min 04 s` or `5 s`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    let whole = Int(seconds.rounded())
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    if whole >= 3600 { return "\(whole / 3600) h \(pad(whole / 60 % 60)) min" }
    if whole >= 60 { return "\(whole / 60) min \(pad(whole % 60)) s" }
    return "\(whole) s"
  }
}
