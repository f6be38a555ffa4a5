import Distillation
import Training

/// Runs that learn side by side from one pass over the data, with one teacher where they have one.
struct RunCohort {
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

  private var members: [(plan: RunPlan, executor: RunExecutor)]
  private let batches: Batches
  /// Whether others may join: a student whose teacher moves its running statistics has it for itself, and so has a
  /// teacher its images.
  private let isOpen: Bool
  /// The teacher of those who have one.
  private var teacher: String?

  /// A cohort of one run.
  init(_ executor: RunExecutor, of plan: RunPlan) {
    members = [(plan, executor)]
    batches = Batches(plan)
    isOpen = plan.learnsBesideOthers
    teacher = plan.teacherIdentity
  }

  /// Number of runs.
  var count: Int { members.count }

  /// Whether a run can learn beside those that are here.
  func admits(_ plan: RunPlan) -> Bool {
    guard isOpen, plan.learnsBesideOthers, Batches(plan) == batches else { return false }
    guard let teacher, let other = plan.teacherIdentity else { return true }
    return teacher == other
  }

  /// Takes a run in that may join.
  mutating func add(_ executor: RunExecutor, of plan: RunPlan) {
    members.append((plan, executor))
    teacher = teacher ?? plan.teacherIdentity
  }

  /// Carries the runs out and returns them. A run that diverges or cannot go on leaves, and the others go on;
  /// the first error that is no divergence is thrown when all are through.
  func run(stop: StopRequest, progress: any RunProgress) throws -> [(RunPlan, RunExecutor)] {
    var shared: TeacherPass?
    if count > 1 {
      progress.line("\(count) runs learn side by side")
      for member in members where shared == nil { shared = try member.executor.sharedTeacher() }
    }
    var errors: [any Error] = []
    var started: [(executor: RunExecutor, member: Cohort.Member)] = []
    for (_, executor) in members {
      do { started.append((executor, try executor.start(shared: shared))) } catch {
        errors.append(error)
      }
    }
    Cohort(started.map(\.member), teacher: shared).run(stop: stop) { index, outcome in
      do { try started[index].executor.end(outcome) } catch { errors.append(error) }
    }
    if let first = errors.first { throw first }
    return members.map { ($0.plan, $0.executor) }
  }
}

extension RunPlan {
  /// Whether other runs may share the run's batches and its teacher's passes.
  fileprivate var learnsBesideOthers: Bool { method != nil && !recipe.teacherInTrainMode }

  /// What tells the run's teacher from others; nil without one.
  fileprivate var teacherIdentity: String? { teacherFile?.sha256 ?? teacher?.hash }
}
