import Crypto
import Foundation
import Kernel

/// A row's mention of a media file.
struct MediaUse: Hashable, Sendable {
    /// What may stand there.
    enum Kind: Sendable { case picture, video, either }

    /// The column that mentions it.
    let column: String
    /// Its path in the folder.
    let path: String
    /// What may stand there.
    let kind: Kind
}

/// Copies media into the media folder under names made of their content, so that the same picture is kept once and
/// copying again copies nothing.
final class MediaFiles {
    /// Files that were new to the media folder.
    private(set) var copied = 0

    private let folder: Folder
    private let target: String
    private var known: [MediaUse: Result<String, Refusal>] = [:]
    private var mustSync = false

    private static let largestPicture = 20 << 20
    private static let largestVideo = 1 << 30

    /// Copies from `folder` to the folder `target`.
    init(from folder: Folder, to target: String) {
        self.folder = folder
        self.target = target
    }

    /// The name of a file in the media folder, `ab/abcdef….jpg`; it is there when this returns.
    ///
    /// - Throws: ``Refusal`` for what is missing, too large or not what its extension says;
    ///   ``ImportProblem/unwritable(_:_:)`` when the media folder can't take it.
    func name(of use: MediaUse) throws -> String {
        if let name = known[use] { return try name.get() }
        let name: Result<String, Refusal>
        do { name = .success(try copy(use)) } catch let refusal as Refusal {
            name = .failure(Refusal(use.column, "\(use.path.prefix(200)) \(refusal.reason)"))
        }
        // A hostile folder must not grow this without bound; a forgotten file is only read again.
        if known.count >= 200_000 { known.removeAll() }
        known[use] = name
        return try name.get()
    }

    /// Makes what was copied durable, before rows that mention it are committed.
    func sync() {
        guard mustSync else { return }
        // One call for the batch: an fsync for each of a thousand pictures takes longer than all of them together.
        Foundation.sync()
        mustSync = false
    }

    private func copy(_ use: MediaUse) throws -> String {
        guard let format = MediaFormat(extensionOf: use.path) else {
            throw Refusal(nil, "must end in \(MediaFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        guard use.kind == .either || (use.kind == .video) == format.isVideo else {
            throw Refusal(nil, "must be a \(use.kind == .video ? "video" : "picture").")
        }
        guard let input = try folder.file(use.path) else { throw Refusal(nil, "is missing.") }
        let limit = format.isVideo ? Self.largestVideo : Self.largestPicture
        guard input.size <= limit else { throw Refusal(nil, "is larger than \(limit >> 20) MiB.") }
        return try copy(input, format: format, limit: limit)
    }

    private func copy(_ input: FileInput, format: MediaFormat, limit: Int) throws -> String {
        let (hash, size) = try digest(of: input, format: format, limit: limit)
        let name = "\(hash.prefix(2))/\(hash).\(format.fileExtension)"
        let final = "\(target)/\(name)"
        var status = stat()
        if stat(final, &status) == 0, Int(status.st_size) == size { return name }
        guard let again = try folder.file(input.name) else { throw Refusal(nil, "is missing.") }
        let temporary = "\(target)/.\(hash).part"
        do {
            try FileManager.default.createDirectory(
                atPath: "\(target)/\(hash.prefix(2))", withIntermediateDirectories: true)
        } catch { throw ImportProblem.unwritable(target, "\(error.localizedDescription)") }
        guard try write(again, to: temporary, limit: limit) == hash else {
            unlink(temporary)
            throw Refusal(nil, "changed while it was read.")
        }
        guard rename(temporary, final) == 0 else { throw ImportProblem.unwritable(final, text(errno)) }
        copied += 1
        mustSync = true
        return name
    }

    private func digest(of input: FileInput, format: MediaFormat, limit: Int) throws -> (String, Int) {
        var hasher = SHA256()
        while true {
            let isFirst = input.bytesRead == 0
            let bytes = try input.read(1 << 18)
            if isFirst, !format.begins(bytes) { throw Refusal(nil, "is not what its extension says.") }
            if bytes.isEmpty { return (Self.name(hasher.finalize()), input.bytesRead) }
            guard input.bytesRead <= limit else { throw Refusal(nil, "is larger than \(limit >> 20) MiB.") }
            bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
    }

    /// Writes the file and tells the name that what was written has.
    private func write(_ input: FileInput, to path: String, limit: Int) throws -> String {
        let output = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw ImportProblem.unwritable(path, text(errno)) }
        defer { _ = close(output) }
        var hasher = SHA256()
        while true {
            let bytes = try input.read(1 << 18)
            if bytes.isEmpty { return Self.name(hasher.finalize()) }
            guard input.bytesRead <= limit else { throw Refusal(nil, "is larger than \(limit >> 20) MiB.") }
            try bytes.withUnsafeBytes { buffer in
                hasher.update(bufferPointer: buffer)
                try writeAll(buffer, to: output, path: path)
            }
        }
    }

    /// 128 bits as hexadecimal digits: no two files of a media folder meet by chance.
    private static func name(_ digest: SHA256.Digest) -> String {
        digest.prefix(16).hexadecimal
    }
}

/// Writes every byte or throws ``ImportProblem/unwritable(_:_:)``.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
        let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw ImportProblem.unwritable(path, text(errno)) }
        rest = rest.dropFirst(written)
    }
}

/// A format of pictures or videos that browsers show.
enum MediaFormat: String, CaseIterable {
    case jpg, jpeg, png, webp, gif, mp4, webm

    /// The format that a path's extension names.
    init?(extensionOf path: String) {
        guard let dot = path.lastIndex(of: "."),
            let format = Self(rawValue: path[path.index(after: dot)...].lowercased())
        else { return nil }
        self = format
    }

    var isVideo: Bool { self == .mp4 || self == .webm }

    /// The extension in the media folder.
    var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    /// Whether a file that begins like this has the format (its magic number).
    func begins(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .jpg, .jpeg: bytes.starts(with: [0xFF, 0xD8, 0xFF])
        case .png: bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        case .webp: bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
        case .gif: bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8))
        case .mp4: bytes.dropFirst(4).starts(with: Array("ftyp".utf8))
        case .webm: bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3])
        }
    }
}
