import Foundation

/// The exact vectors beside the tests.
enum VectorFiles {
    static func data(_ name: String, in folder: String = "Vectors") throws -> Data {
        let url = Bundle.module.bundleURL.appendingPathComponent(folder).appendingPathComponent(name)
        return try Data(contentsOf: url)
    }

    static func json<T: Decodable>(_ name: String, as type: T.Type = T.self, in folder: String = "Vectors") throws -> T
    {
        try JSONDecoder().decode(type, from: data(name, in: folder))
    }
}

/// The four thousand persons of `users.csv`.
struct Persons {
    var variant: [Int] = []
    var stratum: [Int] = []
    var columns: [String: [Double]] = [:]

    static let all: Persons = {
        let text = String(decoding: (try? VectorFiles.data("users.csv")) ?? Data(), as: UTF8.self)
        var persons = Persons()
        let lines = text.split(whereSeparator: \.isNewline)
        let names = lines[0].split(separator: ",").map(String.init)
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",")
            persons.variant.append(Int(fields[1])!)
            persons.stratum.append(Int(fields[2])!)
            for (name, field) in zip(names, fields) { persons.columns[name, default: []].append(Double(field)!) }
        }
        return persons
    }()

    func values(_ name: String, variant: Int) -> [Double] {
        zip(columns[name]!, self.variant).filter { $0.1 == variant }.map(\.0)
    }
}

func relativeError(_ value: Double, _ truth: Double) -> Double {
    truth == 0 ? abs(value) : abs(value - truth) / abs(truth)
}
