import Foundation
import Synchronization

/// Progress on standard error: one line that is overwritten on a terminal, plain lines otherwise.
public final class ProgressLine: Sendable {
  private struct State {
    var last: ContinuousClock.Instant?
    var isOpen = false
  }

  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let isRelay: Bool
  private let state = Mutex(State())

  /// Nothing is shown yet. A relay writes plain lines for the `ProgressLines` of another process.
  public init(isRelay: Bool = false) { self.isRelay = isRelay }

  /// Shows `text`, at most five times a second on a terminal and every half minute elsewhere.
  public func update(_ text: () -> String) {
    let interval: Duration =
      isRelay ? .seconds(1) : isTerminal ? .milliseconds(200) : .seconds(30)
    state.withLock { state in
      if let last = state.last, last.duration(to: .now) < interval { return }
      state.last = .now
      if isRelay { return Console.tell("\(Self.updateMark)\(text())\n") }
      Console.tell(isTerminal ? Self.clearing + text() : text() + "\n")
      state.isOpen = isTerminal
    }
  }

  /// Writes a line that stays.
  public func line(_ text: String) {
    state.withLock { state in
      Console.tell((state.isOpen ? Self.clearing : "") + text + "\n")
      state.isOpen = false
    }
  }

  /// How a relay begins what the next update may replace.
  static let updateMark: Character = ">"
  private static let clearing = "\r\u{1B}[K"
}
