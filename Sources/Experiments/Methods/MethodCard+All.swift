extension MethodCard {
  /// Every method, in the order of tables. A new one is a card in this directory and its name here.
  public static let all: [MethodCard] = [
    .student, .kd, .fitnets, .at, .jacobian, .ft, .ab, .afd, .ofd, .sp, .cc, .rkd, .pkt, .nst,
    .fsp, .vid, .crd, .dkd, .reviewkd, .dist,
  ]
}
