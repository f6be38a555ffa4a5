import Foundation
import Synchronization

/// The progress of several processes on standard error: one line for each on a terminal, where they are overwritten; plain
/// lines otherwise.
public final class ProgressLines: Sendable {
  private struct State {
    var texts: [String]
    var drawn = 0
    var told: [ContinuousClock.Instant?]
  }

  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state: Mutex<State>

  /// Nothing is shown yet.
  public init(count: Int) {
    state = Mutex(
      State(texts: Array(repeating: "", count: count), told: Array(repeating: nil, count: count)))
  }

  /// Takes a line that a process's `ProgressLine` wrote as a relay.
  public func take(_ line: String, of index: Int) {
    if line.first == ProgressLine.updateMark {
      update(String(line.dropFirst()), of: index)
    } else {
      self.line("\(index + 1): \(line)")
    }
  }

  /// Shows how far a process is: at once on a terminal, every half minute elsewhere.
  private func update(_ text: String, of index: Int) {
    state.withLock { state in
      state.texts[index] = "\(index + 1): \(text)"
      if isTerminal { return draw(&state) }
      if let last = state.told[index], last.duration(to: .now) < .seconds(30) { return }
      state.told[index] = .now
      Console.tell(state.texts[index] + "\n")
    }
  }

  /// A process is through.
  public func end(_ index: Int) {
    state.withLock { state in
      state.texts[index] = ""
      if isTerminal { draw(&state) }
    }
  }

  /// Writes a line that stays.
  public func line(_ text: String) {
    state.withLock { state in
      guard isTerminal else { return Console.tell(text + "\n") }
      Console.tell(Self.erasing(state.drawn) + text + "\n")
      state.drawn = 0
      draw(&state)
    }
  }

  private func draw(_ state: inout State) {
    let texts = state.texts.filter { !$0.isEmpty }
    let width = Self.width
    Console.tell(Self.erasing(state.drawn) + texts.map { $0.prefix(width) + "\n" }.joined())
    state.drawn = texts.count
  }

  /// Characters that fit into a line of the terminal: a longer one would take two of them.
  private static var width: Int {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
    return isKnown ? Int(size.ws_col) - 1 : 79
  }

  /// Moves up over lines and clears everything below.
  private static func erasing(_ lines: Int) -> String {
    lines == 0 ? "" : "\u{1B}[\(lines)F\u{1B}[J"
  }
}
