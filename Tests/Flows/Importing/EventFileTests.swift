import Foundation
import Testing

@testable import Importing

@Suite("Files of events")
struct EventFileTests {
    private func file(_ text: String, _ name: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("events-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let url = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
    }

    @Test("CSV and JSON Lines say the same, orders and touchpoints too")
    func formats() throws {
        let csv = try EventFile(path: file("person,item,time,kind,slate\na,x,1767225600000,view,s1\n", "e.csv"))
        let lines = try EventFile(
            path: file(
                #"{"person":"a","item":"x","time":"2026-01-01T00:00:00Z","kind":"view","slate":"s1"}"#, "e.jsonl"))
        #expect(csv.refused == 0 && lines.refused == 0)
        #expect(csv.rows.first?.time == lines.rows.first?.time && csv.rows.first?.slate == "s1")
        let orders = try EventFile(path: file("order,person,time,variant,quantity\n1,a,2026-01-01,x,3\n", "o.csv"))
        #expect(orders.rows.first?.kind == "buy" && orders.rows.first?.item == "x" && orders.rows.first?.quantity == 3)
    }

    @Test("bad rows are left out with their numbers and reasons, the rest goes on")
    func refusals() throws {
        let text =
            "person,item,time,kind\n,x,2026-01-01,buy\na,x,yesterday,buy\na,x,2026-01-01,jump\na,x,2026-01-02,buy\n"
        let file = try EventFile(path: file(text, "e.csv"))
        #expect(file.rows.map(\.number) == [5])
        #expect(file.refusals.map(\.row) == [2, 3, 4] && file.refusals.map(\.column) == ["person", "time", "kind"])
    }

    @Test("an empty file is no events; a missing column or file is a clear error")
    func whole() throws {
        #expect(throws: ImportProblem.self) { try EventFile(path: file("", "e.csv")) }
        #expect(try EventFile(path: file("person,item,time\n", "h.csv")).rows.isEmpty)
        #expect(throws: ImportProblem.self) { try EventFile(path: file("who,item,time\n", "e.csv")) }
        #expect(throws: ImportProblem.self) { try EventFile(path: "/nowhere/e.csv") }
    }

    @Test("ranked lists: by rank or by row, for one question or both, from CSV and TSV")
    func rankedLists() throws {
        let both = try RankedListFile(path: file("person,item\na,x\na,y\nb,x\n", "l.csv"))
        #expect(both.lists[.all]?["a"] == ["x", "y"] && both.lists[.discovery]?["b"] == ["x"])
        let tabs = "person\titem\trank\treport\na\tx\t2\tall\na\ty, z\t1\tall\n"
        let ranked = try RankedListFile(path: file(tabs, "l.tsv"))
        #expect(ranked.lists[.all]?["a"] == ["y, z", "x"] && ranked.lists[.discovery] == nil)
    }

    @Test("ranked lists: what can't be used is named, the rest counts")
    func rankedListRefusals() throws {
        let text = "person,item,rank,report\na,x,1,all\na,x,2,all\na,y,0,all\na,y,2,some\n,y,1,all\na,x,1,discovery\n"
        let lists = try RankedListFile(path: file(text, "l.csv"))
        #expect(lists.refusals.map(\.row) == [3, 4, 5, 6])
        #expect(lists.refusals.map(\.column) == ["item", "rank", "report", "person"])
        #expect(lists.lists[.all] == ["a": ["x"]] && lists.lists[.discovery] == ["a": ["x"]])
        #expect(throws: ImportProblem.self) { try RankedListFile(path: file("who,item\na,x\n", "l.csv")) }
    }
}
