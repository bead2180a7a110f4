import Foundation

/// The folder that is imported. Nothing outside it is ever opened: every step of a path is opened by itself and none may
/// be a symbolic link, so neither `..` nor a link that is planted between check and use leads out.
final class Folder {
    /// Where it is.
    let path: String
    private let descriptor: Int32

    /// Opens the folder; it may itself be reached through a link, since the operator named it.
    ///
    /// - Throws: ``ImportProblem/noFolder(_:)``.
    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ImportProblem.noFolder(path) }
    }

    deinit { _ = close(descriptor) }

    /// Opens a regular file for reading.
    ///
    /// - Returns: `nil` when there is none.
    /// - Throws: ``Refusal`` for a path that leaves the folder, a link, or something that is no regular file.
    func file(_ relative: String) throws(Refusal) -> FileInput? {
        let steps = relative.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isInside =
            relative.utf8.count <= 1_000 && steps.allSatisfy { !["", ".", ".."].contains($0) && !$0.utf8.contains(0) }
        guard isInside else { throw Refusal(nil, "must be a path inside the folder, without . or .. steps.") }
        var current = dup(descriptor)
        for (index, step) in steps.enumerated() {
            let isLast = index == steps.count - 1
            let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (isLast ? 0 : O_DIRECTORY)
            let next = openat(current, step, flags)
            let reason = errno
            _ = close(current)
            guard next >= 0 else {
                switch reason {
                case ENOENT: return nil
                case ELOOP: throw Refusal(nil, "is a symbolic link; links are not followed.")
                case ENOTDIR: throw Refusal(nil, "leads through something that is no folder; links are not followed.")
                default: throw Refusal(nil, "can't be opened: \(text(reason)).")
                }
            }
            current = next
        }
        var status = stat()
        guard fstat(current, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = close(current)
            throw Refusal(nil, "is not a regular file.")
        }
        return FileInput(current, name: relative, status: status)
    }

    /// Makes `.quanyu` for reports if need be and opens a file in it for writing.
    ///
    /// - Throws: ``ImportProblem/unwritable(_:_:)``.
    func reportFile(_ name: String, flags: Int32) throws -> Int32 {
        let folder = try reports()
        defer { _ = close(folder) }
        let file = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw ImportProblem.unwritable("\(path)/.quanyu/\(name)", text(errno)) }
        return file
    }

    /// Puts one report in the place of another.
    ///
    /// - Throws: ``ImportProblem/unwritable(_:_:)``.
    func renameReport(_ name: String, to final: String) throws {
        let folder = try reports()
        defer { _ = close(folder) }
        guard renameat(folder, name, folder, final) == 0 else {
            throw ImportProblem.unwritable("\(path)/.quanyu/\(final)", text(errno))
        }
    }

    private func reports() throws -> Int32 {
        if mkdirat(descriptor, ".quanyu", 0o755) != 0, errno != EEXIST {
            throw ImportProblem.unwritable("\(path)/.quanyu", text(errno))
        }
        let folder = openat(descriptor, ".quanyu", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw ImportProblem.unwritable("\(path)/.quanyu", text(errno)) }
        return folder
    }
}

/// A regular file that is read from front to back.
final class FileInput {
    /// Its path in the folder.
    let name: String
    /// Its size in bytes when it was opened.
    let size: Int
    /// Size and time of the last change: another content has another fingerprint.
    let fingerprint: String
    /// Bytes read so far.
    private(set) var bytesRead = 0
    private let descriptor: Int32

    fileprivate init(_ descriptor: Int32, name: String, status: stat) {
        self.descriptor = descriptor
        self.name = name
        size = Int(status.st_size)
        #if os(Linux)
            let changed = status.st_mtim
        #else
            let changed = status.st_mtimespec
        #endif
        fingerprint = "\(status.st_size)-\(changed.tv_sec).\(changed.tv_nsec)"
    }

    deinit { _ = close(descriptor) }

    /// Up to `count` further bytes; none at the end.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)``.
    func read(_ count: Int) throws -> [UInt8] {
        let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = Foundation.read(descriptor, buffer.baseAddress, count)
            while got < 0, errno == EINTR { got = Foundation.read(descriptor, buffer.baseAddress, count) }
            guard got >= 0 else { throw ImportProblem.unreadable(name, text(errno)) }
            filled = got
        }
        bytesRead += bytes.count
        return bytes
    }
}

/// What the system says about an error number.
func text(_ number: Int32) -> String { String(cString: strerror(number)) }
