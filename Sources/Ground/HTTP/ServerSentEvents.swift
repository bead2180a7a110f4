import Hummingbird
import Kernel
import ServiceLifecycle

/// One event of a stream (WHATWG HTML, *Server-sent events*).
public struct ServerSentEvent: Sendable, Equatable {
    /// The event's name, which has no line break.
    public let name: String
    /// Its text; line breaks are kept.
    public let data: String

    /// An event.
    public init(_ name: String, _ data: String) {
        self.name = name
        self.data = data
    }

    /// A line that browsers ignore: it keeps the connection open and finds out that nobody listens any more.
    public static let ping = ServerSentEvent("", "")

    /// As it is sent.
    public var text: String {
        guard !name.isEmpty else { return ":\n\n" }
        let lines = data.split(omittingEmptySubsequences: false) { $0.isNewline }
        return "event: \(name)\n" + lines.map { "data: \($0)\n" }.joined() + "\n"
    }
}

extension ServerSentEvent {
    /// An answer that sends events as they come, until they end, the reader goes away or the server stops.
    ///
    /// - Parameter retry: after how long a browser that lost the connection comes back.
    public static func response(
        _ events: some AsyncSequence<ServerSentEvent, any Error> & Sendable, retry: Duration = .seconds(3)
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: \(retry.milliseconds)\n\n"))
                for try await event in events.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: event.text))
                }
                try await writer.finish(nil)
            })
    }
}
