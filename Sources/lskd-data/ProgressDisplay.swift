import Datasets
import Foundation
import ProgramSupport

/// Prints what a fetch tells: one line that changes on a terminal, a line every tenth elsewhere.
final class ProgressDisplay {
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var hasOpenLine = false
  private var lastTenth = 0
  private var lastTime = ContinuousClock.now

  func show(_ event: FetchEvent) {
    switch event {
    case .message(let text):
      if hasOpenLine { Console.print() }
      hasOpenLine = false
      lastTenth = 0
      Console.print(text)
    case .progress(let progress): show(progress)
    }
    Console.flush()
  }

  private func show(_ progress: FetchEvent.Progress) {
    let now = ContinuousClock.now
    if isTerminal {
      guard !hasOpenLine || now - lastTime > .milliseconds(500) else { return }
      // Spaces cover what an older line had more.
      Console.print("\r\(line(progress))      ", terminator: "")
      hasOpenLine = true
    } else {
      let tenth = progress.whole.map { 10 * progress.held / max($0, 1) } ?? 0
      guard tenth > lastTenth || now - lastTime > .seconds(60) else { return }
      lastTenth = tenth
      Console.print(line(progress))
    }
    lastTime = now
  }

  private func line(_ progress: FetchEvent.Progress) -> String {
    var text = "\(progress.archive): \(megabytes(Double(progress.held)))"
    if let whole = progress.whole { text += " of \(megabytes(Double(whole)))" }
    text += ", \(megabytes(progress.rate))/s"
    if let seconds = progress.secondsLeft, seconds < 360_000 {
      let minutes = Int(seconds) / 60
      let rest = String(Int(seconds) % 60)
      text += ", \(minutes):\(rest.count < 2 ? "0" : "")\(rest) left"
    }
    return text
  }

  private func megabytes(_ bytes: Double) -> String {
    "\((bytes / 1e5).rounded() / 10) MB"
  }
}
