public import Distillation
import NeuralNet

/// Trainings that learn side by side from one pass over the data: every batch is prepared once, and a teacher that they
/// share looks at it once. Each ends with the bytes that it would have alone.
///
/// All members have the same data, batches, epochs, kind of parameters (dtype, device, memory order) and arithmetic.
/// Preparations and interruptions leave members at different places: those that are behind go first, until they have
/// caught up. Only the step of one member builds a graph at a time, so that memory holds the networks of all and the
/// activations of one.
public final class Cohort {
  /// One training with those whom it tells.
  public struct Member {
    let trainer: Trainer
    let observer: any TrainingObserver

    /// Makes a member.
    public init(trainer: Trainer, observer: any TrainingObserver) {
      self.trainer = trainer
      self.observer = observer
    }
  }

  /// Told once for every member, by its index, as soon as it is through: finished, interrupted or failed.
  public typealias Departure = (Int, Result<TrainingOutcome, any Error>) -> Void

  private let members: [Member]
  private let shared: SharedWork
  private var active: [Int]

  /// Brings trainings together. `teacher` is the pass that their objectives share, if they do.
  public init(_ members: [Member], teacher: TeacherPass? = nil) {
    self.members = members
    shared = SharedWork(teacher: teacher)
    active = Array(members.indices)
  }

  /// Trains until every member has left. A member that fails leaves, and the others go on; a request to stop
  /// interrupts all.
  public func run(stop: StopRequest, departure: Departure) {
    for index in active {
      attempt(index, departure) { try $0.trainer.begin($0.observer) }
    }
    leaveFinished(departure)
    while let first = active.compactMap({ members[$0].trainer.place }).min() {
      guard runEpoch(from: first, stop, departure) else {
        for index in active {
          departure(index, Result { try members[index].trainer.interrupt(members[index].observer) })
        }
        active = []
        return
      }
      leaveFinished(departure)
    }
  }

  /// Runs the rest of one epoch for those who stand in it; false when a stop was requested before its end.
  private func runEpoch(from first: TrainingPlace, _ stop: StopRequest, _ departure: Departure)
    -> Bool
  {
    let group = active.filter { members[$0].trainer.place?.isInEpoch(of: first) ?? false }
    guard let guide = group.first.map({ members[$0].trainer }) else { return true }
    for index in group { attempt(index, departure) { try $0.trainer.beginEpoch() } }
    shared.ask()
    var next = first.batch
    for batch in guide.batches(from: first) {
      let present = group.filter { active.contains($0) }
      guard !present.isEmpty else { return true }
      shared.receive()
      do {
        if try guide.isAsked(toStop: stop) { return false }
        let parts = try guide.parts(of: try batch.get())
        for index in present where members[index].trainer.place?.batch == next {
          attempt(index, departure) { try $0.trainer.take(parts, $0.observer, shared) }
        }
      } catch {
        for index in present { leave(index, .failure(error), departure) }
        return true
      }
      next += 1
      shared.ask()
    }
    for index in group { attempt(index, departure) { try $0.trainer.endEpoch($0.observer) } }
    return true
  }

  private func attempt(_ index: Int, _ departure: Departure, _ work: (Member) throws -> Void) {
    guard active.contains(index) else { return }
    do { try work(members[index]) } catch { leave(index, .failure(error), departure) }
  }

  private func leaveFinished(_ departure: Departure) {
    for index in active where members[index].trainer.place == nil {
      leave(index, .success(.finished), departure)
    }
  }

  private func leave(
    _ index: Int, _ outcome: Result<TrainingOutcome, any Error>, _ departure: Departure
  ) {
    active.removeAll { $0 == index }
    departure(index, outcome)
  }
}

/// A place in a training, ordered as trainings reach it: the preparation, then the epochs of the recipe.
struct TrainingPlace: Comparable {
  /// Whether it lies in the preparation.
  let isPreparation: Bool
  /// Epoch of the phase.
  let epoch: Int
  /// Epoch of the data order.
  let dataEpoch: Int
  /// Batches of the epoch that are done.
  let batch: Int

  func isInEpoch(of other: TrainingPlace) -> Bool {
    isPreparation == other.isPreparation && epoch == other.epoch
  }

  static func < (first: TrainingPlace, second: TrainingPlace) -> Bool {
    let (a, b) = (first, second)
    return (a.isPreparation ? 0 : 1, a.epoch, a.batch) < (b.isPreparation ? 0 : 1, b.epoch, b.batch)
  }
}

/// The clock of what a cohort does once for all: waiting for batches, and the teacher's passes.
final class SharedWork {
  private let teacher: TeacherPass?
  private var waited = 0.0
  /// Seconds of all shared work before the current batch was asked for.
  private(set) var secondsBeforeBatch = 0.0
  private var asked = ContinuousClock.now

  init(teacher: TeacherPass?) { self.teacher = teacher }

  /// Seconds of the shared teacher so far.
  var teacherSeconds: Double { teacher?.sharedSeconds ?? 0 }
  /// Seconds of all shared work so far.
  var seconds: Double { waited + teacherSeconds }

  /// The next batch is asked for.
  func ask() {
    asked = .now
    secondsBeforeBatch = seconds
  }
  /// It is there.
  func receive() { waited += asked.duration(to: .now).seconds }
}
