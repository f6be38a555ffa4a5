internal import CTorch
import Foundation

/// A replica waits for others to come.
public struct ReplicaWait: Hashable, Sendable {
  /// Ranks of those that are not there yet.
  public let absent: [Int]
  /// Seconds until the replica gives up.
  public let secondsLeft: Double
}

/// The wait for all replicas of a group.
///
/// Everyone leaves a note with its rank; rank 0, which keeps the notes, leaves another one when all are there.
struct ReplicaEntrance {
  private static let complete = "all are here"
  /// Seconds between two looks, before the first word about a wait, and between two of them.
  private static let (interval, patience, silence) = (0.1, 5.0, 60.0)

  private let rank: Int
  private let worldSize: Int
  private let meeting: ProcessGroup.Meeting
  private let operation: String
  private let end: ContinuousClock.Instant
  private var word: ContinuousClock.Instant

  init(_ rank: Int, _ worldSize: Int, _ meeting: ProcessGroup.Meeting, _ operation: String) {
    self.rank = rank
    self.worldSize = worldSize
    self.meeting = meeting
    self.operation = operation
    end = .now + .seconds(meeting.timeout)
    word = .now + .seconds(Self.patience)
  }

  private var secondsLeft: Double { ContinuousClock.now.duration(to: end) / .seconds(1) }

  /// Returns the place when all have come; the caller closes it.
  mutating func gather(_ wait: (ReplicaWait) -> Void) throws(TensorError) -> OpaquePointer {
    let place = try find(wait)
    do throws(TensorError) {
      try note("replica \(rank)", at: place)
      if rank == 0 {
        var absent = Array(1..<max(worldSize, 1))
        repeat {
          for (index, other) in absent.enumerated().reversed() {
            if try has("replica \(other)", at: place) { absent.remove(at: index) }
          }
          try pause(for: absent, wait)
        } while !absent.isEmpty
        try note(Self.complete, at: place)
      } else {
        // Rank 0 says who is missing; nobody else repeats it.
        while try !has(Self.complete, at: place) {
          guard secondsLeft > 0 else { throw overdue("not all of them came") }
          Thread.sleep(forTimeInterval: Self.interval)
        }
      }
    } catch {
      ct_meeting_close(place)
      guard rank != 0, secondsLeft > 0 else { throw error }
      throw TensorError(
        operation: operation, code: error.code,
        message: "replica 0 has ended; its own message says why (\(error.message))")
    }
    return place
  }

  /// Opens the place; a replica but rank 0 waits until rank 0 has.
  private mutating func find(_ wait: (ReplicaWait) -> Void) throws(TensorError) -> OpaquePointer {
    let port = Int32(clamping: meeting.port)
    var isOpen = rank == 0
    while !isOpen {
      try check(operation, ct_meeting_is_open(meeting.address, port, &isOpen))
      if !isOpen { try pause(for: [0], wait) }
    }
    var place: OpaquePointer?
    let limit = max(secondsLeft, 1)
    try check(
      operation, ct_meeting_open(Int32(clamping: rank), meeting.address, port, limit, &place))
    guard let place else {
      throw TensorError(operation: operation, code: .unknown, message: "no result")
    }
    return place
  }

  /// Waits a moment for `absent`, if they are any, and says so from time to time; throws when the time is over.
  private mutating func pause(for absent: [Int], _ wait: (ReplicaWait) -> Void) throws(TensorError)
  {
    guard !absent.isEmpty else { return }
    guard secondsLeft > 0 else { throw overdue("\(absent.replicas) did not come") }
    if ContinuousClock.now >= word {
      wait(ReplicaWait(absent: absent, secondsLeft: secondsLeft))
      word = .now + .seconds(Self.silence)
    }
    Thread.sleep(forTimeInterval: Self.interval)
  }

  private func overdue(_ clause: String) -> TensorError {
    TensorError(
      operation: operation, code: .refused,
      message: "\(clause) within \(Int(meeting.timeout)) seconds")
  }

  private func note(_ text: String, at place: OpaquePointer) throws(TensorError) {
    try check(operation, ct_meeting_note(place, text))
  }

  private func has(_ text: String, at place: OpaquePointer) throws(TensorError) -> Bool {
    var found = false
    try check(operation, ct_meeting_has_note(place, text, &found))
    return found
  }
}

extension [Int] {
  /// Ranks in words; of many the first.
  fileprivate var replicas: String {
    let shown = prefix(8).map(String.init).joined(separator: ", ")
    let rest = count > 8 ? " and \(count - 8) more" : ""
    return "\(count == 1 ? "replica" : "replicas") \(shown)\(rest)"
  }
}

extension ReplicaWait: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    "waits for \(absent.replicas); gives up in \(Int(secondsLeft.rounded())) seconds"
  }
}
