/// One run of the folded text: a word of letters and digits, or a stretch of a script without spaces.
struct Run {
    enum Script {
        case spaced, unspaced
    }

    var script: Script
    var range: Range<Int>
}

extension Analyzer {
    private enum Class {
        case separator, letter, digit, unspaced
    }

    /// Splits ``units`` into runs.
    func runs() -> [Run] {
        var runs: [Run] = []
        var index = 0
        while index < length {
            let kind = classify(index)
            let start = index
            switch kind {
            case .separator:
                index += 1
            case .unspaced:
                while index < length, classify(index) == .unspaced { index += width(index) }
                runs.append(Run(script: .unspaced, range: start..<index))
            case .letter, .digit:
                index = endOfWord(from: start)
                runs.append(Run(script: .spaced, range: start..<index))
            }
        }
        return runs
    }

    /// How many units the character at `index` has.
    func width(_ index: Int) -> Int {
        UTF16.isLeadSurrogate(units[index]) && index + 1 < length ? 2 : 1
    }

    func isDigit(_ index: Int) -> Bool {
        classify(index) == .digit
    }

    /// A word goes on over letters and digits, over an apostrophe between letters and over a point between digits.
    private func endOfWord(from start: Int) -> Int {
        var index = start
        while index < length {
            switch classify(index) {
            case .letter, .digit:
                index += width(index)
            case .separator:
                guard index > start, index + 1 < length else { return index }
                let before = classify(index - 1)
                let after = classify(index + 1)
                let unit = units[index]
                let apostrophe = unit == 0x27 && before == .letter && after == .letter
                let point = unit == 0x2E && before == .digit && after == .digit
                guard apostrophe || point else { return index }
                index += 1
            case .unspaced:
                return index
            }
        }
        return index
    }

    private func classify(_ index: Int) -> Class {
        let unit = units[index]
        if unit < 0x80 {
            if unit &- 97 < 26 { return .letter }
            return unit &- 48 < 10 ? .digit : .separator
        }
        if unit >= 0x4E00, unit <= 0x9FFF { return .unspaced }
        if UTF16.isLeadSurrogate(unit) {
            // Planes 2 and 3 hold rare Han characters; plane 1 is emoji and the like, which nobody searches by words.
            return unit >= 0xD840 && unit <= 0xD88F && index + 1 < length ? .unspaced : .separator
        }
        guard let scalar = Unicode.Scalar(unit) else {
            return UTF16.isTrailSurrogate(unit) && index > 0 && units[index - 1] >= 0xD840 ? .unspaced : .separator
        }
        return Self.classifyRare(scalar)
    }

    private static func classifyRare(_ scalar: Unicode.Scalar) -> Class {
        switch scalar.value {
        case 0x3005, 0x3007, 0x3041...0x30FF, 0x3400...0x4DBF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF:
            return scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
                ? .unspaced : .separator
        default:
            if scalar.properties.numericType == .decimal { return .digit }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark: return .letter
            default: return scalar.properties.isAlphabetic ? .letter : .separator
            }
        }
    }

    /// The letters and digits of a spaced run as UTF-8: joined at the apostrophe, without a possessive "s".
    func surface(of range: Range<Int>) -> [UInt8] {
        var end = range.upperBound
        if range.count > 2, units[end - 1] == 0x73, units[end - 2] == 0x27 { end -= 2 }
        var bytes = utf8(range.lowerBound..<end)
        if bytes.contains(0x27) { bytes.removeAll { $0 == 0x27 } }
        return bytes
    }

    /// Where a spaced run changes between letters and digits: "b12" gives "b" and "12". Empty if it never does.
    func parts(of range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        var index = start
        while index < range.upperBound {
            let point = units[index] == 0x2E || units[index] == 0x27
            if index > start, !point, isDigit(index) != isDigit(start) {
                parts.append(start..<index)
                start = index
            }
            index += width(index)
        }
        guard start > range.lowerBound else { return [] }
        parts.append(start..<range.upperBound)
        return parts
    }

    /// The starts of the characters in an unspaced run, with its end as the last entry.
    func characterStarts(of range: Range<Int>) -> [Int] {
        var starts: [Int] = []
        var index = range.lowerBound
        while index < range.upperBound {
            starts.append(index)
            index += width(index)
        }
        starts.append(range.upperBound)
        return starts
    }
}
