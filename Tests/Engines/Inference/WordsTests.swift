import Testing

@testable import Inference

@Suite struct WordsTests {
    private func share(_ successes: Int, of count: Int) throws -> ArmMean {
        try ArmMean(successes: successes, of: count)
    }

    @Test func whatWasCreatedIsSaidPlainly() throws {
        let comparison = try Comparison(control: share(10_600, of: 100_000), treatment: share(15_100, of: 100_000))
        let sentence = PlainSentence.created(comparison)
        #expect(sentence.en == "Of 1,000 shown, 151 came; 106 would have come anyway; this created 45 (42–48).")
        #expect(sentence.zh == "每展示 1,000 人，来了 151 人；其中 106 人本来也会来；由此创造的增量是 45 人（42–48）。")
    }

    @Test func chanceAndHarmAreSaidToo() throws {
        let chance = try Comparison(control: share(106, of: 1_000), treatment: share(110, of: 1_000))
        #expect(PlainSentence.created(chance).en.contains("is not known"))
        #expect(PlainSentence.created(chance).zh.contains("尚不能确定"))
        let harm = try Comparison(control: share(15_100, of: 100_000), treatment: share(10_600, of: 100_000))
        #expect(PlainSentence.created(harm).en.contains("it cost 45"))
        #expect(PlainSentence.created(harm).zh.contains("损失"))
    }

    @Test func numbersAreReadable() {
        #expect(Figures.text(1234.5) == "1,235")
        #expect(Figures.text(-1.9084) == "−1.91")
        #expect(Figures.text(0.03159) == "0.0316")
        #expect(Figures.text(.infinity) == "∞")
        #expect(Figures.text(.nan) == "?")
        #expect(Figures.text(-0.0000001) == "0.000000")
        #expect(Figures.fixed(0.999, decimals: 2) == "1.00")
        #expect(Figures.percent(0.1164) == "11.6%")
        #expect(Figures.pValue(log: -2300) == "p < 10^−998")
        #expect(Figures.signed(2) == "+2.00")
    }

    @Test func thePictureIsReadAloudAndSafe() {
        let rows = [
            IntervalPlot.Row(
                label: "a<b>", estimate: 3, interval: Interval(1, 5), isSignificant: true, description: "a & b rose."),
            IntervalPlot.Row(
                label: "open", estimate: 3, interval: nil, isSignificant: false, description: "Unbounded."),
            IntervalPlot.Row(
                label: "none", estimate: nil, interval: nil, isSignificant: false, description: "No answer."),
        ]
        let svg = IntervalPlot(title: "T", axis: "x", rows: rows).svg
        #expect(svg.contains("role=\"img\" aria-labelledby=\"t d\""))
        #expect(svg.contains("a &amp; b rose. Unbounded. No answer.</desc>"))
        #expect(svg.contains("a&lt;b&gt;") && !svg.contains("a<b>"))
        #expect(svg.contains("unbounded") && svg.contains("no answer"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(IntervalPlot(title: "T", axis: "x", rows: []).svg.hasSuffix("</svg>\n"))
    }
}
