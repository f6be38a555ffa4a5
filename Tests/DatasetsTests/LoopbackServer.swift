import Foundation
import Synchronization

/// A small HTTP server on the loopback interface: one file, with the faults that a download has to survive. It answers a
/// bounded number of requests and ends after a bounded time.
final class LoopbackServer: Sendable {
  /// How it treats the requests for a path.
  enum Manner: Sendable {
    /// As asked, ranges included.
    case proper
    /// The first answer breaks off after so many bytes of its body.
    case cutting(after: Int)
    /// Always the whole file, whatever range was asked for.
    case withoutRanges
    /// The same size, other bytes.
    case otherContent
    /// A longer file.
    case tooLong
    /// HTTP 404.
    case missing
    /// A redirection to another path.
    case moved(to: String)
    /// Takes the request and says nothing.
    case silent
  }

  private static let mostRequests = 32
  private static let lifetimeInMilliseconds: Int32 = 20_000

  private let content: [UInt8]
  private let manners: [String: Manner]
  private let listener: Int32
  private let log = Mutex<[String]>([])

  /// The address without a path.
  let address: String

  /// Path and range of every request so far.
  var requests: [String] { log.withLock { $0 } }

  /// Serves `content` under the paths of `manners`.
  init(_ content: [UInt8], _ manners: [String: Manner]) throws {
    self.content = content
    self.manners = manners
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let isBound = withUnsafeMutablePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw CocoaError(.featureUnsupported) }
    address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    Thread.detachNewThread { [self] in serve() }
  }

  private func serve() {
    defer { close(listener) }
    for _ in 0..<Self.mostRequests {
      var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, Self.lifetimeInMilliseconds) > 0 else { return }
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return }
      var patience = timeval(tv_sec: 5, tv_usec: 0)
      setsockopt(
        connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      Thread.detachNewThread { [self] in
        answer(connection)
        close(connection)
      }
    }
  }

  private func answer(_ connection: Int32) {
    var head: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
      let count = read(connection, &piece, piece.count)
      guard count > 0, head.count < 1 << 16 else { return }
      head += piece[..<count]
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n").map(String.init)
    let path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let start = range.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) } ?? 0
    let isFirst = log.withLock { log in
      defer { log.append("\(path) \(start)") }
      return !log.contains { $0.hasPrefix(path + " ") }
    }
    switch manners[path] ?? .missing {
    case .proper: reply(connection, content, from: start)
    case .cutting(let bytes):
      reply(connection, content, from: start, cutAfter: isFirst ? bytes : nil)
    case .withoutRanges: reply(connection, content, from: 0)
    case .otherContent: reply(connection, content.map { $0 ^ 1 }, from: start)
    case .tooLong: reply(connection, content + [0], from: start)
    case .missing: send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    case .moved(let other):
      send(connection, "HTTP/1.1 302 Found\r\nLocation: \(other)\r\nContent-Length: 0\r\n\r\n")
    case .silent:
      // Until the client gives up.
      var byte: UInt8 = 0
      while recv(connection, &byte, 1, 0) > 0 {}
    }
  }

  private func reply(
    _ connection: Int32, _ bytes: [UInt8], from start: Int, cutAfter limit: Int? = nil
  ) {
    guard start == 0 || start < bytes.count else {
      return send(
        connection, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n")
    }
    let body = bytes[start...]
    var head = start > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n"
    if start > 0 {
      head += "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)\r\n"
    }
    send(connection, head + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n")
    send(connection, Array(body.prefix(limit ?? body.count)))
  }

  private func send(_ connection: Int32, _ text: String) { send(connection, Array(text.utf8)) }

  private func send(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
