import Kernel

/// What stops an import as a whole. What was committed before stays, and the same command goes on from there.
public enum ImportProblem: Problem, Equatable {
    /// The folder can't be opened.
    case noFolder(String)
    /// `manifest.json` is missing or breaks a rule.
    case badManifest(String)
    /// A file can't be read: its name in the folder and why.
    case unreadable(String, String)
    /// Something that the import writes beside the store can't be written.
    case unwritable(String, String)
    /// Another import of the same data set is running.
    case concurrent(String)

    public var details: ProblemDetails {
        switch self {
        case .noFolder(let path):
            ProblemDetails(.notFound, "import-no-folder", "There is no folder \(path).", zh: "找不到文件夹 \(path)。")
        case .badManifest(let reason):
            ProblemDetails(.invalid, "import-bad-manifest", "manifest.json \(reason)", zh: "manifest.json 有误：\(reason)")
        case .unreadable(let file, let reason):
            ProblemDetails(
                .invalid, "import-unreadable", "\(file) can't be read: \(reason)", zh: "无法读取 \(file)：\(reason)")
        case .unwritable(let path, let reason):
            ProblemDetails(
                .unavailable, "import-unwritable", "\(path) can't be written: \(reason)", zh: "无法写入 \(path)：\(reason)")
        case .concurrent(let namespace):
            ProblemDetails(
                .conflict, "import-concurrent", "Another import of \(namespace) is running. Wait until it has ended.",
                zh: "\(namespace) 正在被另一个导入任务处理，请等待其结束。")
        }
    }
}
