import Kernel
import Testing

@testable import Warehouse

@Suite("Allocation") struct AllocationTests {
    private static func place(_ id: UInt128, _ region: String, _ free: [Int64]) -> Allocation.Place {
        Allocation.Place(
            warehouse: WarehouseID(rawValue: id), region: region,
            free: Dictionary(
                uniqueKeysWithValues: free.enumerated().map { (VariantID(rawValue: UInt128($0.offset)), $0.element) }))
    }

    private static func wants(_ quantities: [Int64]) -> [Allocation.Want] {
        quantities.enumerated().filter { $0.element > 0 }.map {
            .init(
                line: OrderLineID(rawValue: UInt128(100 + $0.offset)), variant: VariantID(rawValue: UInt128($0.offset)),
                quantity: $0.element)
        }
    }

    private static func warehouses(_ parcels: [Allocation.Parcel]?) -> [UInt128] {
        (parcels ?? []).map(\.warehouse.rawValue)
    }

    @Test func oneFarParcelIsBetterThanTwoNearOnes() {
        let places = [
            Self.place(1, "Zhejiang", [2, 0]), Self.place(2, "浙江省", [0, 2]), Self.place(3, "Xinjiang", [2, 2]),
        ]
        #expect(Self.warehouses(Allocation.parcels(Self.wants([1, 1]), from: places, to: "浙江")) == [3])
    }

    @Test func theNearestOfTheSingleParcelsIsTaken() {
        let places = [
            Self.place(1, "Xinjiang", [5]), Self.place(2, "Jiangsu Province", [5]), Self.place(3, "", [5]),
            Self.place(4, "浙江", [5]),
        ]
        let wants = Self.wants([2])
        #expect(Self.warehouses(Allocation.parcels(wants, from: places, to: "Zhejiang")) == [4])
        #expect(Self.warehouses(Allocation.parcels(wants, from: Array(places.dropLast()), to: "浙江省")) == [2])
        #expect(Self.warehouses(Allocation.parcels(wants, from: places, to: "Bavaria")) == [1], "the first in the list")
    }

    @Test func tooLittleIsNothing() {
        #expect(Allocation.parcels(Self.wants([3]), from: [Self.place(1, "", [2])], to: "") == nil)
        #expect(Allocation.parcels(Self.wants([3]), from: [], to: "") == nil)
    }

    @Test func manyWarehousesAreDividedToo() throws {
        let places = (0..<200).map { Self.place(UInt128($0), "", [1]) }
        let parcels = try #require(Allocation.parcels(Self.wants([150]), from: places, to: ""))
        #expect(parcels.count == 150 && parcels.reduce(0) { $0 + $1.units.values.reduce(0, +) } == 150)
    }

    @Test("4,000 random orders: exact, never more than is there, and never a parcel too many")
    func random() throws {
        for seed in 0..<4_000 as Range<UInt64> {
            var random = Dice(state: seed)
            let variants = Int.random(in: 1...4, using: &random)
            let regions = ["浙江", "Jiangsu", "Xinjiang", ""]
            let places = (0..<Int.random(in: 1...6, using: &random)).map { index in
                Self.place(
                    UInt128(index), regions.randomElement(using: &random) ?? "",
                    (0..<variants).map { _ in Int64.random(in: 0...3, using: &random) })
            }
            let quantities = (0..<variants).map { _ in Int64.random(in: 0...4, using: &random) }
            let wants = Self.wants(quantities)
            guard !wants.isEmpty else { continue }
            let parcels = Allocation.parcels(wants, from: places, to: "Zhejiang")
            let fewest = Self.fewest(quantities, places)
            #expect((parcels != nil) == (fewest != nil), "seed \(seed)")
            guard let parcels, let fewest else { continue }
            #expect(parcels.count == fewest, "seed \(seed)")
            for want in wants {
                let sent = parcels.reduce(0) { $0 + ($1.units[want.line] ?? 0) }
                #expect(sent == want.quantity, "seed \(seed)")
                for parcel in parcels {
                    let place = try #require(places.first { $0.warehouse == parcel.warehouse })
                    #expect(parcel.units[want.line] ?? 0 <= place.free[want.variant] ?? 0, "seed \(seed)")
                }
            }
        }
    }

    /// By looking at every set.
    private static func fewest(_ quantities: [Int64], _ places: [Allocation.Place]) -> Int? {
        (1..<(1 << places.count)).filter { set in
            quantities.enumerated().allSatisfy { index, quantity in
                places.indices.filter { set & (1 << $0) != 0 }.reduce(0) {
                    $0 + (places[$1].free[VariantID(rawValue: UInt128(index))] ?? 0)
                } >= quantity
            }
        }.map(\.nonzeroBitCount).min()
    }
}

/// SplitMix64.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
