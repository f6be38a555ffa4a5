public import TensorCore
public import UserErrors

/// Which of several replicas of one training this process is, as its launcher tells in the environment.
public struct ReplicaEnvironment: Hashable, Sendable {
  /// Number of this replica, from 0.
  public let rank: Int
  /// Number of replicas.
  public let worldSize: Int
  /// Number of this replica among those of its machine.
  public let localRank: Int
  /// Where they meet.
  public let meeting: ProcessGroup.Meeting

  /// Reads `RANK`, `WORLD_SIZE`, `LOCAL_RANK` (default: the rank), `MASTER_ADDR` and `MASTER_PORT`, as torchrun sets them.
  /// Where `MASTER_ADDR` is set, `srun`'s names of a job's step do for the first three; those of the job, which a
  /// plain shell inside it has too, do not. nil for a process that is alone.
  /// Throws for names that do not fit together.
  public init?(_ environment: [String: String]) throws(UsageError) {
    let isSlurm = environment["MASTER_ADDR"] != nil
    func number(_ name: String, _ slurm: String, _ range: ClosedRange<Int>)
      throws(UsageError) -> Int?
    {
      let known = environment[name] == nil && isSlurm ? slurm : name
      guard let text = environment[known] else { return nil }
      guard let value = Int(text), range.contains(value) else {
        throw UsageError(
          "\(known) must be a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\""
        )
      }
      return value
    }
    let limit = 65_535
    guard let worldSize = try number("WORLD_SIZE", "SLURM_STEP_NUM_TASKS", 1...limit) else {
      guard environment["RANK"] == nil else {
        throw UsageError("RANK is set without WORLD_SIZE, the number of replicas")
      }
      return nil
    }
    guard let rank = try number("RANK", "SLURM_PROCID", 0...limit) ?? (worldSize == 1 ? 0 : nil)
    else { throw UsageError("WORLD_SIZE is set without RANK, the number of this replica") }
    guard rank < worldSize else {
      throw UsageError("RANK \(rank) is not below WORLD_SIZE \(worldSize)")
    }
    guard worldSize > 1 else { return nil }
    guard let address = environment["MASTER_ADDR"], !address.isEmpty,
      let port = try number("MASTER_PORT", "MASTER_PORT", 1...limit)
    else {
      throw UsageError("replicas meet at MASTER_ADDR and MASTER_PORT, which must be set")
    }
    self.rank = rank
    self.worldSize = worldSize
    localRank = try number("LOCAL_RANK", "SLURM_LOCALID", 0...limit) ?? rank
    meeting = .init(
      address: address, port: port,
      timeout: Double(
        try number(Self.timeoutName, Self.timeoutName, 1...86_400) ?? Self.timeout))
  }

  /// Longest wait for another replica, in seconds; tests shorten it.
  private static let timeout = 300
  private static let timeoutName = "LSKD_REPLICA_TIMEOUT"
}
