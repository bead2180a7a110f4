import Journal

// Slates are logged by the thousand a second, so a slot is a short line, not JSON:
// item, source, score, propensity, then its reasons as kind:subject:times:days without what is absent at the end.

/// A line of the slate log that can't be read.
struct UnreadableSlot: Error {
    let line: String
}

extension FeedSlate {
    /// The slots as they stand in the log.
    var lines: String {
        var text = ""
        text.reserveCapacity(slots.count * 100)
        for slot in slots {
            if !text.isEmpty { text += "\n" }
            slot.write(to: &text)
        }
        return text
    }

    /// Reads ``lines``.
    ///
    /// - Throws: ``UnreadableSlot``.
    static func slots(in lines: String) throws -> [FeedSlot] {
        try lines.split(separator: "\n").map { line in
            guard let slot = FeedSlot(line) else { throw UnreadableSlot(line: String(line)) }
            return slot
        }
    }
}

extension FeedSlot {
    fileprivate func write(to text: inout String) {
        // Piece by piece: an interpolation would make a string of its own first.
        text += item.description
        text += " "
        text += source
        text += " "
        text += score.description
        text += " "
        text += propensity.description
        for reason in reasons {
            text += " "
            reason.write(to: &text)
        }
    }

    fileprivate init?(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.count >= 4, let item = Touchpoint.Subject(String(words[0])), let score = Float(words[2]),
            let propensity = Double(words[3])
        else { return nil }
        let reasons = words.dropFirst(4).compactMap(FeedReason.init(word:))
        guard reasons.count == words.count - 4 else { return nil }
        self.init(
            item: item, source: String(words[1]), score: score, propensity: propensity, reasons: reasons)
    }
}

extension FeedReason {
    fileprivate func write(to text: inout String) {
        text += kind.rawValue
        guard subject != nil || times != nil else { return }
        text += ":"
        text += subject ?? ""
        guard let times else { return }
        text += ":"
        text += times.description
        guard let intervalDays else { return }
        text += ":"
        text += intervalDays.description
    }

    fileprivate init?(word: Substring) {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard let kind = Kind(rawValue: String(parts[0])), parts.count <= 4 else { return nil }
        self.init(
            kind: kind, subject: parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil,
            times: parts.count > 2 ? Int(parts[2]) : nil, intervalDays: parts.count > 3 ? Int(parts[3]) : nil)
    }
}
