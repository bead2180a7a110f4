/// A format in which pictures may be sent in.
public enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp

    /// The format of a file that begins like this, by its signature; its name and declared type say nothing.
    public init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else {
            return nil
        }
    }

    /// FFmpeg's name of the one demuxer that may read it, so that a file can't choose another one.
    var demuxer: String { "\(rawValue)_pipe" }
}
