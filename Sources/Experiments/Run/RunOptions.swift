public import Foundation
public import TensorCore
public import Training

/// How runs are carried out on this machine; nothing here is part of what a run is.
public struct RunOptions: Sendable {
  /// Where run folders lie.
  public var runs: URL
  /// Where networks run.
  public var device: Device
  /// Arithmetic of the forward pass.
  public var precision: Precision
  /// Memory order of images and convolution weights.
  public var layout: Tensor.Layout
  /// Background threads that prepare images.
  public var loaderThreads: Int
  /// The command line, for the record.
  public var command: String

  /// Options for float32 on the host in channels-last order, the faster one there.
  public init(runs: URL, command: String) {
    self.runs = runs
    self.command = command
    device = .cpu
    precision = .float32
    layout = .channelsLast
    loaderThreads = 1
  }
}
