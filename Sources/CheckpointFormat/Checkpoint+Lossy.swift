extension Checkpoint {
  /// Key of the header under which a file says how its tensors were rounded.
  public static let lossyKey = "lossy"

  /// A copy whose float32 tensors are rounded to `float16` or `bfloat16`, marked as lossy in the header.
  public func rounded(to type: ElementType) -> Checkpoint {
    var result = self
    result.sections = sections.mapValues { $0.map { $0.rounded(to: type) } }
    result.metadata[Self.lossyKey] = "float32 rounded to \(type.rawValue)"
    return result
  }
}
