import Foundation
import Kernel
import Testing

@testable import Sites

struct PagesTests {
    @Test(arguments: Template.allCases) func everyTemplateIsReadAndUsesKnownWords(_ template: Template) throws {
        let text = String(decoding: template.bytes, as: UTF8.self)
        #expect(!text.isEmpty)
        for match in text.matches(of: /\bw\.([A-Za-z0-9]+)/) {
            let name = String(match.1)
            #expect(Wording(language: .en).child(named: name) != nil, "\(template.rawValue): w.\(name)")
        }
        // The content security policy forbids both, so they would silently do nothing.
        #expect(!text.contains("style=") && !text.contains("onclick="))
        for match in text.matches(of: /\{\{>([a-z_]+)\}\}/) {
            #expect(Template(rawValue: String(match.1)) != nil, "\(template.rawValue) uses \(match.1)")
        }
        _ = Template.render(template, [:])
    }

    @Test func aVideosCardShowsItsOwnSearch() {
        let format = Format(language: .zh)
        var slot: View = ["video": true, "caption": "采茶", "prompt": format.prompt("绿茶")]
        let text = Template.render(.slot, slot)
        #expect(text.contains("/search?q=\("绿茶".queryEscaped)"))
        #expect(text.components(separatedBy: "search-prompt").count == 2)
        slot["prompt"] = format.prompt(nil)
        #expect(!Template.render(.slots, ["slots": [slot], "prompt": format.prompt("绿茶")]).contains("search-prompt"))
    }

    @Test(arguments: Word.allCases) func everyWordStandsInBothLanguages(_ word: Word) {
        let (english, chinese) = (word.text(in: .en), word.text(in: .zh))
        #expect(!english.isEmpty && !chinese.isEmpty)
        for place in ["{0}", "{1}"] { #expect(english.contains(place) == chinese.contains(place), "\(word)") }
    }

    @Test func moneyIsWrittenForReadersOfEachLanguage() {
        let (english, chinese) = (Format(language: .en), Format(language: .zh))
        #expect(english.money(Money(123_456, .cny)) == "¥1,234.56")
        #expect(chinese.money(Money(123_456, .cny)) == "¥1,234.56")
        #expect(english.money(Money(99, .usd)) == "$0.99")
        #expect(chinese.money(Money(99, .usd)) == "US$0.99")
        let yen = Currency("JPY")!
        #expect(english.money(Money(1_500, yen)) == "¥1,500")
        #expect(english.count(1_250) == "1.2K" || english.count(1_250) == "1.3K")
        #expect(chinese.count(34_000) == "3.4万")
    }

    @Test func pathsOfThisSiteOnly() {
        for good in ["/", "/cart?x=1#y", "/a//b", "/search?q=%E8%8C%B6"] { #expect(LocalPath(good)?.text == good) }
        for bad in ["", "cart", "//x", "/\\x", "http://x", "/a b", "/a\u{0}b", "/é", nil] {
            #expect(LocalPath(bad) == nil)
        }
        var generator = Seeded(state: 7)
        let pieces = ["/", "\\", "x", ".", ":", "\t", "\n", "@", "%2f", "http", "?", "#"]
        for _ in 0..<2_000 {
            let text = (0..<Int.random(in: 0...6, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let path = LocalPath(text)?.text else { continue }
            #expect(path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\") && !path.contains("\t"))
        }
    }

    @Test func assetsCarryTheirVersion() {
        #expect(Set(Asset.all.map(\.version)).count == Asset.all.count)
        let script = String(buffer: Asset.feedJS.content)
        #expect(script.contains("./touchpoints.js?v=\(Asset.touchpointsJS.version)"))
    }

    @Test func devicesHaveNamesThatPeopleKnow() {
        let agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"
        #expect(AccountPages.deviceName(agent) == "Safari · iPhone")
        #expect(AccountPages.deviceName("curl/8.1") == "curl/8.1")
    }
}

/// Random numbers that repeat.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
