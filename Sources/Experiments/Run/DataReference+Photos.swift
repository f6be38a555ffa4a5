extension DataReference {
  /// One photo of so many is held out where a weight is chosen.
  static let heldOutShare = 10

  /// Names sets of photos, and how they differ from the paper's.
  init(
    photos training: (name: String, digest: String, count: Int, leftOut: Int),
    test: (digest: String, count: Int, leftOut: Int), _ request: PhotoRequest,
    _ place: PhotoRequest.Place, isForTuning: Bool
  ) {
    self.init(
      id: training.name
        + (isForTuning
          ? ", a held-out tenth of them" : ", test \(PhotoRequest.text(place.test))"),
      hashes: ["train": training.digest, "test": test.digest])
    guard !isForTuning else { return }
    let paper = request.task.paperSets
    deviations = [
      request.deviation(
        count: training.count, leftOut: training.leftOut,
        sets: PhotoRequest.text(place.training, request.sbd), paper: paper.training,
        to: "learn from", isSynthetic: place.isSynthetic),
      request.deviation(
        count: test.count, leftOut: test.leftOut, sets: PhotoRequest.text(place.test),
        paper: paper.test,
        to: "measure with", isSynthetic: place.isSynthetic),
    ].compactMap { $0 }
  }
}
