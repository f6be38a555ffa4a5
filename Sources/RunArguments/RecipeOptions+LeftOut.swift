public import Experiments
import Foundation
import PlaceArguments
import ProgramSupport

extension RecipeOptions {
  /// The request with its reasons for photos that are left out told on standard error, and in `left-out.txt` beside the run
  /// folders where they are many.
  public func telling(_ data: DataRequest) -> DataRequest {
    let file = URL(fileURLWithPath: runs).appendingPathComponent("left-out.txt")
    var data = data
    let progress = ProgressLine()
    data.report = LeftOutPhotos(file: file).tell
    data.reading = { done, all in
      progress.update { "\(done) of \(all) photos are read for their digests, once" }
    }
    return data
  }
}
