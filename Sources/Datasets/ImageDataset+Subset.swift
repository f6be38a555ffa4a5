import Randomness

extension ImageDataset {
  /// The same share of every class, at least one image of each, in file order.
  ///
  /// With one seed a smaller fraction is contained in every larger one. Fractions outside 0 ... 1 count
  /// as the nearer end.
  public func subset(fraction: Double, seed: UInt64) -> ImageDataset {
    guard fraction < 1 else { return self }
    let share = max(0, fraction)
    var chosen: [Int] = []
    for (label, members) in membersByClass().enumerated() where !members.isEmpty {
      var stream = RandomStream(seed: seed, purpose: .subset, UInt64(label))
      let count = max(1, Int((Double(members.count) * share).rounded()))
      chosen += stream.permutation(of: members.count).prefix(count).map { members[$0] }
    }
    return selecting(chosen.sorted(), rule: "subset(fraction: \(share), seed: \(seed))")
  }

  /// Sets `perClass` images of every class aside, so that a hyper-parameter can be chosen without the
  /// test set; a class with fewer images is held out whole. Both parts keep the file order.
  public func splitHeldOut(
    perClass: Int, seed: UInt64
  ) -> (training: ImageDataset, heldOut: ImageDataset) {
    var training: [Int] = []
    var heldOut: [Int] = []
    for (label, members) in membersByClass().enumerated() {
      // The trailing 1 keeps these draws apart from those of `subset`.
      var stream = RandomStream(seed: seed, purpose: .subset, UInt64(label), 1)
      let order = stream.permutation(of: members.count).map { members[$0] }
      let count = min(max(0, perClass), order.count)
      heldOut += order.prefix(count)
      training += order.dropFirst(count)
    }
    let rule = "(perClass: \(perClass), seed: \(seed))"
    return (
      selecting(training.sorted(), rule: "withoutHeldOut\(rule)"),
      selecting(heldOut.sorted(), rule: "heldOut\(rule)")
    )
  }

  private func membersByClass() -> [[Int]] {
    var members = [[Int]](repeating: [], count: classCount)
    for record in records { members[Int(storage.labels[record])].append(record) }
    return members
  }
}
