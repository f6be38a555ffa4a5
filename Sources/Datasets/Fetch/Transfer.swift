internal import CDownload
import Foundation

/// One request to one server, written into a file.
struct Transfer {
  /// How a request ended.
  enum Outcome {
    /// The server sent all that it announced.
    case complete
    /// The connection broke, or the server sent something else than the file; `isCut` tells whether going on is worth
    /// a try.
    case failed(String, isCut: Bool)
    /// The server answered with an HTTP error.
    case refused(Int)
    /// The disk did not take the bytes.
    case disk(String)
  }

  let url: String
  let file: FileHandle
  let size: Int?
  let patience: FetchPatience

  /// Asks for what is missing after `offset` bytes; the second value is the size of the file afterwards.
  func run(offset: Int, progress: @escaping (Int, Int) -> Void) -> (Outcome, held: Int) {
    let listener = Listener(progress)
    var result = cd_result()
    var message = [CChar](repeating: 0, count: Int(CD_MESSAGE_SIZE))
    let status = url.withCString { text in
      var request = cd_request(
        url: text, descriptor: file.fileDescriptor, offset: Int64(offset),
        expected_size: Int64(size ?? -1), connect_seconds: Int32(patience.connect),
        stall_seconds: Int32(patience.stall),
        progress: { context, held, whole in
          guard let context else { return }
          Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue()
            .progress(Int(held), Int(whole))
        }, context: Unmanaged.passUnretained(listener).toOpaque())
      return cd_download(&request, &result, &message)
    }
    // The listener has to live for as long as the call.
    withExtendedLifetime(listener) {}
    let text = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let outcome: Outcome =
      switch status {
      case .CD_OK: .complete
      case .CD_UNREACHABLE, .CD_WRONG_SIZE: .failed(text, isCut: false)
      case .CD_CUT: .failed(text, isCut: true)
      case .CD_REFUSED: .refused(Int(result.http_status))
      case .CD_DISK: .disk(text)
      }
    return (outcome, Int(result.held))
  }

  private final class Listener {
    let progress: (Int, Int) -> Void

    init(_ progress: @escaping (Int, Int) -> Void) { self.progress = progress }
  }
}
