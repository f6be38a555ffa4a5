extension [UInt8] {
  /// `withUnsafeBytes` that keeps this module's error type.
  func read<Output>(
    _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Output
  ) throws(CheckpointError) -> Output {
    let result = withUnsafeBytes { buffer -> Result<Output, CheckpointError> in
      do throws(CheckpointError) { return .success(try body(buffer)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// `withUnsafeMutableBytes` that keeps this module's error type.
  mutating func fill(
    _ body: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let result = withUnsafeMutableBytes { buffer -> Result<Void, CheckpointError> in
      do throws(CheckpointError) { return .success(try body(buffer)) } catch {
        return .failure(error)
      }
    }
    try result.get()
  }
}
