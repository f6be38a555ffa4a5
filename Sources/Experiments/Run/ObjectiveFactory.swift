import CheckpointFormat
import Datasets
package import Distillation
package import Foundation
import Lipschitz
import Measuring
import ModelZoo
package import NeuralNet
import TensorCore
import UserErrors

/// Makes the objective of a run: networks, connectors and the method's loss.
package struct ObjectiveFactory {
  private let plan: RunPlan
  private let options: RunOptions
  private let teacherFile: URL?
  private let data: any RunData

  /// A factory for `plan`; `teacherFile` is the teacher's checkpoint, which methods with one need.
  package init(plan: RunPlan, options: RunOptions, teacherFile: URL?, data: any RunData) {
    self.plan = plan
    self.options = options
    self.teacherFile = teacherFile
    self.data = data
  }

  func makeObjective() throws -> any Objective {
    let student = try plan.network.makeNetwork(
      classCount: data.classCount, store: store(plan.seed))
    try plan.backbone?.load(into: student, plan.network)
    if let network = student as? DeepLabV3Plus {
      network.dropsOutBesideTaps = plan.trainingProtocol == .equal
    }
    guard let method = plan.method, method.usesTeacher, let teacherFile else {
      return TaskObjective(
        student: student, task: task, mixup: plan.recipe.mixesImages ? Mixup(seed: plan.seed) : nil)
    }
    let teacher = try ModelCheckpoint(
      contentsOf: teacherFile, device: options.place.device, layout: options.place.layout,
      replicas: options.replicas)
    let pass = try TeacherPass(
      teacher.network, plan.recipe.teacherInTrainMode ? .train : .eval, fused: options.place.fuses)
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
    var weight = plan.lipschitzWeight
    var pair = LipschitzGuidedObjective.StudentPair.released
    plan.variant?.apply(to: &loss, weight: &weight, pair: &pair)
    return LipschitzGuidedObjective(
      base, loss: loss, weight: weight, studentPair: pair, pairing: plan.pairing, seed: plan.seed)
  }

  private func base(_ method: Method, _ student: any Network, _ teacher: TeacherPass) throws
    -> any TapObjective
  {
    let store = store(plan.seed, student.store.dtype)
    let weight = plan.lossWeight ?? 1
    let images = Double(plan.recipe.batchSize)
    // As released, a segmentation's cross-entropy is divided by the batch, as OFD's loss always is: so are the others then,
    // and OFD's is not where the cross-entropy is not.
    let isReleased = plan.recipe.countsAsReleased
    let partWeight = isReleased ? weight / images : weight
    let other = teacher.network
    var preparation: FeatureLossObjective.Part?
    func part(_ loss: any FeatureLoss, name: String? = nil) -> FeatureLossObjective.Part {
      .init(
        name ?? method.base.rawValue, loss, weight: partWeight,
        warmUpEpochs: plan.recipe.warmUpEpochs)
    }
    let isSegmentation = plan.setting.task == .segmentation
    let main: FeatureLossObjective.Part?
    switch method.base {
    case .student: main = nil
    case .ofd:
      return try FeatureOverhaulObjective(
        student: student, teacher: teacher, connectors: store,
        coefficient: isSegmentation && !isReleased ? weight * images : weight,
        task: task, samples: try samples(for: other),
        weights: isSegmentation ? MethodDescription.segmentationTaps : nil)
    case .kd: main = part(softTargets, name: "kl")
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
      guard let labels = data.labels else {
        throw UsageError("crd needs images with one class each")
      }
      let negatives = NegativeSampler(
        labels: labels, count: MethodDescription.negatives(images: labels.count), seed: plan.seed)
      main = part(
        try ContrastiveRepresentation(
          student: student, teacher: other, negatives: negatives, store: store))
    case .dkd: main = part(DecoupledDistillation())
    case .reviewkd:
      main = part(try KnowledgeReview(student: student, teacher: other, store: store))
    case .dist: main = part(StrongerTeacher())
    }
    let isShare = plan.details?.weightKind == .share
    return FeatureLossObjective(
      student: student, teacher: teacher, connectors: store.entries.isEmpty ? nil : store,
      task: task, taskWeight: isShare ? 1 - weight : 1, main: main, preparation: preparation)
  }

  private var imageSize: ImageSize { data.imageSize }

  private var task: any TaskLoss {
    switch plan.setting.task {
    case .classification: ClassificationLoss()
    case .detection: MultiBoxLoss()
    case .segmentation: SegmentationLoss(dividesByBatch: plan.recipe.countsAsReleased)
    }
  }

  private var softTargets: any FeatureLoss {
    switch plan.setting.task {
    case .classification: SoftTargetLoss(temperature: 4)
    case .detection: BoxSoftTargets(temperature: 4)
    case .segmentation: PixelSoftTargets(temperature: 4)
    }
  }

  /// Batches that tell the mean negative responses of a teacher without batch norms; the same for every method and
  /// seed.
  private func samples(for teacher: any Network) throws -> [Tensor] {
    guard teacher.tapNorms.contains(where: { $0 == nil }) else { return [] }
    let loader = data.loader(batchSize: Self.marginBatch, seed: 0, threads: 0)
    return try loader.batches(ofEpoch: 0, startingAt: 0, like: teacher.store)
      .prefix(Self.marginBatches).map { try $0.get().images }
  }

  private static let (marginBatches, marginBatch) = (4, 8)

  private func store(_ seed: UInt64, _ dtype: DType = .float32) -> ParameterStore {
    ParameterStore(
      seed: seed, dtype: dtype, device: options.place.device, layout: options.place.layout,
      replicas: options.replicas)
  }
}
