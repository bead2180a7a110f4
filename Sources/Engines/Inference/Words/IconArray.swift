/// A thousand people as a picture: who came anyway, who came because of it, and who didn't come. One icon is one person, so
/// nobody has to know what a percentage is. Shapes differ as well as colours; a screen reader reads the sentence.
public struct IconArray: Sendable {
    /// What the picture says.
    public let sentence: String
    /// What each kind of icon means: came anyway, created (or lost), did not come.
    public let legend: (anyway: String, created: String, rest: String)
    private let anyway: Int
    private let created: Int
    private let isLost: Bool

    /// A picture of a share.
    ///
    /// - Parameter comparison: of outcomes that are 0 or 1.
    public init(
        _ comparison: Comparison, sentence: String, legend: (anyway: String, created: String, rest: String)
    ) {
        let (base, came) = (Self.icons(comparison.control.value), Self.icons(comparison.treatment.value))
        (anyway, created, isLost) = (Swift.min(base, came), abs(came - base), came < base)
        (self.sentence, self.legend) = (sentence, legend)
    }

    private static let total = 1_000
    private static let columns = 50

    private static func icons(_ share: Double) -> Int {
        share.isFinite ? Int((Swift.max(0, Swift.min(1, share)) * Double(total)).rounded()) : 0
    }

    /// The SVG element, 50 × 20 icons with a legend.
    public var svg: String {
        let end = anyway + created
        let change = isLost ? "lost" : "created"
        let paint = isLost ? "fill=\"none\" stroke=\"#b3261e\" stroke-width=\"1.5\"" : "fill=\"#0b7a4b\""
        let notes = [
            (legend.anyway, "class=\"anyway\" fill=\"#5f6b7a\"", anyway),
            (legend.created, "class=\"\(change)\" \(paint)", created),
        ]
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"icons\" viewBox=\"0 0 500 246\" role=\"img\" "
                + "aria-label=\"\(Self.escaped(sentence))\">",
            "<path class=\"anyway\" fill=\"#5f6b7a\" d=\"\(squares(0..<anyway))\"/>",
            "<path class=\"\(change)\" \(paint) d=\"\(diamonds(anyway..<end))\"/>",
            "<path class=\"rest\" fill=\"#c3cbd6\" d=\"\(dots(end..<Self.total))\"/>",
        ]
        for (index, note) in notes.enumerated() {
            let y = 216 + index * 18
            let path = index == 0 ? square(2, y - 9) : diamond(2, y - 9)
            lines.append("<path \(note.1) d=\"\(path)\"/>")
            lines.append(text(16, y, "\(note.2) \(note.0)"))
        }
        lines.append("<path class=\"rest\" fill=\"#c3cbd6\" d=\"\(dot(262, 207))\"/>")
        lines.append(text(276, 216, "\(Self.total - end) \(legend.rest)") + "</svg>")
        return lines.joined(separator: "\n")
    }

    private func text(_ x: Int, _ y: Int, _ words: String) -> String {
        "<text font-size=\"12\" fill=\"currentColor\" x=\"\(x)\" y=\"\(y)\">\(Self.escaped(words))</text>"
    }

    private func squares(_ places: Range<Int>) -> String { drawn(places, square) }
    private func diamonds(_ places: Range<Int>) -> String { drawn(places, diamond) }
    private func dots(_ places: Range<Int>) -> String { drawn(places, dot) }

    private func drawn(_ places: Range<Int>, _ icon: (Int, Int) -> String) -> String {
        places.map { icon($0 % Self.columns * 10 + 1, $0 / Self.columns * 10 + 1) }.joined()
    }

    private func square(_ x: Int, _ y: Int) -> String { "M\(x) \(y)h8v8h-8z" }
    private func diamond(_ x: Int, _ y: Int) -> String { "M\(x + 4) \(y)l4 4l-4 4l-4-4z" }
    private func dot(_ x: Int, _ y: Int) -> String { "M\(x + 2) \(y + 2)h4v4h-4z" }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
