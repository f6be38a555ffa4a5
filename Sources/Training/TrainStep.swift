public import Distillation
public import NeuralNet
public import TensorCore

/// The tensors that an objective trains: the student's parameters, then the connectors', which start from random numbers
/// and so take the largest factor of the student's.
public func trainedParameters(of objective: any Objective) -> [SGD.Parameter] {
  let student = objective.student
  let own = student.store.entries.filter { $0.role == .parameter }.map {
    SGD.Parameter($0.name, $0.tensor, rateFactor: student.rateFactor(of: $0.name))
  }
  let factor = own.map(\.rateFactor).max() ?? 1
  let others = (objective.connectors?.entries ?? []).filter { $0.role == .parameter }.map {
    SGD.Parameter($0.name, $0.tensor, rateFactor: factor)
  }
  return own + others
}

/// One step: forward in `precision`, backward, update. Leaves no gradients behind.
public func trainStep(
  _ objective: any Objective, _ optimizer: SGD, _ batch: LabelledBatch, at position: StepPosition,
  learningRate: Double, precision: Precision = .float32
) throws(TensorError) {
  let device = objective.student.store.device
  let terms = try precision.run(on: device) { () throws(TensorError) in
    try objective.terms(batch, at: position)
  }
  try update(terms, optimizer, learningRate: learningRate)
}

/// Follows the gradient of the sum of `terms` and clears it.
private func update(
  _ terms: [LossTerm], _ optimizer: SGD, learningRate: Double
) throws(TensorError) {
  try terms.total().backward()
  try follow(optimizer, learningRate: learningRate)
}

/// Follows the gradients that were accumulated, over all replicas where there are several, and clears them.
func follow(
  _ optimizer: SGD, learningRate: Double, usingFactors: Bool = true, share: ReplicaShare = .whole
) throws(TensorError) {
  try share.sumGradients(of: optimizer.parameters.map(\.tensor))
  try optimizer.step(learningRate: learningRate, usingFactors: usingFactors)
  for parameter in optimizer.parameters { try parameter.tensor.clearGradient() }
}
