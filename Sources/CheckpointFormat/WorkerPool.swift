import Dispatch

/// Runs the same work on several threads, with results that do not depend on their number.
enum WorkerPool {
  /// Calls `body` for every index below `count` and returns the results in order. Every thread makes
  /// one context with `context` and takes neighbouring indices: what they write lies in pages of its own.
  static func map<Context, Output>(
    count: Int, threads: Int, context: @Sendable () throws(CheckpointError) -> Context,
    body: @Sendable (Context, Int) throws(CheckpointError) -> Output
  ) throws(CheckpointError) -> [Output] {
    let workers = max(1, min(threads, count))
    var shares = [Result<[Output], CheckpointError>](repeating: .success([]), count: workers)
    shares.withUnsafeMutableBufferPointer { shares in
      nonisolated(unsafe) let slots = shares  // Each worker writes its own slot only.
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        do throws(CheckpointError) {
          let context = try context()
          var outputs: [Output] = []
          for index in (count * worker / workers)..<(count * (worker + 1) / workers) {
            outputs.append(try body(context, index))
          }
          slots[worker] = .success(outputs)
        } catch {
          slots[worker] = .failure(error)
        }
      }
    }
    var results: [Output] = []
    for share in shares { results += try share.get() }
    return results
  }
}
