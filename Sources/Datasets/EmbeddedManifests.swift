/// The files of `datasets-manifest/`, compiled in so that the programs run from any directory.
enum EmbeddedManifests {
  static let documents: [(name: String, json: [UInt8])] = []
}
