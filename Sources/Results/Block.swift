/// One repetition: what two methods share where their results are paired.
public struct Block: Hashable, Comparable, Sendable {
  /// SHA-256 of the teacher's checkpoint, or the seed of one that is to be trained; empty for a network that learns alone.
  public let teacher: String
  /// The seed that names the repetition.
  public let seed: UInt64

  /// By seed, then by teacher.
  public static func < (left: Block, right: Block) -> Bool {
    (left.seed, left.teacher) < (right.seed, right.teacher)
  }
}

extension RunRecord {
  /// The repetition that the run belongs to. Of a run whose teacher is not trained yet the teacher's seed tells.
  public var block: Block {
    Block(
      teacher: teacher?.checkpointHash ?? teacherSeed.map { "seed \($0)" } ?? "", seed: rootSeed)
  }
}
