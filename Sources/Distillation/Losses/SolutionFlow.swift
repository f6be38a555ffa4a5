public import NeuralNet
public import TensorCore

/// Flow of solution procedure (Yim et al. 2017, FSP): mean squared distance of the products of neighbouring taps'
/// channels, averaged over positions; summed over pairs. As in the paper and in RepDistiller it prepares the
/// student's body; the classes are learnt afterwards.
///
/// The matrices of both networks must have the same size; a student of another width goes through connectors here.
public struct SolutionFlow: FeatureLoss {
  private let connectors: [Connector?]

  /// Registers `connectors.i.*` where the widths differ.
  public init(student: any Network, teacher: any Network, store: ParameterStore)
    throws(TensorError)
  {
    var connectors: [Connector?] = []
    for (index, sizes) in zip(student.tapChannels, teacher.tapChannels).enumerated() {
      connectors.append(
        sizes.0 == sizes.1
          ? nil
          : try Connector(store.root / "connectors" / index, inputs: sizes.0, outputs: sizes.1))
    }
    self.connectors = connectors
  }

  /// The loss over all pairs of neighbouring taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var (own, other): ([Tensor], [Tensor]) = ([], [])
    for (index, connector) in connectors.enumerated() {
      let tap = lesson.student.taps[index]
      let connected = if let connector { try connector(tap, .train) } else { tap }
      own.append(try connected.relu())
      other.append(try lesson.teacher.taps[index].relu())
    }
    return try Self.distance(own, other)
  }

  /// The loss of maps [N, C_i, H_i, W_i] of both networks.
  public static func distance(_ own: [Tensor], _ other: [Tensor]) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for index in 0..<(own.count - 1) {
      let target = try flow(other[index], other[index + 1]).detached()
      terms.append(try flow(own[index], own[index + 1]).meanSquaredDistance(to: target))
    }
    return try Tensor.sum(terms)
  }

  /// [N, C_{i+1}, C_i]
  public static func flow(_ bottom: Tensor, _ top: Tensor) throws(TensorError) -> Tensor {
    let (x, y) = try Tensor.pooledAlike(bottom, top)
    let columns = try x.reshaped([x.shape[0], x.shape[1], -1])
    let rows = try y.reshaped([y.shape[0], y.shape[1], -1])
    return try rows.matrixProduct(try columns.transposed()) / Double(columns.shape[2])
  }
}
