import Crypto
import Foundation
import Kernel
import Synchronization

/// Takes pictures from strangers. What is kept is never what was sent: the picture is decoded and encoded anew as WebP by
/// FFmpeg in a process of its own, so that neither metadata (where a photograph was taken) nor anything hidden behind
/// the picture survives. Its name is made of its content: the same picture is kept once.
public final class Pictures: Sendable {
    /// Most bytes of a picture that is sent.
    public static let byteLimit = 10 << 20
    /// Pixels of a side.
    static let side = 64...12_000
    /// Most pixels in all.
    static let pixelLimit = 50_000_000
    /// Most pixels of a side of what is kept.
    static let keptSide = 1_600
    /// Pictures that are read at the same time.
    static let parallel = 4

    private let folder: String
    private let running = Mutex(0)

    /// - Parameter folder: the media folder, which is served under `/media`.
    public init(folder: String) { self.folder = folder }

    /// Keeps a picture.
    ///
    /// - Returns: its name in the folder, `ab/abcdef….webp`; it is on the disk when this returns.
    /// - Throws: ``PictureProblem``.
    public func keep(_ bytes: [UInt8]) async throws -> String {
        guard bytes.count <= Self.byteLimit else { throw PictureProblem.tooLarge(limit: Self.byteLimit) }
        guard let format = PictureFormat(bytes) else { throw PictureProblem.wrongFormat }
        guard let probe = Tool("ffprobe"), let encode = Tool("ffmpeg") else { throw PictureProblem.unavailable }
        try enter()
        defer { running.withLock { $0 -= 1 } }
        let (input, output) = try scratch(bytes)
        defer {
            unlink(input)
            unlink(output)
        }
        try Self.check(try await probe.run(Self.probing(input, format)))
        guard try await encode.run(Self.encoding(input, format, output)) != nil,
            let kept = FileManager.default.contents(atPath: output), !kept.isEmpty
        else { throw PictureProblem.broken }
        return try store(kept, from: output)
    }

    private func enter() throws {
        let isIn = running.withLock { running in
            guard running < Self.parallel else { return false }
            running += 1
            return true
        }
        guard isIn else { throw PictureProblem.busy }
    }

    private func scratch(_ bytes: [UInt8]) throws -> (String, String) {
        let name = UUID().uuidString
        let (input, output) = ("\(folder)/.\(name).in", "\(folder)/.\(name).webp")
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: input))
        } catch {
            unlink(input)
            throw PictureProblem.unavailable
        }
        return (input, output)
    }

    private static func probing(_ path: String, _ format: PictureFormat) -> [String] {
        [
            "-v", "error", "-protocol_whitelist", "file", "-f", format.demuxer, "-select_streams", "v:0",
            "-show_entries", "stream=width,height", "-of", "csv=p=0", path,
        ]
    }

    /// - Parameter answer: ffprobe's `width,height`.
    private static func check(_ answer: String?) throws {
        let numbers = (answer ?? "").split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count >= 2, numbers[0] > 0, numbers[1] > 0 else { throw PictureProblem.broken }
        guard side.contains(numbers[0]), side.contains(numbers[1]), numbers[0] * numbers[1] <= pixelLimit else {
            throw PictureProblem.wrongSize
        }
    }

    private static func encoding(_ path: String, _ format: PictureFormat, _ output: String) -> [String] {
        [
            "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-max_pixels", "\(pixelLimit)", "-threads", "1",
            "-f", format.demuxer, "-i", path, "-map", "0:v:0", "-map_metadata", "-1", "-frames:v", "1", "-vf",
            "scale=w='min(iw,\(keptSide))':h='min(ih,\(keptSide))':force_original_aspect_ratio=decrease", "-c:v",
            "libwebp", "-quality", "82", "-compression_level", "4", "-threads", "1", "-f", "webp", "-y", output,
        ]
    }

    /// Moves the file to the name that its content makes, durably.
    private func store(_ kept: Data, from path: String) throws -> String {
        let hash = SHA256.hash(data: kept).prefix(16).hexadecimal
        let name = "\(hash.prefix(2))/\(hash).webp"
        do {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(hash.prefix(2))", withIntermediateDirectories: true)
        } catch { throw PictureProblem.unavailable }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PictureProblem.unavailable }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0, rename(path, "\(folder)/\(name)") == 0 else { throw PictureProblem.unavailable }
        let directory = open("\(folder)/\(hash.prefix(2))", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            _ = fsync(directory)
            _ = close(directory)
        }
        return name
    }
}
