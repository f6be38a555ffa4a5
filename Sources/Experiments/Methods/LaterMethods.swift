import Distillation
import UserErrors

extension MethodCard {
  /// Methods that are not in the paper's tables, in the order of ours. A new one is a card here.
  static let later: [MethodCard] = [
    // Similarity preserving
    MethodCard(
      "sp", "Tung and Mori 2019",
      uses: [
        .classification: .plain(SimilarityPreserving(), taps: MethodUse.lastStage, weight: 3000)
      ]),
    // Correlation congruence
    MethodCard(
      "cc", "Peng et al. 2019",
      uses: [
        .classification: .between(taps: MethodUse.embedding, weight: 0.02) {
          try CorrelationCongruence(student: $0, teacher: $1, store: $2)
        }
      ]),
    // Relational KD
    MethodCard(
      "rkd", "Park et al. 2019",
      uses: [
        .classification: .plain(RelationalDistillation(), taps: MethodUse.embedding, weight: 1)
      ]),
    // Probabilistic knowledge transfer
    MethodCard(
      "pkt", "Passalis and Tefas 2018",
      uses: [
        .classification: .plain(ProbabilisticTransfer(), taps: MethodUse.embedding, weight: 30_000)
      ]),
    // Neuron selectivity transfer
    MethodCard(
      "nst", "Huang and Wang 2017",
      uses: [.classification: .plain(NeuronSelectivity(), taps: MethodUse.stages, weight: 50)]),
    // Flow of solution procedure: a preparation alone
    MethodCard(
      "fsp", "Yim et al. 2017", preparation: .base,
      uses: [
        .classification: MethodUse(taps: MethodUse.stages, weight: 1) { context in
          let flow = try SolutionFlow(
            student: context.student, teacher: context.teacher.network, store: context.store)
          return context.objective(main: nil, preparation: context.part(flow))
        }
      ]),
    // Variational information distillation
    MethodCard(
      "vid", "Ahn et al. 2019",
      uses: [
        .classification: .between(taps: MethodUse.stages, weight: 1) {
          try VariationalInformation(student: $0, teacher: $1, store: $2)
        }
      ]),
    // Contrastive representation distillation
    MethodCard(
      "crd", "Tian et al. 2020",
      replicaRefusal: "compares with a memory of all images, which replicas do not share",
      uses: [
        .classification: MethodUse(
          taps: MethodUse.embedding, weight: 0.8,
          constants: ContrastiveRepresentation.usualConstants
        ) { context in
          guard let labels = context.data.labels else {
            throw UsageError("crd needs images with one class each")
          }
          let negatives = NegativeSampler(
            labels: labels, count: ContrastiveRepresentation.negatives(images: labels.count),
            seed: context.seed)
          return context.objective(
            main: context.part(
              try ContrastiveRepresentation(
                student: context.student, teacher: context.teacher.network, negatives: negatives,
                store: context.store)))
        }
      ]),
    // Decoupled KD; its weight rises over mdistiller's warm-up
    MethodCard(
      "dkd", "Zhao et al. 2022", warmUp: mdistillerWarmUp,
      uses: [.classification: .plain(DecoupledDistillation(), taps: "logits", weight: 1)]),
    // ReviewKD; its weight rises over mdistiller's warm-up
    MethodCard(
      "reviewkd", "Chen et al. 2021", warmUp: mdistillerWarmUp,
      uses: [
        .classification: .between(taps: "stages 1 to 3 before ReLU, pooled stage 3", weight: 5) {
          try KnowledgeReview(student: $0, teacher: $1, store: $2)
        }
      ]),
    // DIST
    MethodCard(
      "dist", "Huang et al. 2022",
      uses: [.classification: .plain(StrongerTeacher(), taps: "logits", weight: 1)]),
  ]

  /// 20 of 240 epochs.
  private static let mdistillerWarmUp = 20.0 / 240
}
