import CheckpointFormat
package import Datasets
package import Distillation
package import Foundation
import Lipschitz
import ModelZoo
package import NeuralNet
import TensorCore

/// Makes the objective of a run: networks, connectors and the method's loss.
package struct ObjectiveFactory {
  private let plan: RunPlan
  private let options: RunOptions
  private let teacherFile: URL?
  private let training: ImageDataset

  /// A factory for `plan`; `teacherFile` is the teacher's checkpoint, which methods with one need.
  package init(plan: RunPlan, options: RunOptions, teacherFile: URL?, training: ImageDataset) {
    self.plan = plan
    self.options = options
    self.teacherFile = teacherFile
    self.training = training
  }

  func makeObjective() throws -> any Objective {
    let student = try plan.network.makeNetwork(
      classCount: training.classCount, store: store(plan.seed))
    guard let method = plan.method, method.usesTeacher, let teacherFile else {
      return TaskObjective(
        student: student, mixup: plan.recipe.mixesImages ? Mixup(seed: plan.seed) : nil)
    }
    let teacher = try ModelCheckpoint(
      contentsOf: teacherFile, device: options.device, layout: options.layout)
    let pass = try TeacherPass(
      teacher.network, plan.recipe.teacherInTrainMode ? .train : .eval, fused: options.fuses)
    return try objective(method, student, pass)
  }

  /// The objective of `method` between two networks.
  package func objective(_ method: Method, _ student: any Network, _ teacher: TeacherPass) throws
    -> any Objective
  {
    let base = try base(method, student, teacher)
    guard let guidance = method.guidance else { return base }
    var loss = LipschitzLoss(
      norm: plan.recipe.unrollsPowerIteration
        ? .powerIteration(steps: LipschitzVariant.releasedSteps) : .singularPair,
      hasGradient: guidance == .differentiable)
    var weight = LipschitzGuidedObjective.Weight.alpha(
      plan.alpha ?? 0, lateFactor: plan.lateFactor)
    var pair = LipschitzGuidedObjective.StudentPair.released
    plan.variant?.apply(to: &loss, weight: &weight, pair: &pair)
    return LipschitzGuidedObjective(
      base, loss: loss, weight: weight, studentPair: pair, seed: plan.seed)
  }

  private func base(_ method: Method, _ student: any Network, _ teacher: TeacherPass) throws
    -> any TapObjective
  {
    let store = store(plan.seed, student.store.dtype)
    let weight = plan.lossWeight ?? 1
    let other = teacher.network
    var preparation: FeatureLossObjective.Part?
    func part(_ loss: any FeatureLoss, name: String? = nil) -> FeatureLossObjective.Part {
      .init(
        name ?? method.base.rawValue, loss, weight: weight, warmUpEpochs: plan.recipe.warmUpEpochs)
    }
    let main: FeatureLossObjective.Part?
    switch method.base {
    case .student: main = nil
    case .ofd:
      return try FeatureOverhaulObjective(
        student: student, teacher: teacher, connectors: store, coefficient: weight)
    case .kd: main = part(SoftTargetLoss(temperature: 4), name: "kl")
    case .fitnets:
      let sizes = (try student.tapHeights(imageSize), try other.tapHeights(imageSize))
      main = part(
        try HintLoss(
          student: student, teacher: other, sizes: (sizes.0[1], sizes.1[1]), store: store))
    case .at: main = part(AttentionTransfer())
    case .jacobian: main = part(JacobianMatching())
    case .ft:
      let paraphraser = try Paraphraser(
        channels: other.tapChannels.last ?? 0, store: store)
      preparation = .init("paraphraser", ParaphraserLoss(paraphraser), weight: 1)
      main = part(
        try FactorTransfer(paraphraser: paraphraser, student: student, store: store))
    case .ab:
      preparation = .init(
        "ab", try ActivationBoundary(student: student, teacher: other, store: store), weight: 1)
      main = part(SoftTargetLoss(temperature: 3), name: "kl")
    case .afd:
      main = part(try AttentiveFeatures(student: student, teacher: other, store: store))
    case .sp: main = part(SimilarityPreserving())
    case .cc:
      main = part(try CorrelationCongruence(student: student, teacher: other, store: store))
    case .rkd: main = part(RelationalDistillation())
    case .pkt: main = part(ProbabilisticTransfer())
    case .nst: main = part(NeuronSelectivity())
    case .fsp:
      preparation = part(try SolutionFlow(student: student, teacher: other, store: store))
      main = nil
    case .vid:
      main = part(try VariationalInformation(student: student, teacher: other, store: store))
    case .crd:
      let negatives = NegativeSampler(
        labels: (0..<training.count).map(training.label),
        count: MethodDescription.negatives(images: training.count), seed: plan.seed)
      main = part(
        try ContrastiveRepresentation(
          student: student, teacher: other, negatives: negatives, store: store))
    case .dkd: main = part(DecoupledDistillation())
    case .reviewkd:
      main = part(try KnowledgeReview(student: student, teacher: other, store: store))
    case .dist: main = part(StrongerTeacher())
    }
    let isShare = method.details?.weightKind == .share
    return FeatureLossObjective(
      student: student, teacher: teacher, connectors: store.entries.isEmpty ? nil : store,
      taskWeight: isShare ? 1 - weight : 1, main: main, preparation: preparation)
  }

  private var imageSize: ImageSize { ImageSize(height: training.height, width: training.width) }

  private func store(_ seed: UInt64, _ dtype: DType = .float32) -> ParameterStore {
    ParameterStore(seed: seed, dtype: dtype, device: options.device, layout: options.layout)
  }
}
