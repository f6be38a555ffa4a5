import Datasets
import Distillation
import NeuralNet
import TensorCore

/// What a training does together with its other replicas; nothing where it is alone.
struct Replicas {
  let group: ProcessGroup?

  /// The group of the student's store, unless it is a group of one.
  init(_ objective: any Objective) {
    let group = objective.student.store.replicas
    self.group = (group?.worldSize ?? 1) > 1 ? group : nil
  }

  /// Whether this process writes the checkpoints.
  var writes: Bool { group?.isLeader ?? true }

  /// Refuses batches that leave a replica without an image.
  func check(_ loader: any BatchSource) throws(TrainingError) {
    guard let group else { return }
    precondition(
      loader.configuration.part == BatchPart(group.rank, of: group.worldSize),
      "the loader prepares the replica's part")
    let last = loader.configuration.size(
      ofBatch: loader.batchesPerEpoch - 1, of: loader.sampleCount)
    guard last >= group.worldSize else {
      throw .noBatches(
        "the last batch of an epoch has \(last) images, too few for \(group.worldSize) replicas: "
          + "start at most \(last)")
    }
  }

  /// Brings all replicas to rank 0's state: the place in the training, momenta and every tensor that training moves or
  /// reads. Only rank 0 needs to have read the resume checkpoint.
  func begin(_ state: inout TrainingState, _ objective: any Objective, _ optimizer: SGD)
    throws(TensorError)
  {
    guard let group else { return }
    let position = try group.fromLeader([state.epoch, state.batch, state.step])
    (state.epoch, state.batch, state.step) = (position[0], position[1], position[2])
    let stores = [objective.student.store, objective.connectors, objective.teacher?.store]
    for tensor in stores.compactMap({ $0 }).flatMap(\.entries).map(\.tensor) + optimizer.momenta {
      try group.broadcast(tensor)
    }
  }

  /// Whether any replica was asked to stop.
  func stop(_ isAsked: Bool) throws(TensorError) -> Bool {
    guard let group else { return isAsked }
    return try group.any(isAsked)
  }

  /// Waits until rank 0 has written what it writes.
  func wait() throws(TensorError) { try group?.barrier() }

  /// Images of the replica that has most of a batch.
  func largestPart(of images: Int) -> Int {
    let count = group?.worldSize ?? 1
    return (images + count - 1) / count
  }

  /// The share of a part of `own` images in a batch of `images` in all.
  func share(_ own: Int, of images: Int) -> ReplicaShare {
    ReplicaShare(group: group, images: images, fraction: Double(own) / Double(images))
  }
}

/// A term of a whole batch, without a graph.
typealias ReportedTerm = (name: String, value: Tensor, coefficient: Double)

/// The share of a part in one batch: of a replica's images, or of those of them that are taken at once.
struct ReplicaShare {
  /// nil for a process that is alone.
  let group: ProcessGroup?
  /// Images of the whole batch.
  let images: Int
  /// Part of them that the share has.
  let fraction: Double

  /// A batch that nobody shares.
  static let whole = ReplicaShare(group: nil, images: 0, fraction: 1)

  /// A term of the whole batch, for the report.
  func report(_ term: LossTerm) throws(TensorError) -> ReportedTerm {
    let value = try term.value.detached()
    guard fraction != 1 else { return (term.name, value, term.coefficient) }
    return term.isSum
      ? (term.name, try sum(value), term.coefficient * fraction)
      : (term.name, try sum(try of(value)), term.coefficient)
  }

  /// The share of a mean over the own images in the mean over the whole batch.
  func of(_ mean: Tensor) throws(TensorError) -> Tensor {
    fraction == 1 ? mean : try mean * fraction
  }

  /// Sums the accumulated gradients of `parameters` over the replicas.
  func sumGradients(of parameters: [Tensor]) throws(TensorError) {
    try group?.allReduceGradients(of: parameters)
  }

  /// The sum over the replicas, as another tensor that autograd knows nothing about.
  func sum(_ tensor: Tensor) throws(TensorError) -> Tensor {
    guard let group else { return tensor }
    let sum = try tensor.detached().cloned()
    try group.allReduce(sum)
    return sum
  }
}
