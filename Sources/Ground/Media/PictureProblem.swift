import Kernel

/// Why a picture is not taken.
public enum PictureProblem: Problem, Equatable {
    /// It has more bytes than allowed.
    case tooLarge(limit: Int)
    /// It is none of the formats, whatever its name says.
    case wrongFormat
    /// It is larger or smaller than allowed, in pixels.
    case wrongSize
    /// It says to be a picture and can't be decoded.
    case broken
    /// This machine can't take pictures in: FFmpeg is missing or the folder can't be written.
    case unavailable
    /// Too many pictures are being read at this moment.
    case busy

    public var details: ProblemDetails {
        switch self {
        case .tooLarge(let limit):
            ProblemDetails(
                .tooLarge, "picture-too-large", "A picture may have at most \(limit >> 20) MiB.",
                zh: "图片不得超过 \(limit >> 20) MiB。", fields: ["pictures": "is too large."])
        case .wrongFormat:
            ProblemDetails(
                .invalid, "picture-format", "A picture must be JPEG, PNG or WebP.", zh: "仅支持 JPEG、PNG、WebP 图片。",
                fields: ["pictures": "must be JPEG, PNG or WebP."])
        case .wrongSize:
            ProblemDetails(
                .invalid, "picture-size", "A picture must have 64–12,000 pixels a side and at most 50 million in all.",
                zh: "图片每边须为 64–12000 像素，总像素不超过 5000 万。", fields: ["pictures": "has the wrong size."])
        case .broken:
            ProblemDetails(
                .invalid, "picture-broken", "This picture can't be read. Save it again and send that.",
                zh: "图片无法解析，请重新保存后上传。", fields: ["pictures": "can't be read."])
        case .unavailable:
            ProblemDetails(
                .unavailable, "pictures-unavailable", "This server can't take pictures in right now.",
                zh: "服务器暂时无法接收图片。", retryAfter: 60)
        case .busy:
            ProblemDetails(
                .unavailable, "busy", "Too many pictures are being read right now. Try again in a moment.",
                zh: "图片处理繁忙，请稍后再试。", retryAfter: 2)
        }
    }
}
