import Foundation
import JSON
import Results

/// The runs that are still to be done, as tasks for a scheduler: each task is one command, and a run that another worker has
/// finished is passed over by it.
public struct RunSchedule {
  /// Whose language.
  public enum Format: String, Sendable, CaseIterable {
    /// Two scripts in one for Slurm: an array of the tasks that train teachers, and one of the others, which waits for it.
    case slurm
    /// A Makefile.
    case make
    /// One JSON object a line.
    case jsonl
  }

  /// All methods of one setting and block, which learn side by side.
  private struct Task {
    let setting: String
    let seed: UInt64
    /// That of the teacher; nil where no run of the setting and seed trains one.
    let teacherSeed: UInt64?
    /// The task that does, where it is another one.
    var needs: String?
    var runs: [String] = []
    var operations = 0.0

    var name: String { "\(setting)-seed\(seed)" + (teacherSeed.map { "-teacher\($0)" } ?? "") }

    var arguments: [String] {
      ["--settings", setting, "--seeds", "\(seed)"]
        + (teacherSeed.map { ["--teacher-seeds", "\($0)"] } ?? [])
    }
  }

  private let tasks: [Task]
  private let command: [String]

  /// The tasks of a plan; `command` is the command of the whole, without the options that choose a part of it.
  init(_ plan: TablePlan, cost: RunCost, command: [String], options: RunOptions) throws {
    self.command = command
    var tasks: [Task] = []
    var leaders: [String: String] = [:]
    for run in plan.runs where run.method != nil {
      guard try !TableRunner.isFinished(run, options) else { continue }
      // A student that learns alone goes with the first teacher of its seed.
      let first = plan.runs.first {
        $0.teacher != nil && $0.setting.id == run.setting.id && $0.seed == run.seed
      }
      var task = Task(
        setting: run.setting.id, seed: run.seed,
        teacherSeed: (run.teacher == nil ? first : run)?.teacherSeed)
      let place = tasks.firstIndex { $0.name == task.name } ?? tasks.count
      if place < tasks.count { task = tasks[place] }
      task.runs.append(run.folderName)
      task.operations += try cost.operations(run)
      if let teacher = run.teacher, try !TableRunner.isFinished(teacher, options) {
        let leader = leaders[teacher.hash] ?? task.name
        if leaders.updateValue(leader, forKey: teacher.hash) == nil {
          task.runs.insert(teacher.folderName, at: 0)
          task.operations += try cost.operations(teacher)
        } else if leader != task.name {
          task.needs = leader
        }
      }
      if place < tasks.count { tasks[place] = task } else { tasks.append(task) }
    }
    self.tasks = tasks
  }

  /// The text for a scheduler.
  public func text(_ format: Format) -> String {
    switch format {
    case .jsonl: jsonLines
    case .make: makefile
    case .slurm: slurm
    }
  }

  private func line(_ task: Task) -> String {
    (command + task.arguments).map(Self.quoted).joined(separator: " ")
  }

  /// A word that a shell reads as it is.
  private static func quoted(_ word: String) -> String {
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./,=+:@".contains($0) }
    return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }

  private var jsonLines: String {
    tasks.map { task in
      JSONValue.object([
        "task": .string(task.name), "command": .string(line(task)),
        "needs": task.needs.map { .string($0) } ?? .null,
        "runs": .array(task.runs.map { .string($0) }), "flop": .number(task.operations),
      ]).canonical + "\n"
    }.joined()
  }

  private var makefile: String {
    let names = tasks.map(\.name).joined(separator: " ")
    let rules = tasks.map { task in
      "\(task.name):\(task.needs.map { " \($0)" } ?? "")\n\t\(line(task).replacing("$", with: "$$"))\n"
    }
    return
      "# make -k -j N, since a student that diverges ends its task with an error; a task that is done again passes its finished runs over\n"
      + ".PHONY: all \(names)\nall: \(names)\n\n" + rules.joined(separator: "\n")
  }

  private var slurm: String {
    let first = tasks.filter { $0.needs == nil }
    let later = tasks.filter { $0.needs != nil }
    func array(_ tasks: [Task]) -> String {
      "commands=(\n" + tasks.map { "  \(Self.quoted(line($0)))\n" }.joined() + ")\n"
        + "eval \"${commands[$SLURM_ARRAY_TASK_ID]}\"\n"
    }
    func submission(_ tasks: [Task], _ options: String) -> String {
      "sbatch --parsable \(options)--job-name=lskd --array=0-\(tasks.count - 1) <<'TASKS'\n#!/bin/bash\n"
        + array(tasks) + "TASKS\n"
    }
    guard !first.isEmpty else { return "#!/bin/bash\n# nothing is left to do\n" }
    var text =
      "#!/bin/bash\n# bash FILE; options of sbatch are taken from SBATCH_* variables\nset -euo pipefail\n"
    text += "teachers=$(" + submission(first, "") + ")\n"
    if !later.isEmpty { text += submission(later, "--dependency=afterany:$teachers ") }
    return text
  }
}
