import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

/// The feed's answer is put together from kept pieces of JSON: it must say what the rooms say, at once after a change.
struct FeedAnswerTests {
    @Test func answerIsTheSlateAsTheRoomsKnowIt() async throws {
        let site = try await Site()
        try await Application(router: site.apiRouter).test(.router) { client in
            for language in Language.allCases {
                let (slate, cookie) = try await Self.feed(client, language)
                let person = try #require(PersonID(cookie.split(separator: "=")[1].split(separator: ".")[0]))
                let logged = try await site.market.feed.slate(slate.slate, shownTo: person)
                #expect(try await PresentCards(site.market).slate(logged, in: language) == slate)
                #expect(slate.items.contains { $0.video != nil } && slate.items.contains { $0.product != nil })
            }
        }
    }

    @Test func changesShowAtOnce() async throws {
        let site = try await Site()
        try await Application(router: site.apiRouter).test(.router) { client in
            let (before, cookie) = try await Self.feed(client, .en)
            #expect(before.items.compactMap(\.video).first?.likes == 0)
            let liked = try await client.execute(
                uri: "/api/v1/videos/\(site.video)/like", method: .put, headers: [.cookie: cookie])
            #expect(liked.status == .noContent)
            try await site.market.store.write { [market = site.market] transaction in
                for variant in site.teaVariants {
                    try market.catalog.setPrice(
                        .init(amount: Money(3_300, .cny), list: nil), of: variant, from: market.source.now, until: nil,
                        in: transaction)
                }
                try market.catalog.announce([site.tea], in: transaction)
            }
            let after = try await Self.feed(client, .en, cookie).0
            let video = try #require(after.items.compactMap(\.video).first)
            #expect(video.likes == 1 && video.isLiked)
            #expect(video.products.first?.amount == 3_300)
            #expect(after.items.compactMap(\.product).first { $0.id == site.tea }?.amount == 3_300)
        }
    }

    private static func feed(
        _ client: any TestClientProtocol, _ language: Language, _ cookie: String? = nil
    ) async throws -> (SlateView, cookie: String) {
        var headers: HTTPFields = [.acceptLanguage: language.rawValue]
        headers[.cookie] = cookie
        let answer = try await client.execute(uri: "/api/v1/feed?count=10", method: .get, headers: headers)
        #expect(answer.status == .ok)
        let given = answer.headers[.setCookie].map { String($0.prefix { $0 != ";" }) }
        return (
            try JSONDecoder().decode(SlateView.self, from: Data(buffer: answer.body)), try #require(given ?? cookie)
        )
    }
}
