import Dispatch
import Foundation
import Synchronization

/// A request to end a training at the next step, set by SIGINT, SIGTERM or SIGHUP or by a caller.
public final class StopRequest: Sendable {
  private let flag = Atomic<Bool>(false)
  /// Whether a signal was the reason.
  fileprivate let isSignalled = Atomic<Bool>(false)

  /// No request yet.
  public init() {}

  /// Whether the training should stop.
  public var isSet: Bool { flag.load(ordering: .relaxed) }

  /// Asks the training to stop.
  public func set() { flag.store(true, ordering: .relaxed) }

  /// Lets SIGINT, SIGTERM and SIGHUP set the request until the returned value is released. A second signal ends the
  /// process at once. SIGHUP stays ignored where it is, as under nohup.
  public func onSignals() -> SignalWatch { SignalWatch(self) }

  /// Sets the request when standard input ends: by the process that holds its other end, or by the death of that one.
  public func onEndOfInput() {
    Thread.detachNewThread { [self] in
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR { return set() }
      }
    }
  }
}

/// Watches these signals for as long as it lives.
public final class SignalWatch {
  private let signals = [SIGINT, SIGTERM] + (SignalWatch.isIgnored(SIGHUP) ? [] : [SIGHUP])
  private var sources: [any DispatchSourceSignal] = []

  init(_ request: StopRequest) {
    for number in signals {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(
        signal: number, queue: DispatchQueue(label: "signals"))
      source.setEventHandler {
        // Without the work of `exit`, which takes libtorch apart under threads that compute.
        if request.isSignalled.exchange(true, ordering: .relaxed) { _exit(128 + number) }
        request.set()
      }
      source.activate()
      sources.append(source)
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in signals { signal(number, SIG_DFL) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    // Handlers are functions, which Swift does not compare; SIG_IGN is the address 1.
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
