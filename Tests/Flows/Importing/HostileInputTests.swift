import Foundation
import Kernel
import Testing

@testable import Importing

/// Input that was made to break something is refused row by row and leaves nothing behind.
@Suite struct HostileInputTests {
    /// Imports the small market with one table replaced and tells what was refused of it.
    private func refusals(_ table: String, _ text: String, prepare: (Scratch) -> Void = { _ in }) async throws
        -> [String]
    {
        try await refusals(table, Data(text.utf8), prepare: prepare)
    }

    private func refusals(_ table: String, _ data: Data, prepare: (Scratch) -> Void = { _ in }) async throws -> [String]
    {
        let (market, input) = (try await Market(), Scratch.market())
        input.write(table, data)
        prepare(input)
        let report = try await market.importing(input).run()
        #expect(report.isClean == input.rejections().isEmpty)
        for count in report.tables { #expect(count.read == count.written + count.unchanged + count.refused) }
        return input.rejections().filter { $0.hasPrefix(table) }.map { String($0.dropFirst(table.count + 1)) }
    }

    @Test func wrongValuesNameTheirColumn() async throws {
        let refused = try await refusals(
            "prices.csv",
            """
            variant,amount,list_amount,currency,from,until
            p1-a,-5,,,,
            p1-b,9.99,,,,
            p2-a,0,,,,
            p2-b,100,,EURO,,
            p3-a,100,,XQZ,,
            p3-b,99999999999999999999,,,,
            nowhere,100,,,,
            p1-a,100,,,1970-01-01T00:00:00Z,
            p1-a,100,,,2026-03-01T00:00:00Z,2026-02-01T00:00:00Z
            p1-b,100,,,tomorrow,
            p1-b,1000000000001,,,,

            """)
        #expect(
            refused.sorted { Int($0.prefix { $0 != " " })! < Int($1.prefix { $0 != " " })! } == [
                "2 amount must be 1–1000000000000, not -5.",
                "3 amount must be a whole number, not “9.99”.",
                "4 amount must be 1–1000000000000, not 0.",
                "5 currency must be an ISO 4217 code such as CNY, not “EURO”.",
                "6 currency must be an ISO 4217 code such as CNY, not “XQZ”.",
                "7 amount must be a whole number, not “99999999999999999999”.",
                "8 variant names “nowhere”, which is neither in variants nor in the store.",
                "9 from must lie between the years 2000 and 2100.",
                "10 until must be after from.",
                "11 from must be RFC 3339 (2026-03-01T08:00:00Z) or milliseconds since 1970, not “tomorrow”.",
                "12 - appears a second time.",
            ])
    }

    @Test func membersPayLessOrTheirPriceIsRefused() async throws {
        let refused = try await refusals(
            "prices.csv", "variant,amount,member_amount\np1-a,1000,1000\np1-b,1800,1700\n")
        #expect(refused == ["2 member_amount must be below amount."])
    }

    @Test func historyCannotLieInTheFuture() async throws {
        let refused = try await refusals(
            "touchpoints.csv",
            """
            person,time,kind,subject_kind,subject,dwell_ms
            ann,2027-01-01T00:00:00Z,view,video,v1,
            ann,2026-01-01T00:00:00Z,dance,video,v1,
            ann,2026-01-01T00:00:00Z,view,video,v1,-1
            ann,2026-01-01T00:00:00Z,view,,,
            ann,2026-01-01T00:00:00Z,view,video,v1,
            ann,2026-01-01T00:00:00Z,view,video,v1,

            """)
        #expect(refused.count == 5)
        #expect(refused.contains("2 time lies in the future."))
        #expect(refused.contains { $0.hasPrefix("3 kind must be one of impression, view") })
        #expect(refused.contains("4 dwell_ms must be 0–86400000, not -1."))
        #expect(refused.contains("5 subject_kind is missing."))
        #expect(refused.contains("7 - appears a second time."))
    }

    @Test func bytesThatAreNoTextAreRefused() async throws {
        var data = Data("id,name_en,name_zh\n".utf8)
        data += Data("x1,".utf8) + [0xFF, 0xFE] + Data(",坏\n".utf8)
        data += Data("x2,a".utf8) + [0] + Data("b,坏\n".utf8)
        data += Data("x3,\"a\u{7}b\",坏\nfood,Food,食品\ntea,Tea,茶\n".utf8)
        let refused = try await refusals("categories.csv", data)
        #expect(
            refused == [
                "2 name_en is not valid UTF-8.", "3 name_en holds a NUL byte.",
                "4 name_en must not contain control characters.",
            ])
    }

    @Test func brokenQuotesCostTheirRowOnly() async throws {
        let refused = try await refusals(
            "categories.csv",
            "id,name_en,name_zh\nx1,a\"b,坏\nfood,Food,食品\nx2,\"a\"b,坏\ntea,Tea,茶\nx3,a\nx4,\"never closed\nmore,rows,here\n"
        )
        #expect(
            refused == [
                "2 - has a quotation mark in the wrong place (quotes inside a field are doubled).",
                "4 - has a quotation mark in the wrong place (quotes inside a field are doubled).",
                "6 - has 2 fields where the header has 3.", "7 - ends inside a quoted field.",
            ])
    }

    @Test func hugeFieldsStayOutOfMemory() async throws {
        let huge = String(repeating: "x", count: 3 << 20)
        let rows = "food,Food,食品\ntea,Tea,茶\n"
        let open = try await refusals("categories.csv", "id,name_en,name_zh\nx1,\"\(huge)\nx2,a,b\n\(rows)")
        #expect(open == ["2 - is longer than 524288 bytes; is a closing quote missing?"])
        let long = try await refusals("categories.csv", "id,name_en,name_zh\nx1,\(huge.prefix(300_000)),b\n\(rows)")
        #expect(long == ["2 - is longer than 262144 bytes."])
        let line = try await refusals("categories.jsonl", "{\"id\": \"\(huge)\"}\n{\"id\": \"y\"}\n") {
            try? FileManager.default.removeItem(atPath: $0.path + "/categories.csv")
        }
        #expect(line == ["1 - is longer than 262144 bytes.", "2 name_zh is missing."])
    }

    @Test func linesThatAreNoObjectsAreRefused() async throws {
        let refused = try await refusals(
            "stock.jsonl",
            """
            {"variant": "p1-a", "available": 5}
            [1, 2]
            {"variant": "p1-b", "available": 1.5}
            {"variant": "p2-a", "available": {"deep": 1}}
            {"variant": "p2-b", "available": true}
            {"variant": ["a|b"], "available": 1}

            \(String(repeating: "[", count: 5_000))
            {"variant": "p3-a\\u0000", "available": 1}
            {"variant": "p3-b", "available": null}

            """
        ) { try? FileManager.default.removeItem(atPath: $0.path + "/stock.csv") }
        #expect(
            Set(refused.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }) == [
                "2 -", "3 available", "4 -", "5 available", "6 variant", "8 -", "9 variant", "10 available",
            ])
        #expect(refused.contains("3 available must be a whole number, not “1.5”."))
        #expect(refused.contains("6 variant has a part with the separator | in it."))
        #expect(refused.contains("9 variant holds a NUL byte."))
    }

    @Test func mediaStaysInsideTheFolder() async throws {
        let outside = Scratch()
        outside.write("secret.png", Scratch.png)
        let head = "id,name_en,name_zh,logo\n"
        let rows = [
            "../secret.png", "/etc/passwd.png", "media/../../x.png", "media/link.png", "linked/secret.png",
            "media/none.png", "media/a.exe", "media/fake.png", "media/v.mp4", "media/folder.png",
        ].enumerated().map { "x\($0),A,甲,\($1)\n" }.joined()
        let refused = try await refusals("shops.csv", head + rows) { input in
            let files = FileManager.default
            try? files.createSymbolicLink(
                atPath: input.path + "/media/link.png", withDestinationPath: outside.path + "/secret.png")
            try? files.createSymbolicLink(atPath: input.path + "/linked", withDestinationPath: outside.path)
            input.write("media/fake.png", "<script>")
            try? files.createDirectory(
                atPath: input.path + "/media/folder.png", withIntermediateDirectories: true)
        }
        #expect(
            refused.map { String($0.drop { $0 != " " }.dropFirst()) } == [
                "logo ../secret.png must be a path inside the folder, without . or .. steps.",
                "logo /etc/passwd.png must be a path inside the folder, without . or .. steps.",
                "logo media/../../x.png must be a path inside the folder, without . or .. steps.",
                "logo media/link.png is a symbolic link; links are not followed.",
                "logo linked/secret.png leads through something that is no folder; links are not followed.",
                "logo media/none.png is missing.",
                "logo media/a.exe must end in jpg, jpeg, png, webp, gif, mp4, webm.",
                "logo media/fake.png is not what its extension says.",
                "logo media/v.mp4 must be a picture.",
                "logo media/folder.png is not a regular file.",
            ])
    }

    @Test func peopleCannotTakeEachOthersNames() async throws {
        let refused = try await refusals(
            "people.csv",
            """
            id,name,role,handle,email,password
            ann,Ann,shopper,ann,ann@example.com,quanyu-demo
            bo,Bo,creator,ann,,
            mei,Mei,merchant,mei,ann@example.com,
            x,X,emperor,,,
            y,Y,,,,short
            z,,,,,

            """)
        #expect(refused.contains("3 handle This handle is taken. Choose another one."))
        #expect(refused.contains("4 email An account with this e-mail address exists. Sign in instead."))
        #expect(
            refused.contains("5 role must be one of shopper, creator, merchant, warehouse, operator, not “emperor”."))
        #expect(refused.contains("6 password must be 8–128 characters."))
        #expect(refused.contains("7 name is missing."))
        #expect(refused.count == 5)
    }

    @Test func anOrderIsTakenWholeOrNotAtAll() async throws {
        let refused = try await refusals(
            "orders.csv",
            """
            order,person,time,variant,quantity,amount,currency
            o1,ann,1770000000000,p1-a,1,100,
            o1,ann,1770000000000,nothing,1,100,
            o2,ann,1770000000000,p1-a,1,100,
            o2,ann,1770000000000,p1-a,1,100,USD
            o3,ann,1770000000000,p1-a,0,100,
            o4,ann,1770000000000,p1-a,1,100,
            o5,nobody,1770000000000,p1-a,1,100,
            o4,ann,1770000000000,p1-b,1,100,
            o6,ann,1770000000000,p1-b,1,100,
            o6,an"n,1770000000000,p1-b,1,100,
            o6,ann,1770000000000,p1-b,1,100,

            """)
        let sorted = refused.sorted { Int($0.prefix { $0 != " " })! < Int($1.prefix { $0 != " " })! }
        #expect(
            sorted == [
                "2 - belongs together with row 3, which was refused.",
                "3 variant names “nothing”, which is neither in variants nor in the store.",
                "4 - belongs together with row 5, which was refused.",
                "5 currency must be the same in all rows of an order.",
                "6 quantity must be 1–1000000, not 0.",
                "8 person names “nobody”, which is neither in people nor in the store.",
                "9 - has an order whose rows stand apart.",
                "10 - stands with a row that can't be read.",
                "11 - has a quotation mark in the wrong place (quotes inside a field are doubled).",
                "12 - belongs together with row 10, which was refused.",
            ])
    }

    @Test func categoriesCannotFormACircle() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        input.write("categories.csv", "id,parent,name_en,name_zh\nfood,tea,Food,食品\nx,x,X,叉\ny,z,Y,歪\nz,,Z,折\n")
        _ = try await market.importing(input).run()
        #expect(
            input.rejections() == [
                "categories.csv:2 parent makes the category its own ancestor.",
                "categories.csv:3 parent makes the category its own ancestor.",
                "categories.csv:4 parent names “z”, which is neither in categories nor in the store.",
            ])
    }

    @Test func historyIsNotRewritten() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        let before = try await market.count("journal")
        input.write("orders.csv", "order,person,time,variant,quantity,amount\no1,ann,1770000000001,p1-a,9,2000\n")
        _ = try await market.importing(input).run()
        #expect(
            input.rejections() == [
                "orders.csv:2 - was imported before with another content; history is not rewritten."
            ])
        #expect(try await market.count("journal") == before)
    }

    @Test func whatIsWrongWithTheFolderIsFoundBeforeAnythingIsWritten() async throws {
        let market = try await Market()
        func problem(_ change: (Scratch) throws -> Void) async throws -> ImportProblem? {
            let input = Scratch.market()
            try change(input)
            do {
                _ = try await market.importing(input).run()
                return nil
            } catch let problem as ImportProblem { return problem }
        }
        #expect(try await problem { try FileManager.default.removeItem(atPath: $0.path) } != nil)
        #expect(try await problem { $0.write("manifest.json", "{") } != nil)
        #expect(
            try await problem { $0.write("manifest.json", Scratch.manifest.replacing("test-1", with: "a/b")) }
                == .badManifest("has a namespace that is not 1–32 letters a–z, digits or hyphens."))
        #expect(
            try await problem { $0.write("manifest.json", Scratch.manifest.replacing("CNY", with: "cny")) }
                == .badManifest("has a currency that is not an ISO 4217 code."))
        #expect(
            try await problem { $0.write("orders.csv", "order,person\n") }
                == .unreadable("orders.csv", "it has no column time."))
        #expect(
            try await problem { $0.write("orders.csv", "order,order,person\n") }
                == .unreadable("orders.csv", "its first row must name the columns, each once."))
        #expect(
            try await problem { $0.write("stock.jsonl", "{}") }
                == .unreadable("stock", "there is a .csv and a .jsonl of it; keep one."))
        #expect(
            try await problem { input in
                try FileManager.default.removeItem(atPath: input.path + "/stock.csv")
                try FileManager.default.createSymbolicLink(
                    atPath: input.path + "/stock.csv", withDestinationPath: "/etc/passwd")
            } == .unreadable("stock.csv", "it is a symbolic link; links are not followed."))
        #expect(
            try await problem { input in
                try FileManager.default.createSymbolicLink(
                    atPath: input.path + "/.quanyu", withDestinationPath: NSTemporaryDirectory())
            } != nil)
        #expect(try await market.count("people") == 0)
    }

    @Test func unknownNamesAreReportedOnce() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        input.write("stock.csv", "variant,colour,available\np1-a,red,1\np1-b,red,1\n")
        input.write("pepole.csv", "id\n")
        let report = try await market.importing(input).run()
        #expect(
            report.warnings == [
                "pepole.csv is not a table of the format and was not read.",
                "stock.csv: column colour is unknown and was not read.",
            ])
    }
}
