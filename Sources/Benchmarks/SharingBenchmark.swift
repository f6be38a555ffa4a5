import Datasets
import Distillation
import Experiments
import Foundation
import NeuralNet
import Results
import TensorCore
public import Training
public import UserErrors

/// How fast a training is beside other busy processes, by how its threads wait for each other.
public struct SharingBenchmark {
  /// How threads wait: the word that `OMP_WAIT_POLICY` takes.
  public enum Policy: String, CaseIterable, Sendable {
    /// Asleep.
    case passive
    /// Spinning.
    case active
  }

  private struct Condition: Hashable {
    let policy: Policy
    let busy: Int
  }

  private let rounds: Int
  private let seconds: Double
  private let threads: Int
  private let program: URL

  /// Prepares `rounds` turns through all conditions, each of `seconds` for a training of `threads` threads.
  public init(rounds: Int, seconds: Double, threads: Int?) throws(UsageError) {
    guard (1...1000).contains(rounds), seconds >= 0.1, seconds <= 3600 else {
      throw UsageError("the benchmark takes 1 to 1000 rounds of 0.1 to 3600 seconds")
    }
    self.rounds = rounds
    self.seconds = seconds
    self.threads = threads ?? Engine.threads
    // The program starts itself, under other variables than its own.
    program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  }

  /// Most busy processes beside the training.
  private static let mostBusy = 2

  /// Images per second alone and beside one and two busy processes, as text.
  public func run() throws -> String {
    var rates: [Condition: [Double]] = [:]
    for _ in 0..<rounds {
      for busy in 0...Self.mostBusy {
        for policy in Policy.allCases {
          let rate = try measured(policy, busy: busy)
          rates[Condition(policy: policy, busy: busy), default: []].append(rate)
        }
      }
    }
    func median(_ policy: Policy, _ busy: Int) -> Double {
      rates[Condition(policy: policy, busy: busy), default: []].median
    }
    let cores = Machine.usableCores
    var table = TextTable([
      "busy processes", "waiting", "images/s", "lowest", "highest", "of alone", "of the fair share",
    ])
    for busy in 0...Self.mostBusy {
      for policy in Policy.allCases {
        let rate = median(policy, busy)
        let all = rates[Condition(policy: policy, busy: busy), default: []]
        let ofAlone = rate / max(median(.passive, 0), median(.active, 0))
        table.add([
          String(busy), policy.rawValue, String(format: "%.0f", rate),
          String(format: "%.0f", all.min() ?? .nan), String(format: "%.0f", all.max() ?? .nan),
          String(format: "%.2f", ofAlone),
          String(format: "%.2f", ofAlone / fairShare(busy: busy, cores: cores)),
        ])
      }
    }
    return table.text
      + "\(threads) threads on \(cores) cores, medians of \(rounds) turns of \(seconds) s; the fair share is that of "
      + "so many threads where every runnable thread of the benchmark gets equally much\n"
  }

  /// The part of its speed alone that is left to the training where all threads share the cores equally.
  private func fairShare(busy: Int, cores: Int) -> Double {
    let wanted = min(threads, cores)
    return min(1, Double(threads * cores) / Double((threads + busy) * wanted))
  }

  private func measured(_ policy: Policy, busy: Int) throws -> Double {
    let others = try (0..<busy).map { _ in try BusyProcess(program) }
    defer { withExtendedLifetime(others) {} }
    let process = Process()
    process.executableURL = program
    process.arguments =
      ["sharing", "--part", "training", "--seconds", "\(seconds)"]
      + ["--threads", "\(threads)"]
    var environment = Engine.outerEnvironment
    for name in ["GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY"] { environment[name] = nil }
    environment["OMP_WAIT_POLICY"] = policy.rawValue
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let rate = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw UsageError("the measured training ended with \(process.terminationStatus)") }
    return rate
  }

  /// A process that computes until this one closes its input or ends.
  private final class BusyProcess {
    private let process = Process()
    private let input = Pipe()

    init(_ program: URL) throws {
      process.executableURL = program
      process.arguments = ["sharing", "--part", "busy"]
      process.standardInput = input
      try process.run()
    }

    deinit {
      try? input.fileHandleForWriting.close()  // A process that has ended already reads nothing.
      process.waitUntilExit()
    }
  }
}

// MARK: - What the processes do

extension SharingBenchmark {
  /// Trains the smoke budget's student of setting c for so long and returns its images per second.
  public static func train(seconds: Double, place: ComputePlace) throws -> Double {
    let data = try CIFARSource(.smoke, Setting("c").recipe.extent(.smoke), directory: nil)
    let store = ParameterStore(seed: 0, device: place.device, layout: place.layout)
    let network = try Budget.smoke.network(for: try Setting("c").student)
      .makeNetwork(classCount: data.classCount, store: store)
    let objective = TaskObjective(student: network)
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    let loader = data.loader(batchSize: 64, seed: 0, threads: 1)
    var (images, step, start) = (0, 0, ContinuousClock.now)
    while true {
      for batch in loader.batches(ofEpoch: 0, startingAt: 0, like: store) {
        let batch = try batch.get()
        try trainStep(
          objective, optimizer, batch, at: StepPosition(epoch: 0, epochs: 1, step: step),
          learningRate: 0.01)
        step += 1
        if step <= warmUpSteps {
          start = .now
          continue
        }
        images += batch.images.shape[0]
        let passed = start.duration(to: .now).seconds
        if passed >= seconds { return Double(images) / passed }
      }
    }
  }

  private static let warmUpSteps = 5

  /// Keeps one core busy until standard input is closed.
  public static func stayBusy() {
    let end = Thread {
      // An input that cannot be read has ended, too.
      while let data = try? FileHandle.standardInput.read(upToCount: 1), !data.isEmpty {}
      // Another thread computes on: nothing is to be taken apart under it.
      _exit(0)
    }
    end.start()
    var number = 1.0
    while true { number = (number * 1.000_000_1).truncatingRemainder(dividingBy: 1e9) }
  }
}
