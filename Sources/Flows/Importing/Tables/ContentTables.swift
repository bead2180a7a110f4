import Content
import Journal
import Kernel
import Store

/// `videos`.
struct VideoRows: ImportedTable {
    struct Entry: Sendable {
        let id: VideoID
        let creator: PersonID
        let caption: Localized
        let hashtags: [String]
        let media: MediaUse
        let poster: MediaUse?
        let duration: Int64
        let products: [ProductID]
        let createdAt: Instant
        var mediaName = ""
        var posterName: String?

        func video() throws -> Video {
            try Video(
                id: id, creator: creator, caption: caption, hashtags: hashtags, media: mediaName, poster: posterName,
                duration: duration, products: products, createdAt: createdAt)
        }
    }

    static let table = Table.videos
    let content: Content

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let creator = try fields.reference("creator", to: .person)
        let products = try fields.list("products", atMost: 20).map { fields.reference("products", to: .product, $0) }
        let poster = fields.text("poster").map { MediaUse(column: "poster", path: $0, kind: .picture) }
        let entry = Entry(
            id: fields.names.identifier("videos", try fields.key("id")), creator: creator.identifier(),
            caption: fields.localized("caption"), hashtags: try fields.list("hashtags", atMost: 20),
            media: MediaUse(column: "media", path: try fields.required("media"), kind: .video), poster: poster,
            duration: try fields.number("duration_ms", 0...86_400_000) ?? 0,
            products: products.map { $0.identifier() }, createdAt: try fields.past("created_at") ?? fields.now)
        _ = try entry.video()
        return Draft(
            entry: entry, references: [creator] + products, media: [entry.media] + (poster.map { [$0] } ?? []))
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.mediaName = supplies.media[entry.media] ?? ""
        entry.posterName = entry.poster.flatMap { supplies.media[$0] }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try content.put(entry.video(), in: transaction)
        return []
    }
}

/// What a follow or touchpoint is about.
enum SubjectKind: String, CaseIterable {
    case product, video, shop, creator, query

    var target: Reference.Target? {
        switch self {
        case .product: .product
        case .video: .video
        case .shop: .shop
        case .creator: .person
        case .query: nil
        }
    }

    func subject(_ reference: Reference) -> Touchpoint.Subject {
        switch self {
        case .product: .product(reference.identifier())
        case .video: .video(reference.identifier())
        case .shop: .shop(reference.identifier())
        case .creator: .creator(reference.identifier())
        case .query: .query(reference.text)
        }
    }
}

/// `follows`.
struct FollowRows: ImportedTable {
    struct Entry: Sendable {
        let person: PersonID
        let subject: Touchpoint.Subject
        let time: Instant
    }

    static let table = Table.follows
    let content: Content

    /// A person follows somebody once.
    func key(of fields: Fields) throws(Refusal) -> String {
        let texts = [try fields.key("person"), try fields.required("subject_kind"), try fields.key("subject")]
        // A control character can't be part of an identifier that anybody types.
        return texts.joined(separator: "\u{1F}")
    }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let person = try fields.reference("person", to: .person)
        let kind = try fields.choice("subject_kind", among: [SubjectKind.creator, .shop], default: nil)
        let subject = try fields.reference("subject", to: kind == .shop ? .shop : .person)
        let entry = Entry(
            person: person.identifier(), subject: kind.subject(subject), time: try fields.requiredPast("time"))
        return Draft(entry: entry, references: [person, subject])
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try content.follow(entry.subject, isOn: true, by: entry.person, at: entry.time, in: transaction)
        return []
    }
}

/// `touchpoints`.
struct TouchpointRows: ImportedTable {
    static let table = Table.touchpoints
    let content: Content
    let journal: Journal
    let source: Source

    /// Without an identifier of its own, what it says tells it from the others.
    func key(of fields: Fields) throws(Refusal) -> String {
        if fields.text("id") != nil { return "id/\(try fields.key("id"))" }
        let texts = Table.touchpoints.columns.map { fields.text($0) ?? "" }
        return "content/\(texts.joined(separator: "\u{1F}"))"
    }

    func read(_ fields: [Fields]) throws -> Draft<Touchpoint> {
        let fields = fields[0]
        let person = try fields.reference("person", to: .person)
        let kind = try fields.choice("kind", among: Touchpoint.Kind.allCases, default: nil)
        let subjectKind = try fields.choice(
            "subject_kind", among: SubjectKind.allCases, default: kind == .search ? .query : nil)
        var references = [person]
        let subject: Touchpoint.Subject
        if let target = subjectKind.target {
            let reference = try fields.reference("subject", to: target)
            references.append(reference)
            subject = subjectKind.subject(reference)
        } else {
            subject = .query(try words(fields))
        }
        let touchpoint = Touchpoint(
            person: person.identifier(), time: try fields.requiredPast("time"), kind: kind, subject: subject,
            dwell: try fields.number("dwell_ms", 0...86_400_000))
        return Draft(entry: touchpoint, references: references)
    }

    /// Likes and follows go through their room, which counts them and tells the journal; the rest is told directly.
    func write(_ touchpoint: Touchpoint, in transaction: any Transaction) throws -> [ProductID] {
        let (person, subject, time) = (touchpoint.person, touchpoint.subject, touchpoint.time)
        switch (touchpoint.kind, subject) {
        case (.like, _): try content.react(.like, to: subject, isOn: true, by: person, at: time, in: transaction)
        case (.unlike, _): try content.react(.like, to: subject, isOn: false, by: person, at: time, in: transaction)
        case (.favourite, _):
            try content.react(.favourite, to: subject, isOn: true, by: person, at: time, in: transaction)
        case (.unfavourite, _):
            try content.react(.favourite, to: subject, isOn: false, by: person, at: time, in: transaction)
        case (.follow, _): try content.follow(subject, isOn: true, by: person, at: time, in: transaction)
        case (.unfollow, _): try content.follow(subject, isOn: false, by: person, at: time, in: transaction)
        default: try journal.append(touchpoint, at: source.now, in: transaction)
        }
        return []
    }

    private func words(_ fields: Fields) throws -> String {
        let text = try ValidatedText(try fields.required("subject"), field: "subject", length: 1...100).value
        guard text.utf8.count <= 390, !text.contains(where: \.isNewline) else {
            throw Refusal("subject", "must be one line of words.")
        }
        return text
    }
}
