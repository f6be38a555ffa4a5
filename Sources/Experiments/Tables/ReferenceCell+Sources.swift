import Results

extension ReferenceCell {
  /// A number of the paper, whose grade tells its source.
  init(
    table: String, setting: String, column: String, printed: String?, unit: String, grade: Grade,
    judge: Judge = .authors
  ) {
    let source =
      switch grade {
      case .a: "official repository of OFD"
      case .b: "comment of the official LONDON code"
      case .c: "third party"
      case .d: "remembered"
      case .unknown: "no source found"
      }
    self.init(
      table: table, setting: setting, column: column, printed: printed, unit: unit, grade: grade,
      source: source, judge: judge)
  }
}
