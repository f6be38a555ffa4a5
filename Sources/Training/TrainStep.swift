public import Distillation
public import NeuralNet
public import TensorCore

/// The tensors that an objective trains: the student's parameters, then the connectors'.
public func trainedParameters(of objective: any Objective) -> [(name: String, tensor: Tensor)] {
  [objective.student.store, objective.connectors].compactMap { $0 }.flatMap { store in
    store.entries.filter { $0.role == .parameter }.map { (name: $0.name, tensor: $0.tensor) }
  }
}

/// One step in full precision: forward, backward, update. Leaves no gradients behind.
public func trainStep(
  _ objective: any Objective, _ optimizer: SGD, _ batch: LabelledBatch, at position: StepPosition,
  learningRate: Double
) throws(TensorError) {
  let terms = try objective.terms(batch, at: position)
  try update(terms, optimizer, learningRate: learningRate)
}

/// Follows the gradient of the sum of `terms`, over all replicas where there are several, and clears it.
func update(
  _ terms: [LossTerm], _ optimizer: SGD, learningRate: Double, share: ReplicaShare = .whole
) throws(TensorError) {
  try share.of(try terms.total()).backward()
  try share.sumGradients(of: optimizer.parameters.map(\.tensor))
  try optimizer.step(learningRate: learningRate)
  for (_, parameter) in optimizer.parameters { try parameter.clearGradient() }
}
