public import Foundation
import Synchronization

/// The streams of a program: the one place that prints.
///
/// A result that could not be printed is no result: a failed write to standard output is remembered, and `Program` ends
/// with its reason. Where nobody reads on (`| head`), the process ends like any other filter, by SIGPIPE. Standard error
/// has nowhere to complain; what cannot be written there is dropped.
public enum Console {
  private struct Output {
    var buffer: [UInt8] = []
    var failure: String?
  }

  private static let output = Mutex(Output())
  private static let isTerminal = isatty(STDOUT_FILENO) == 1
  private static let bufferBytes = 1 << 16

  /// Prints a line, or text without an end.
  public static func print(_ text: String = "", terminator: String = "\n") {
    write(Data((text + terminator).utf8))
    if isTerminal { flush() }
  }

  /// Prints bytes as they are.
  public static func write(_ bytes: Data) {
    output.withLock { output in
      output.buffer += bytes
      if output.buffer.count >= bufferBytes { flush(&output) }
    }
  }

  /// Hands what was printed to the system now.
  public static func flush() { output.withLock { flush(&$0) } }

  /// Writes a line to standard error, behind what was printed before.
  public static func warn(_ text: String) { tell(text + "\n") }

  /// The same without an end of the line.
  static func tell(_ text: String) {
    flush()
    _ = write(Data(text.utf8), to: STDERR_FILENO)
  }

  /// Hands everything over; the reason why not all that was printed has arrived.
  static func end() -> String? {
    output.withLock { output in
      flush(&output)
      return output.failure
    }
  }

  /// Makes failed writes errors of their own: a file that may not grow and a pipe that nobody reads kill the process
  /// otherwise. A stream that is closed would become the next file that is opened, and that file be printed into.
  static func prepare() {
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // For reading alone, so that writing fails.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  private static func flush(_ output: inout Output) {
    guard !output.buffer.isEmpty else { return }
    let bytes = Data(output.buffer)
    output.buffer.removeAll(keepingCapacity: true)
    guard output.failure == nil, let code = write(bytes, to: STDOUT_FILENO) else { return }
    if code == EPIPE { endQuietly() }
    output.failure = String(cString: strerror(code))
  }

  /// nil, or the system's code of the failure.
  private static func write(_ bytes: Data, to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { all in
      var rest = all
      while let start = rest.baseAddress, rest.count > 0 {
        let count = Foundation.write(descriptor, start, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { return errno }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return nil
    }
  }

  private static func endQuietly() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(128 + SIGPIPE)  // Where a parent blocks the signal.
  }
}
