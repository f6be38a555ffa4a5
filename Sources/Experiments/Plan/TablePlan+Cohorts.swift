import Distillation

extension TablePlan {
  /// The runs, by their places, that may learn beside a first one: behind it in the plan, of the same batches and the same
  /// teacher, whose training is done. Those without a teacher join any.
  func companions(
    of first: Int, atMost count: Int, isOpen: (RunPlan) -> Bool, isDone: (RunPlan) -> Bool
  )
    -> [Int]
  {
    guard runs[first].learnsBesideOthers else { return [] }
    let batches = Batches(runs[first])
    var teacher = runs[first].teacherIdentity
    var found: [Int] = []
    for (index, run) in runs.enumerated() where index > first && found.count < count {
      guard run.learnsBesideOthers, Batches(run) == batches, isOpen(run),
        run.teacher.map(isDone) ?? true, teacher == nil || run.teacherIdentity ?? teacher == teacher
      else { continue }
      teacher = teacher ?? run.teacherIdentity
      found.append(index)
    }
    return found
  }

  /// All open runs as they would be carried out, in groups of at most `largest` that learn side by side.
  func cohorts(atMost largest: Int, isOpen: (RunPlan) -> Bool) -> [[RunPlan]] {
    var done = Set(runs.filter { !isOpen($0) }.map(\.hash))
    var cohorts: [[RunPlan]] = []
    for index in runs.indices where !done.contains(runs[index].hash) {
      let companions = companions(
        of: index, atMost: largest - 1, isOpen: { !done.contains($0.hash) },
        isDone: { done.contains($0.hash) })
      let cohort = [runs[index]] + companions.map { runs[$0] }
      done.formUnion(cohort.map(\.hash))
      cohorts.append(cohort)
    }
    return cohorts
  }

  /// What decides about the batches of a run.
  private struct Batches: Hashable {
    let seed: UInt64
    let size: Int
    let epochs: Int
    let counting: LossCounting
    let imagesAtOnce: Int?
    let preparesAsReleased: Bool

    init(_ run: RunPlan) {
      seed = run.seed
      size = run.recipe.batchSize
      epochs = run.recipe.epochs
      counting = run.recipe.counting
      imagesAtOnce = run.partLimit
      preparesAsReleased = run.recipe.preparesAsReleased
    }
  }
}

extension RunPlan {
  /// Whether other runs may share the run's batches and its teacher's passes: a student whose teacher moves its running
  /// statistics has it for itself, and so has a teacher its images.
  fileprivate var learnsBesideOthers: Bool { method != nil && !recipe.teacherInTrainMode }

  /// What tells the run's teacher from others; nil without one.
  fileprivate var teacherIdentity: String? { teacherFile?.sha256 ?? teacher?.hash }
}
