import Datasets
import DurableFiles
import Foundation
import TensorCore
import UserErrors

extension RunOptions {
  /// Whether this process claims folders, writes and prints. The other replicas follow its decisions.
  public var leads: Bool { replicas?.isLeader ?? true }

  /// Meets the other replicas. Throws when they do not come.
  public mutating func join(_ replica: ReplicaEnvironment) throws {
    replicas = try ProcessGroup(
      rank: replica.rank, worldSize: replica.worldSize, at: replica.meeting, device: place.device
    ) { wait in
      progress.line(
        "replica \(replica.rank) of \(replica.worldSize) at \(replica.meeting.address):"
          + "\(replica.meeting.port) \(wait)")
    }
  }

  /// The part of every batch that this process sees.
  var part: BatchPart { replicas.map { BatchPart($0.rank, of: $0.worldSize) } ?? .whole }

  /// Rank 0's answer to a question that replicas might see answered differently.
  func leaderDecides(_ answer: Bool) throws -> Bool {
    guard let replicas else { return answer }
    return try replicas.fromLeader([answer ? 1 : 0]) == [1]
  }

  /// Rank 0's SHA-256 of something that it alone knows for sure; nil where it knows none.
  func leaderTells(digest: String?) throws -> String? {
    guard let replicas else { return digest }
    let none = String(repeating: "-", count: 64)
    let told = try replicas.fromLeader((digest ?? none).utf8.map { Int($0) })
    let text = String(decoding: told.map { UInt8(clamping: $0) }, as: UTF8.self)
    return text == none ? nil : text
  }

  /// Runs `body` here after it has run in rank 0.
  func leaderFirst<Output>(_ body: () throws -> Output) throws -> Output {
    if !leads { try replicas?.barrier() }
    let output = try body()
    if leads { try replicas?.barrier() }
    return output
  }

  /// What several replicas change in a recipe.
  var replicaDeviations: [String] {
    guard let replicas else { return [] }
    return [
      "\(replicas.worldSize) replicas, each with its part of every batch; norms over all parts"
    ]
  }

  /// Refuses runs that replicas cannot share, and replicas that were started with other requests.
  func checkReplicas(_ runs: [RunPlan]) throws {
    guard let replicas else { return }
    for run in runs {
      guard let method = run.method?.base, let reason = method.replicaRefusal else { continue }
      throw UsageError("\(method.id) \(reason): run it in one process")
    }
    if let run = runs.first(where: \.matchesFirstGradient) {
      throw UsageError(
        "\(run.methodName) measures its weight on the first batch, which replicas do not share: run it in one process"
      )
    }
    let names = Digest.sha256(Data(runs.map(\.hash).joined(separator: " ").utf8))
    let own = names.utf8.map { Int($0) }
    let isOther = try replicas.fromLeader(own) != own
    guard try !replicas.any(isOther) else {
      throw UsageError(
        "the replicas plan different runs: start all with the same command, the same data and the "
          + "same --runs directory")
    }
  }
}
