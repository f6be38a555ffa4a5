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

  /// The objective; `shared` is a teacher that the run looks through together with others, instead of its own.
  func makeObjective(shared: TeacherPass? = nil) throws -> any Objective {
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
    return try objective(method, student, try shared ?? teacherPass(teacherFile))
  }

  /// The teacher of the run, whose latest results are `kept` for several students.
  func teacherPass(_ file: URL, kept: Bool = false) throws -> TeacherPass {
    let teacher = try ModelCheckpoint(
      contentsOf: file, device: options.place.device, layout: options.place.layout,
      replicas: options.replicas)
    try teacher.check(plan.teacherFile?.sha256 ?? plan.teacherCheckpoint, file)
    return try TeacherPass(
      teacher.network, plan.recipe.teacherInTrainMode ? .train : .eval, fused: options.place.fuses,
      kept: kept, parts: plan.partCount)
  }

  /// The objective of `method` between two networks.
  package func objective(_ method: Method, _ student: any Network, _ teacher: TeacherPass) throws
    -> any Objective
  {
    let base = try base(method, student, teacher)
    guard let guidance = method.guidance else { return base }
    var loss = LipschitzLoss(
      norm: plan.recipe.unrollsPowerIteration
        ? plan.setting.released.term.norm : .singularPair,
      hasGradient: guidance != .stopGradient)
    var weight = plan.lipschitzWeight
    var pair = LipschitzGuidedObjective.StudentPair.released
    let usual = loss
    method.control?.apply(to: &loss, pair: &pair)
    plan.variant?.apply(to: &loss, weight: &weight, pair: &pair)
    return LipschitzGuidedObjective(
      base, loss: loss, weight: weight, studentPair: pair, pairing: plan.pairing,
      match: try plan.matchesFirstGradient ? GradientMatch(reference: usual, of: base) : nil,
      control: method.control?.replacement,
      means: try loss.target == .constant ? LipschitzGuidedObjective.makeMeans(for: base) : nil,
      alphaDivisor: plan.alphaDivisor, seed: plan.seed)
  }

  private func base(_ method: Method, _ student: any Network, _ teacher: TeacherPass) throws
    -> any TapObjective
  {
    guard let use = plan.setting.recipe.use(of: method) else {
      throw UsageError("method \(method) is not made for \(plan.setting.task.id)")
    }
    let context = MethodContext(
      student: student, teacher: teacher, store: store(plan.seed, student.store.dtype), task: task,
      method: method.base, use: use, weight: plan.lossWeight ?? use.weight,
      batchSize: plan.recipe.batchSize, warmUpEpochs: plan.recipe.warmUpEpochs,
      counting: plan.recipe.counting, seed: plan.seed, data: data)
    return try use.make(context)
  }

  private var task: any TaskLoss {
    plan.setting.task.loss(plan.recipe.counting)
  }

  private func store(_ seed: UInt64, _ dtype: DType = .float32) -> ParameterStore {
    ParameterStore(
      seed: seed, dtype: dtype, device: options.place.device, layout: options.place.layout,
      replicas: options.replicas)
  }
}
