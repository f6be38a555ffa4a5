internal import CTorch

/// The replicas of one training: processes that hold the same parameters and see parts of every batch.
///
/// Every method waits for all replicas, which must call the same methods in the same order, and throws when one of them
/// ends or does not come within the timeout.
///
/// `@unchecked Sendable`: the handle never changes, and the group takes a lock for every operation.
public final class ProcessGroup: @unchecked Sendable {
  /// Where replicas meet.
  public struct Meeting: Hashable, Sendable {
    /// Host name or address of rank 0.
    public var address: String
    /// Port on which rank 0 listens.
    public var port: Int
    /// Longest wait for another replica, in seconds.
    public var timeout: Double

    /// Makes a place to meet.
    public init(address: String, port: Int, timeout: Double = 300) {
      self.address = address
      self.port = port
      self.timeout = timeout
    }
  }

  /// This replica's number, from 0.
  public let rank: Int
  /// Number of replicas.
  public let worldSize: Int
  /// Where the tensors lie that replicas exchange.
  public let device: Device
  private let pointer: OpaquePointer

  /// Joins a group and waits until it is complete: over Gloo on the host, over NCCL on CUDA. Where that takes longer
  /// than a few seconds, `wait` is told for whom: by rank 0 for the others, by others for rank 0.
  public init(
    rank: Int, worldSize: Int, at meeting: Meeting, device: Device = .cpu,
    wait: (ReplicaWait) -> Void = { _ in }
  ) throws(TensorError) {
    let operation = "meeting of \(worldSize) replicas at \(meeting.address):\(meeting.port)"
    var entrance = ReplicaEntrance(rank, worldSize, meeting, operation)
    let place = try entrance.gather(wait)
    defer { ct_meeting_close(place) }
    var handle: OpaquePointer?
    try check(
      operation,
      ct_process_group_open(
        place, Int32(clamping: rank), Int32(clamping: worldSize), meeting.address,
        meeting.timeout, device.c, &handle))
    guard let handle else {
      throw TensorError(operation: operation, code: .unknown, message: "no result")
    }
    pointer = handle
    self.rank = rank
    self.worldSize = worldSize
    self.device = device
  }

  deinit { ct_process_group_close(pointer) }

  /// Whether this is the replica that writes and prints.
  public var isLeader: Bool { rank == 0 }

  /// Replaces `tensor`, which lies on the group's device, by its sum over the replicas, outside autograd.
  public func allReduce(_ tensor: Tensor) throws(TensorError) {
    try check("sum over replicas", ct_all_reduce(pointer, tensor.pointer))
  }

  /// Replaces `tensor`, which lies on the group's device, by that of rank 0, outside autograd.
  public func broadcast(_ tensor: Tensor) throws(TensorError) {
    try check("broadcast to replicas", ct_broadcast(pointer, tensor.pointer))
  }

  /// Returns when all replicas are here.
  public func barrier() throws(TensorError) {
    try check("wait for replicas", ct_barrier(pointer))
  }

  /// Replaces the accumulated gradients of `parameters` by their sums over the replicas. One that only some replicas
  /// have counts as zero elsewhere; one that none has stays absent.
  public func allReduceGradients(of parameters: [Tensor]) throws(TensorError) {
    let pointers = parameters.map(\.pointer)
    try check(
      "sum of gradients over replicas",
      ct_all_reduce_gradients(pointer, pointers, Int32(pointers.count)))
  }

  /// Rank 0's numbers.
  public func fromLeader(_ numbers: [Int]) throws(TensorError) -> [Int] {
    let tensor = try Tensor(numbers.map(Int64.init), shape: [numbers.count], device: device)
    try broadcast(tensor)
    return try tensor.values(as: Int64.self).map(Int.init)
  }

  /// Whether the condition holds on any replica.
  public func any(_ condition: Bool) throws(TensorError) -> Bool {
    let tensor = try Tensor([condition ? 1.0 : 0], shape: [1], device: device)
    try allReduce(tensor)
    return try tensor.scalar() > 0
  }

  /// See `Tensor.batchNormalised(over:weight:bias:runningMean:runningVariance:momentum:epsilon:)`.
  func batchNorm(
    _ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ mean: Tensor, _ variance: Tensor,
    momentum: Double, epsilon: Double
  ) throws(TensorError) -> Tensor {
    try produce("batch norm over replicas") {
      ct_sync_batch_norm(
        pointer, x.pointer, weight.pointer, bias.pointer, mean.pointer, variance.pointer, momentum,
        epsilon, $0)
    }
  }
}

extension Tensor {
  /// Batch normalisation over all axes but 1 by the statistics of all replicas' batches together, which may differ in
  /// size; moves the running ones by `momentum` in place.
  ///
  /// Gradients of `weight` and `bias` are those of the own batch, the input's is exact for the sum of the
  /// replicas' losses. There is no second derivative.
  public func batchNormalised(
    over group: ProcessGroup, weight: Tensor, bias: Tensor, runningMean: Tensor,
    runningVariance: Tensor, momentum: Double, epsilon: Double
  ) throws(TensorError) -> Tensor {
    try group.batchNorm(
      self, weight, bias, runningMean, runningVariance, momentum: momentum, epsilon: epsilon)
  }
}
