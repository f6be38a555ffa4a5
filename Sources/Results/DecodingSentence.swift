/// The part of a decoding failure that a person can act on.
func decodingSentence(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return error.localizedDescription }
  func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return path.isEmpty ? "the top level" : "\"\(path.joined(separator: "."))\""
  }
  return switch error {
  case .keyNotFound(let key, let context): "\"\(key.stringValue)\" is missing at \(place(context))"
  case .valueNotFound(_, let context): "no value at \(place(context))"
  case .typeMismatch(_, let context): "a value of another type at \(place(context))"
  case .dataCorrupted(let context): "\(context.debugDescription) (at \(place(context)))"
  @unknown default: "\(error)"
  }
}
