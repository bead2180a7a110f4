import RealModule

/// A picture of effects with their intervals, as SVG. A screen reader reads its description, which says every row in a
/// sentence; a pointer shows the row's own. Whether an effect is no chance shows in shape as well as in colour.
public struct IntervalPlot: Sendable {
    /// One effect.
    public struct Row: Sendable {
        /// What the row is called.
        public let label: String
        /// Its estimate and interval in the unit of the axis; nil when there is none.
        public let estimate: Double?
        /// Where it may lie; nil when unbounded.
        public let interval: Interval?
        /// Whether it is no chance.
        public let isSignificant: Bool
        /// What a screen reader says and a pointer shows.
        public let description: String

        /// A row.
        public init(
            label: String, estimate: Double?, interval: Interval?, isSignificant: Bool, description: String
        ) {
            self.label = label
            self.estimate = estimate
            self.interval = interval
            self.isSignificant = isSignificant
            self.description = description
        }
    }

    /// What the picture shows.
    public let title: String
    /// The axis' name, "relative lift, %" say.
    public let axis: String
    /// The rows from the top.
    public let rows: [Row]

    /// A picture.
    public init(title: String, axis: String, rows: [Row]) {
        (self.title, self.axis, self.rows) = (title, axis, rows)
    }

    /// The SVG document.
    public var svg: String {
        let (left, width, rowHeight) = (220.0, 420.0, 34.0)
        let height = 74 + rowHeight * Double(rows.count)
        let scale = scale
        func x(_ value: Double) -> Double { left + width * (value - scale.lower) / scale.width }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 \(Self.number(height))\" "
                + "width=\"800\" height=\"\(Self.number(height))\" role=\"img\" aria-labelledby=\"t d\">",
            "<title id=\"t\">\(Self.escaped(title))</title>",
            "<desc id=\"d\">\(Self.escaped(rows.map(\.description).joined(separator: " ")))</desc>",
            "<style>text{font:14px system-ui,sans-serif;fill:#1a1a1a}.note{font-size:12px;fill:#555}line{stroke:#1a1a1a}"
                + ".grid{stroke:#ddd}.sure{fill:#0b57d0;stroke:#0b57d0}.open{fill:#fff;stroke:#1a1a1a}"
                + "@media(prefers-color-scheme:dark){svg{background:#161616}text{fill:#eee}.note{fill:#aaa}line{stroke:#eee}"
                + ".grid{stroke:#444}.sure{fill:#8ab4f8;stroke:#8ab4f8}.open{fill:#161616;stroke:#eee}}</style>",
            "<text x=\"16\" y=\"26\" font-weight=\"600\">\(Self.escaped(title))</text>",
        ]
        let bottom = height - 30
        for tick in ticks(scale) {
            let place = Self.number(x(tick))
            lines.append(
                "<line class=\"grid\" x1=\"\(place)\" y1=\"40\" x2=\"\(place)\" y2=\"\(Self.number(bottom))\"/>")
            lines.append(
                "<text class=\"note\" x=\"\(place)\" y=\"\(Self.number(bottom + 16))\" text-anchor=\"middle\">"
                    + "\(Figures.text(tick))</text>")
        }
        let zero = Self.number(x(0))
        lines.append("<line x1=\"\(zero)\" y1=\"40\" x2=\"\(zero)\" y2=\"\(Self.number(bottom))\"/>")
        for (index, row) in rows.enumerated() {
            lines += drawn(row, at: 58 + rowHeight * Double(index), left: left, right: left + width, x: x)
        }
        lines.append("<text class=\"note\" x=\"16\" y=\"\(Self.number(bottom + 16))\">\(Self.escaped(axis))</text>")
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func drawn(_ row: Row, at y: Double, left: Double, right: Double, x: (Double) -> Double) -> [String] {
        let (place, text) = (Self.number(y), Self.number(y + 5))
        var lines = [
            "<g>",
            "<title>\(Self.escaped(row.description))</title>",
            "<text x=\"16\" y=\"\(text)\">\(Self.escaped(Self.shortened(row.label)))</text>",
        ]
        let note: String
        if let estimate = row.estimate, let interval = row.interval {
            let style = row.isSignificant ? "sure" : "open"
            let (from, to) = (Self.number(x(interval.lower)), Self.number(x(interval.upper)))
            lines.append(
                "<line class=\"\(row.isSignificant ? "sure" : "")\" stroke-width=\"2\" x1=\"\(from)\" y1=\"\(place)\" "
                    + "x2=\"\(to)\" y2=\"\(place)\"/>")
            lines.append(
                "<circle class=\"\(style)\" stroke-width=\"2\" cx=\"\(Self.number(x(estimate)))\" cy=\"\(place)\" r=\"5\"/>"
            )
            note = "\(Figures.signed(estimate)) (\(Figures.text(interval.lower)) to \(Figures.text(interval.upper)))"
        } else if row.estimate != nil {
            lines.append(
                "<line stroke-width=\"2\" stroke-dasharray=\"4 4\" x1=\"\(Self.number(left))\" y1=\"\(place)\" "
                    + "x2=\"\(Self.number(right))\" y2=\"\(place)\"/>")
            note = "unbounded"
        } else {
            note = "no answer"
        }
        lines.append("<text class=\"note\" x=\"650\" y=\"\(text)\">\(note)</text>")
        lines.append("</g>")
        return lines
    }

    /// From the least to the greatest end with a margin, zero always in it.
    private var scale: Interval {
        let ends = rows.compactMap(\.interval).flatMap { [$0.lower, $0.upper] }.filter(\.isFinite)
        let (low, high) = (Swift.min(0, ends.min() ?? -1), Swift.max(0, ends.max() ?? 1))
        let margin = Swift.max(high - low, 1e-12) * 0.05
        return Interval(low - margin, high + margin)
    }

    /// About five round values.
    private func ticks(_ scale: Interval) -> [Double] {
        let rough = scale.width / 5
        let power = Double.pow(10, Double.log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? power
        return Array(stride(from: (scale.lower / step).rounded(.up) * step, through: scale.upper, by: step))
            .map { abs($0) < step / 1e6 ? 0 : $0 }
    }

    private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func shortened(_ label: String) -> String {
        label.count > 26 ? label.prefix(25) + "…" : label
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case _ where character.value < 0x20: escaped += " "
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
