import Distillation

extension MethodCard {
  /// Neuron selectivity transfer.
  public static let nst = MethodCard(
    "nst", "Huang and Wang 2017",
    uses: [.classification: .plain(NeuronSelectivity(), taps: MethodUse.stages, weight: 50)])
}
