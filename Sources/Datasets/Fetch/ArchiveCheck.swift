import DurableFiles
import Foundation

extension DatasetManifest.Archive {
  /// What is wrong with a file that should be this archive, nil where size and hash are its own.
  func flaw(ofFileAt url: URL) throws(DatasetError) -> String? {
    if let flaw = try flaw(ofSizeAt: url) { return flaw }
    do throws(FileError) {
      if let sha256 {
        let digest = try Digest.sha256(fileAt: url)
        return digest == sha256 ? nil : "its SHA-256 is \(digest) instead of \(sha256)"
      }
      guard let md5 else { return nil }
      let digest = try Digest.md5(fileAt: url)
      return digest == md5 ? nil : "its MD5 is \(digest) instead of \(md5)"
    } catch {
      throw DatasetError(error)
    }
  }

  /// What is wrong with a file's size, nil where it is the archive's or nobody states one.
  func flaw(ofSizeAt url: URL) throws(DatasetError) -> String? {
    let size: Int
    do {
      size = try url.resolvingSymlinksInPath().resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    } catch {
      throw DatasetError("cannot read \(url.path): \(error.reason)")
    }
    guard let expected = self.size, size != expected else { return nil }
    return "it has \(size) bytes instead of \(expected)"
  }

  /// The hash that a person compares, in words.
  var hashInWords: String {
    if let sha256 { return "its SHA-256 is \(sha256)" }
    if let md5 { return "its MD5 is \(md5)" }
    return "it is what its authors published (no hash is known)"
  }
}
