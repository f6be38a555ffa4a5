import CheckpointFormat
import Distillation
import Foundation
import Lipschitz
import NeuralNet
import TensorCore

/// Makes the objective of a run: networks, connectors and the method's loss.
struct ObjectiveFactory {
  let plan: RunPlan
  let options: RunOptions
  /// Checkpoint of the teacher; needed by methods that have one.
  let teacherFile: URL?
  let classCount: Int

  func makeObjective() throws -> any Objective {
    let student = try plan.network.makeNetwork(classCount: classCount, store: store(plan.seed))
    guard case .student(let method) = plan.role, method.usesTeacher, let teacherFile else {
      return CrossEntropyObjective(student: student)
    }
    let teacher = try ModelCheckpoint(
      contentsOf: teacherFile, device: options.device, layout: options.layout)
    let pass = try TeacherPass(
      teacher.network, plan.recipe.teacherInTrainMode ? .train : .eval, fused: options.fuses)
    if method == .kd {
      return SoftTargetObjective(student: student, teacher: pass, temperature: 4, weight: 0.9)
    }
    if let found = method.featureLoss {
      return FeatureLossObjective(
        student: student, teacher: pass, name: method.rawValue, loss: found.loss,
        weight: found.weight, warmUpEpochs: found.warmUpEpochs)
    }
    let overhaul = try FeatureOverhaulObjective(
      student: student, teacher: pass, connectors: store(plan.seed), coefficient: 1e-3)
    guard method != .ofd else { return overhaul }
    let loss = LipschitzLoss(
      norm: plan.recipe.unrollsPowerIteration ? .powerIteration(steps: 10) : .singularPair,
      hasGradient: method == .london)
    return LipschitzGuidedObjective(
      overhaul, loss: loss, weight: plan.setting.released.lipschitzWeight, seed: plan.seed)
  }

  private func store(_ seed: UInt64) -> ParameterStore {
    ParameterStore(seed: seed, device: options.device, layout: options.layout)
  }
}
