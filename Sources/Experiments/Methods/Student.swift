extension MethodCard {
  /// The student alone, without a teacher.
  public static let student = MethodCard(
    "student", nil, isInPaper: true, family: .overhaul, uses: [:])
}
