import Distillation
import Training

/// Runs that learn side by side from one pass over the data, with one teacher where they have one.
struct RunCohort {
  private var members: [(plan: RunPlan, executor: RunExecutor)]

  /// A cohort of one run.
  init(_ executor: RunExecutor, of plan: RunPlan) { members = [(plan, executor)] }

  /// Number of runs.
  var count: Int { members.count }

  /// Takes a run in that may join.
  mutating func add(_ executor: RunExecutor, of plan: RunPlan) { members.append((plan, executor)) }

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
      do {
        started.append((executor, try executor.start(shared: shared, share: 1 / Double(count))))
      } catch {
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
