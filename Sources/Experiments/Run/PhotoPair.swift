import Datasets
import Measuring
import UserErrors

/// The photos that a table learns from and those that it is measured with.
struct PhotoPair<Photos: PhotoSet> {
  private(set) var training: Photos
  private(set) var test: Photos
  private let request: PhotoRequest
  private let place: PhotoRequest.Place
  /// Whether the test photos are a held-out part of the training ones.
  private var isForTuning = false

  /// One photo of so many is held out where a weight is chosen.
  private static var heldOutShare: Int { 10 }

  /// Throws where a photo would be learnt from and measured with.
  init(training: Photos, test: Photos, _ request: PhotoRequest, _ place: PhotoRequest.Place)
    throws(UsageError)
  {
    let both = Set(training.ids).intersection(test.ids)
    if let first = both.min() {
      throw UsageError(
        "\(both.count) photos would be learnt from and measured with, such as \(first): the sets must not overlap"
      )
    }
    self.training = training
    self.test = test
    self.request = request
    self.place = place
  }

  /// The pair for choosing a weight: a tenth of the training photos is measured with, the others are learnt from, and
  /// the test photos take no part. A single training photo leaves the pair as it is.
  func forTuning() -> PhotoPair {
    guard training.count > 1 else { return self }
    let split = training.splitHeldOut(oneOf: Self.heldOutShare, seed: 0)
    var pair = self
    pair.training = split.training
    pair.test = split.heldOut
    pair.isForTuning = true
    return pair
  }

  /// Where the test photos come from; nil for held-out ones.
  var measured: MeasuredImages? {
    isForTuning ? nil : MeasuredImages(test, place.test, root: place.root)
  }

  /// Sets and digests, and how they differ from the paper's.
  var reference: DataReference {
    let sets = (
      training: PhotoRequest.text(place.training, request.sbd),
      test: PhotoRequest.text(place.test)
    )
    var reference = DataReference(
      id: training.name + (isForTuning ? ", a held-out tenth of them" : ", test \(sets.test)"),
      hashes: ["train": training.digest, "test": test.digest])
    reference.isSynthetic = place.isSynthetic
    guard !isForTuning else { return reference }
    let paper = request.sets
    for (photos, sets, paper, use) in [
      (training, sets.training, paper.training, "learn from"),
      (test, sets.test, paper.test, "measure with"),
    ] {
      let instead = sets == paper ? "" : " instead of \(paper)"
      if !instead.isEmpty || !photos.leftOut.isEmpty || place.isSynthetic {
        reference.deviations.append(
          "\(photos.count) photos of \(sets)\(instead) to \(use), \(photos.leftOut.count) left out")
      }
    }
    return reference
  }
}
