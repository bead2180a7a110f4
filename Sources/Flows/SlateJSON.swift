import Feed
import Foundation
import HTTP
import Hummingbird
import Journal
import Kernel

extension PresentCards {
    /// A slate as the JSON of a ``SlateView``, put together from the kept JSON of its cards: the feed is asked more often
    /// than anything else, and encoding every card anew took most of its time.
    func slateResponse(_ slate: FeedSlate, in language: Language) async throws -> Response {
        let cards = try await cards(of: slate, in: language)
        var buffer = ByteBuffer()
        buffer.reserveCapacity(1_024 * (slate.slots.count + 1))
        buffer.writeString("{\"slate\":\"\(slate.id)\",\"model\":\"\(slate.model)\",\"items\":[")
        var isFirst = true
        for slot in slate.slots {
            guard let write = Self.writer(of: slot.item, from: cards) else { continue }
            if !isFirst { buffer.writeString(",") }
            isFirst = false
            Self.writeHead(of: slot, to: &buffer)
            write(&buffer)
            buffer.writeString("}")
        }
        buffer.writeString("]}")
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: buffer))
    }

    /// Everything of a slot but its card. None of these names can hold a character that JSON escapes.
    private static func writeHead(of slot: FeedSlot, to buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"source\":\"")
        buffer.writeString(slot.source)
        buffer.writeStaticString("\",\"score\":")
        buffer.writeString(slot.score.description)
        buffer.writeStaticString(",\"propensity\":")
        buffer.writeString(slot.propensity.description)
        buffer.writeStaticString(",\"reasons\":[")
        for (number, reason) in slot.reasons.enumerated() {
            buffer.writeStaticString(number == 0 ? "\"" : ",\"")
            buffer.writeString(reason.kind.rawValue)
            buffer.writeStaticString("\"")
        }
        buffer.writeStaticString("],")
    }

    private static func writer(
        of item: Touchpoint.Subject, from cards: SlateCards
    ) -> ((inout ByteBuffer) -> Void)? {
        switch item {
        case .product(let id):
            guard let card = cards.products[id] else { return nil }
            return { buffer in
                buffer.writeString("\"product\":")
                buffer.writeBytes(card.json)
            }
        case .video(let id):
            guard let card = cards.videos[id] else { return nil }
            let reactions = cards.reactions(to: id)
            return { buffer in
                buffer.writeString("\"video\":")
                buffer.writeBytes(card.json.dropLast())
                buffer.writeString(
                    ",\"likes\":\(reactions.likes),\"comments\":\(reactions.comments),\"isLiked\":\(reactions.isLiked)}"
                )
            }
        case .live(let id):
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes]
            guard let card = cards.rooms[id], let json = try? encoder.encode(card) else { return nil }
            return { buffer in
                buffer.writeString("\"live\":")
                buffer.writeBytes(json)
            }
        default: return nil
        }
    }
}
