import Foundation
import Measuring

extension ModelCheckpoint {
  /// Throws where the file that was read is not the one that a run learns from; nil for a run that knows no digest.
  func check(_ expected: String?, _ file: URL) throws(ForeignCheckpoint) {
    guard let expected, sha256 != expected else { return }
    throw ForeignCheckpoint(
      description:
        "\(file.path) is not the teacher that the run learns from (SHA-256 \(sha256.prefix(12)) "
        + "instead of \(expected.prefix(12))): put the right file back, or start the command anew")
  }
}
