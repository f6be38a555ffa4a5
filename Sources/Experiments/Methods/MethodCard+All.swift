extension MethodCard {
  /// Every method, in the order of tables: the paper's, each in a file of this directory, and later ones.
  public static let all: [MethodCard] =
    [.student, .kd, .fitnets, .at, .jacobian, .ft, .ab, .afd, .ofd] + later
}
