public import NeuralNet
public import TensorCore

/// FitNets' hint (Romero et al. 2015): mean squared distance of the student's middle tap, behind a convolutional
/// regressor, and the teacher's. Regressor and joint training with the cross-entropy as in RepDistiller; the
/// paper trains hint and classes one after the other.
public struct HintLoss: FeatureLoss {
  /// The middle one of a classifier's taps, from 0.
  public static let usualTap = 1
  /// The tap.
  public static let usualConstants = ["tap": Double(usualTap)]
  private let tap: Int
  private let regressor: Regressor

  /// Registers `regressor.*`. `sizes` are the heights of the student's and the teacher's map at `tap`.
  public init(
    student: any Network, teacher: any Network, tap: Int = usualTap, sizes: (Int, Int),
    store: ParameterStore
  ) throws(TensorError) {
    self.tap = tap
    regressor = try Regressor(
      store.root / "regressor", inputs: student.tapChannels[tap],
      outputs: teacher.tapChannels[tap], sizes: sizes)
  }

  /// The loss of the middle taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.activatedTaps()[tap]
    return try regressor(own).meanSquaredDistance(to: other)
  }

  /// Convolution, batch norm, ReLU to the teacher's channels and size: 1 x 1 for equal sizes, 3 x 3 with stride 2
  /// for twice the size, a 4 x 4 transposed one with stride 2 for half of it; between other sizes a convolution
  /// as large as their difference + 1.
  public struct Regressor {
    private enum Layer {
      case down(Conv2d)
      case up(TransposedConv2d)
    }

    private let layer: Layer
    private let norm: BatchNorm2d

    /// Registers `conv.*` and `bn.*` under `path`.
    public init(_ path: ParameterPath, inputs: Int, outputs: Int, sizes: (Int, Int))
      throws(TensorError)
    {
      let (own, other) = sizes
      if 2 * own == other {
        layer = .up(
          try TransposedConv2d(
            path / "conv", inputs: inputs, outputs: outputs,
            .init(kernel: 4, stride: 2, padding: 1)))
      } else {
        guard own >= other else {
          throw TensorError(
            operation: "regressor", code: .refused,
            message: "a student map of height \(own) cannot be brought to \(other)")
        }
        let geometry: Conv2d.Geometry =
          own == 2 * other
          ? .init(kernel: 3, stride: 2, padding: 1) : .init(kernel: own - other + 1)
        layer = .down(
          try Conv2d(
            path / "conv", inputs: inputs, outputs: outputs, geometry, start: .uniform,
            hasBias: true))
      }
      norm = try BatchNorm2d(path / "bn", channels: outputs)
    }

    /// [N, C_student, H, W] to the teacher's map.
    public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
      let y: Tensor =
        switch layer {
        case .down(let convolution): try convolution(x)
        case .up(let convolution): try convolution(x)
        }
      return try norm(y, .train).relu()
    }
  }
}
