import Inference

/// A figure over time with where it may really lie, as SVG. Every point says its own sentence to a pointer and to a screen
/// reader; points that rest on little are hollow, so that shape tells it as well as colour.
struct TrendPlot {
    /// One point in time.
    struct Point {
        let label: String
        let value: Double
        let interval: Interval
        let isFew: Bool
        let description: String
    }

    let title: String
    let points: [Point]

    /// The SVG element.
    var svg: String {
        let (left, right, top, bottom) = (52.0, 748.0, 16.0, 236.0)
        let low = min(0, points.map(\.interval.lower).min() ?? 0)
        let high = max(0, points.map(\.interval.upper).max() ?? 0)
        // Lines at round numbers, nought among them.
        let step = high - low > 100 ? 40.0 : 20
        let (least, most) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
        func y(_ value: Double) -> Double { bottom - (value - least) / max(most - least, 1) * (bottom - top) }
        func x(_ index: Int) -> Double {
            points.count < 2
                ? (left + right) / 2 : left + 24 + Double(index) * (right - left - 48) / Double(points.count - 1)
        }
        var lines = [
            "<svg class=\"trend\" viewBox=\"0 0 760 270\" role=\"img\" aria-label=\"\(Self.escaped(title))\">",
            "<desc>\(Self.escaped(points.map(\.description).joined(separator: " ")))</desc>",
        ]
        for tick in stride(from: least, through: most, by: step) {
            let place = Self.number(y(tick))
            lines.append("<line class=\"axis\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(place)\" y2=\"\(place)\"/>")
            lines.append(
                "<text x=\"44\" y=\"\(Self.number(y(tick) + 4))\" text-anchor=\"end\">\(Figures.fixed(tick, decimals: 0))</text>"
            )
        }
        let path = points.enumerated().map { "\(Self.number(x($0))),\(Self.number(y($1.value)))" }
        lines.append("<polyline class=\"path\" points=\"\(path.joined(separator: " "))\"/>")
        // Names of twelve weeks fit; of more, every other or third.
        let every = max(1, (points.count + 11) / 12)
        for (index, point) in points.enumerated() {
            lines += drawn(point, x(index), y, isNamed: (points.count - 1 - index) % every == 0)
        }
        return (lines + ["</svg>"]).joined(separator: "\n")
    }

    private func drawn(_ point: Point, _ x: Double, _ y: (Double) -> Double, isNamed: Bool) -> [String] {
        let place = Self.number(x)
        var lines = [
            "<g><title>\(Self.escaped(point.description))</title>",
            "<line class=\"whisker\" x1=\"\(place)\" x2=\"\(place)\" y1=\"\(Self.number(y(point.interval.upper)))\" "
                + "y2=\"\(Self.number(y(point.interval.lower)))\"/>",
            "<circle class=\"mark\(point.isFew ? " mark--few" : "")\" cx=\"\(place)\" "
                + "cy=\"\(Self.number(y(point.value)))\" r=\"5\"/></g>",
        ]
        if isNamed {
            lines.append("<text x=\"\(place)\" y=\"258\" text-anchor=\"middle\">\(Self.escaped(point.label))</text>")
        }
        return lines
    }

    static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
