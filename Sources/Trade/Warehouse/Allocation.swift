import Kernel

/// Which warehouses send which part of an order: as few parcels as can be, and of those the nearest.
///
/// Pure. A parcel costs more than a longer way, so their number decides first; among equals the warehouses whose regions
/// are nearest to the buyer, then those that stand first in the list.
public enum Allocation {
    /// Units of an order line that have to leave.
    public struct Want: Sendable, Equatable {
        let line: OrderLineID
        let variant: VariantID
        let quantity: Int64

        /// `quantity` of `variant`, at least 1.
        public init(line: OrderLineID, variant: VariantID, quantity: Int64) {
            self.line = line
            self.variant = variant
            self.quantity = quantity
        }
    }

    /// A warehouse with what no shipment has been promised there.
    public struct Place: Sendable, Equatable {
        let warehouse: WarehouseID
        let region: String
        var free: [VariantID: Int64]

        /// A warehouse.
        public init(warehouse: WarehouseID, region: String, free: [VariantID: Int64]) {
            self.warehouse = warehouse
            self.region = region
            self.free = free
        }
    }

    /// What one warehouse sends.
    public struct Parcel: Sendable, Equatable {
        /// The warehouse.
        public let warehouse: WarehouseID
        /// Units of each line, at least 1.
        public let units: [OrderLineID: Int64]
    }

    /// Sets of warehouses that are looked at; beyond it the fullest ones are taken one by one.
    private static let searchLimit = 20_000

    /// The parcels, or `nil` when all warehouses together have too little.
    public static func parcels(_ wants: [Want], from places: [Place], to region: String) -> [Parcel]? {
        var needed: [VariantID: Int64] = [:]
        for want in wants { needed[want.variant, default: 0] += want.quantity }
        // Nearest first; the sort is stable in effect because equals keep their place in the list.
        let useful = places.enumerated()
            .filter { $0.element.has(any: needed) }
            .map { (place: $0.element, distance: Region.distance($0.element.region, region), rank: $0.offset) }
            .sorted { ($0.distance, $0.rank) < ($1.distance, $1.rank) }
        guard let chosen = fewest(useful.map { ($0.place, $0.distance) }, needed) else { return nil }
        return divide(wants, over: chosen)
    }

    /// The smallest set that has everything, and of those the one with the least distance in all.
    private static func fewest(_ places: [(place: Place, distance: Int)], _ needed: [VariantID: Int64]) -> [Place]? {
        guard covers(places.map(\.place), needed) else { return nil }
        var looked = 0
        for size in 1...max(1, places.count) {
            var best: (distance: Int, set: [Int])?
            var set = Array(0..<size)
            while true {
                looked += 1
                guard looked <= searchLimit else { return greedy(places.map(\.place), needed) }
                let distance = set.reduce(0) { $0 + places[$1].distance }
                if distance < best?.distance ?? .max, covers(set.map { places[$0].place }, needed) {
                    best = (distance, set)
                }
                guard advance(&set, of: places.count) else { break }
            }
            if let best { return best.set.map { places[$0].place } }
        }
        return nil
    }

    /// The next set of the same size in lexicographic order.
    private static func advance(_ set: inout [Int], of count: Int) -> Bool {
        var index = set.count - 1
        while index >= 0, set[index] == count - set.count + index { index -= 1 }
        guard index >= 0 else { return false }
        set[index] += 1
        for next in (index + 1)..<max(index + 1, set.count) { set[next] = set[next - 1] + 1 }
        return true
    }

    /// The warehouse that has most of what is missing, again and again.
    private static func greedy(_ places: [Place], _ needed: [VariantID: Int64]) -> [Place] {
        var (left, rest, chosen) = (needed, places, [Place]())
        func gain(_ place: Place) -> Int64 { left.reduce(0) { $0 + min($1.value, place.free[$1.key] ?? 0) } }
        while left.values.contains(where: { $0 > 0 }) {
            let best = rest.indices.max {
                gain(rest[$0]) < gain(rest[$1]) || (gain(rest[$0]) == gain(rest[$1]) && $0 > $1)
            }
            guard let best, gain(rest[best]) > 0 else { break }
            let place = rest.remove(at: best)
            chosen.append(place)
            for (variant, units) in left { left[variant] = max(0, units - (place.free[variant] ?? 0)) }
        }
        return chosen
    }

    private static func covers(_ places: [Place], _ needed: [VariantID: Int64]) -> Bool {
        needed.allSatisfy { variant, units in places.reduce(0) { $0 + ($1.free[variant] ?? 0) } >= units }
    }

    /// The nearest place gives what it has, the next what is missing.
    private static func divide(_ wants: [Want], over places: [Place]) -> [Parcel] {
        var left = wants
        return places.compactMap { place in
            var (free, units) = (place.free, [OrderLineID: Int64]())
            for index in left.indices {
                let part = min(left[index].quantity, free[left[index].variant] ?? 0)
                guard part > 0 else { continue }
                free[left[index].variant, default: 0] -= part
                units[left[index].line, default: 0] += part
                left[index] = Want(
                    line: left[index].line, variant: left[index].variant, quantity: left[index].quantity - part)
            }
            return units.isEmpty ? nil : Parcel(warehouse: place.warehouse, units: units)
        }
    }
}

extension Allocation.Place {
    fileprivate func has(any needed: [VariantID: Int64]) -> Bool {
        needed.keys.contains { (free[$0] ?? 0) > 0 }
    }
}

/// How far regions are from each other, as far as their names tell.
enum Region {
    /// 0 for the same region, 1 for the same part of China, 2 for anything else.
    static func distance(_ first: String, _ second: String) -> Int {
        let (one, other) = (plain(first), plain(second))
        guard !one.isEmpty, !other.isEmpty else { return 2 }
        if one == other { return 0 }
        guard let part = parts[one], part == parts[other] else { return 2 }
        return provinces[one] == provinces[other] ? 0 : 1
    }

    /// Written in many ways: 浙江, 浙江省, Zhejiang, Zhejiang Province.
    private static func plain(_ region: String) -> String {
        var text = region.lowercased().filter { !$0.isWhitespace && $0 != "'" }
        let endings = [
            "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "特别行政区", "省", "市", "autonomousregion", "province",
            "municipality",
        ]
        if let ending = endings.first(where: { text.hasSuffix($0) && text.count > $0.count }) {
            text.removeLast(ending.count)
        }
        return text
    }

    /// The parts into which geographers and carriers divide China.
    private static let areas: [[(zh: String, en: String)]] = [
        [("北京", "beijing"), ("天津", "tianjin"), ("河北", "hebei"), ("山西", "shanxi"), ("内蒙古", "innermongolia")],
        [("辽宁", "liaoning"), ("吉林", "jilin"), ("黑龙江", "heilongjiang")],
        [
            ("上海", "shanghai"), ("江苏", "jiangsu"), ("浙江", "zhejiang"), ("安徽", "anhui"), ("福建", "fujian"),
            ("江西", "jiangxi"), ("山东", "shandong"),
        ],
        [("河南", "henan"), ("湖北", "hubei"), ("湖南", "hunan")],
        [("广东", "guangdong"), ("广西", "guangxi"), ("海南", "hainan"), ("香港", "hongkong"), ("澳门", "macau")],
        [("重庆", "chongqing"), ("四川", "sichuan"), ("贵州", "guizhou"), ("云南", "yunnan"), ("西藏", "tibet")],
        [("陕西", "shaanxi"), ("甘肃", "gansu"), ("青海", "qinghai"), ("宁夏", "ningxia"), ("新疆", "xinjiang")],
    ]

    private static let parts: [String: Int] = Dictionary(
        areas.enumerated().flatMap { area in area.element.flatMap { [($0.zh, area.offset), ($0.en, area.offset)] } },
        uniquingKeysWith: { first, _ in first })

    private static let provinces: [String: String] = Dictionary(
        areas.flatMap { $0.flatMap { [($0.zh, $0.zh), ($0.en, $0.zh)] } }, uniquingKeysWith: { first, _ in first })
}
