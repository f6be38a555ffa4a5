import Distillation
import UserErrors

extension MethodCard {
  /// Contrastive representation distillation.
  public static let crd = MethodCard(
    "crd", "Tian et al. 2020",
    replicaRefusal: "compares with a memory of all images, which replicas do not share",
    uses: [
      .classification: MethodUse(
        taps: MethodUse.embedding, weight: 0.8, constants: ContrastiveRepresentation.usualConstants
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
    ])
}
