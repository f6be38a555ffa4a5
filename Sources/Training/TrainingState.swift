import CheckpointFormat
import Distillation
import Foundation
import NeuralNet
import Results
import TensorCore

/// Where a training stands: everything that the next step depends on besides the configuration.
///
/// Random streams have no state: they are functions of seed, epoch, sample and step.
struct TrainingState {
  /// Epoch of the next step; those of the preparation come first.
  var epoch = 0
  /// Batches of that epoch that are done.
  var batch = 0
  /// Steps done over all epochs.
  var step = 0
  /// Sums of the epoch so far.
  var sums = EpochSums()
}

/// Writes and reads the resume checkpoint of one training.
struct ResumeCheckpoint {
  let file: URL
  /// Identifies the configuration; a file of another one is refused.
  let identity: String
  let objective: any Objective
  let optimizer: SGD

  func write(_ state: TrainingState) throws {
    var sections: [SectionKind: [StoredTensor]] = [:]
    sections[.model] = try objective.student.store.state()
    sections[.optimizer] = try zip(optimizer.parameters, optimizer.momenta).map {
      try $1.stored(as: $0.name)
    }
    sections[.position] = [
      try Tensor([state.epoch, state.batch, state.step].map(Int64.init), shape: [3])
        .stored(as: "epoch_batch_step")
    ]
    var extras = try objective.connectors?.state() ?? []
    if let teacher = objective.teacher {
      extras += try teacher.store.entries.filter { $0.role == .buffer }.map {
        try $0.tensor.stored(as: "teacher." + $0.name)
      }
    }
    extras += try storedSums(state.sums)
    sections[.extras] = extras
    let metadata = ["kind": "resume", "identity": identity]
    try Checkpoint(metadata: metadata, sections: sections).write(to: file)
  }

  /// The state in the file; nil when there is no file. Overwrites all tensors of the training.
  func restore() throws -> TrainingState? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let checkpoint = try Checkpoint(contentsOf: file)
    guard checkpoint.metadata["identity"] == identity else {
      throw TrainingError.foreignCheckpoint(
        file: file.path, reason: "it was written with another configuration")
    }
    var extras: [String: StoredTensor] = [:]
    for tensor in checkpoint.sections[.extras] ?? [] { extras[tensor.name] = tensor }
    try objective.student.store.load(checkpoint.sections[.model] ?? [])
    try restoreMomenta(checkpoint.sections[.optimizer] ?? [])
    if let connectors = objective.connectors {
      try connectors.load(connectors.entries.map { try find($0.name, in: extras) })
    }
    for entry in objective.teacher?.store.entries ?? [] where entry.role == .buffer {
      try entry.tensor.assign(Tensor(try find("teacher." + entry.name, in: extras)))
    }
    return try state(checkpoint, extras)
  }

  private func restoreMomenta(_ stored: [StoredTensor]) throws {
    guard stored.map(\.name) == optimizer.parameters.map(\.name) else {
      throw TrainingError.foreignCheckpoint(
        file: file.path, reason: "its optimizer holds other parameters")
    }
    for (momentum, tensor) in zip(optimizer.momenta, stored) {
      try momentum.assign(Tensor(tensor))
    }
  }

  private func state(_ checkpoint: Checkpoint, _ extras: [String: StoredTensor]) throws
    -> TrainingState
  {
    let position = try (checkpoint.sections[.position] ?? []).first.map {
      try Tensor($0).values(as: Int64.self).map(Int.init)
    }
    guard let position, position.count == 3, position.allSatisfy({ $0 >= 0 }) else {
      throw TrainingError.foreignCheckpoint(file: file.path, reason: "it holds no position")
    }
    return TrainingState(
      epoch: position[0], batch: position[1], step: position[2], sums: try sums(extras))
  }

  private func find(_ name: String, in tensors: [String: StoredTensor]) throws -> StoredTensor {
    guard let tensor = tensors[name] else {
      throw TrainingError.foreignCheckpoint(file: file.path, reason: "it has no tensor \(name)")
    }
    return tensor
  }

  // MARK: sums

  /// Name of the tensor with the JSON of the gradients at the epoch's first step.
  private static let gradients = "sums.gradients"

  private func storedSums(_ sums: EpochSums) throws -> [StoredTensor] {
    var tensors = [
      try Tensor([Double(sums.images), sums.seconds, sums.sharedSeconds], shape: [3])
        .stored(as: "sums.counts")
    ]
    for (group, values) in [
      ("losses", sums.losses), ("contributions", sums.contributions), ("norms", sums.gradientNorms),
    ] {
      for (name, value) in values.sorted(by: { $0.key < $1.key }) {
        tensors.append(try Tensor([value], shape: [1]).stored(as: "sums.\(group).\(name)"))
      }
    }
    if let gradients = sums.gradients {
      let text = [UInt8](try JSONEncoder().encode(gradients))
      tensors.append(try Tensor(text, shape: [text.count]).stored(as: Self.gradients))
    }
    return tensors
  }

  private func sums(_ extras: [String: StoredTensor]) throws -> EpochSums {
    let counts = try Tensor(try find("sums.counts", in: extras)).values(as: Double.self)
    guard counts.count == 3, let images = Int(exactly: counts[0]), (0...1 << 53).contains(images),
      counts.allSatisfy(\.isFinite)
    else {
      throw TrainingError.foreignCheckpoint(
        file: file.path, reason: "its sums are incomplete or no counts")
    }
    var sums = EpochSums()
    sums.images = images
    sums.seconds = counts[1]
    sums.sharedSeconds = counts[2]
    if let tensor = extras[Self.gradients] {
      do {
        sums.gradients = try JSONDecoder().decode(
          RunRecord.Gradients.self, from: Data(Tensor(tensor).values(as: UInt8.self)))
      } catch {
        throw TrainingError.foreignCheckpoint(
          file: file.path, reason: "its gradients cannot be read")
      }
    }
    for (name, tensor) in extras {
      if let term = name.suffix(after: "sums.losses.") {
        sums.losses[term] = try Tensor(tensor).scalar()
      } else if let term = name.suffix(after: "sums.contributions.") {
        sums.contributions[term] = try Tensor(tensor).scalar()
      } else if let term = name.suffix(after: "sums.norms.") {
        sums.gradientNorms[term] = try Tensor(tensor).scalar()
      }
    }
    return sums
  }
}

extension String {
  fileprivate func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
