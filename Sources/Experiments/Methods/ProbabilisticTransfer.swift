import Distillation

extension MethodCard {
  /// Probabilistic knowledge transfer.
  public static let pkt = MethodCard(
    "pkt", "Passalis and Tefas 2018",
    uses: [
      .classification: .plain(ProbabilisticTransfer(), taps: MethodUse.embedding, weight: 30_000)
    ])
}
