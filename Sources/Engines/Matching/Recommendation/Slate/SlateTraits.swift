/// What makes items alike, laid out flat for the candidates of one slate.
struct SlateTraits {
    struct Own {
        let kind: ItemKind
        /// Numbers within this slate; −1 for none. Shops and creators share theirs.
        let category, shop, creator: Int32
        fileprivate let tags: Range<Int32>
    }

    private var owns: ContiguousArray<Own> = []
    private var tags: ContiguousArray<Int32> = []
    /// How many different categories there are, and how many shops and creators.
    private(set) var categories = 0, makers = 0

    init(_ items: some Collection<Int32>, of world: World) {
        var categoryNumbers: [Int32: Int32] = [:], makerNumbers: [Int32: Int32] = [:]
        owns.reserveCapacity(items.count)
        for item in items {
            let first = Int32(tags.count)
            // By place: a copy would count a reference for every candidate.
            for place in world.items[item].tags.indices { tags.append(world.items[item].tags[place]) }
            owns.append(
                Own(
                    kind: world.items[item].kind,
                    category: Self.number(world.items[item].category, &categoryNumbers),
                    shop: Self.number(world.items[item].shop, &makerNumbers),
                    creator: Self.number(world.items[item].creator, &makerNumbers), tags: first..<Int32(tags.count)))
        }
        (categories, makers) = (categoryNumbers.count, makerNumbers.count)
    }

    private static func number(_ subject: Int32, _ numbers: inout [Int32: Int32]) -> Int32 {
        guard subject >= 0 else { return -1 }
        if let known = numbers[subject] { return known }
        let number = Int32(numbers.count)
        numbers[subject] = number
        return number
    }

    subscript(rank: Int) -> Own { owns[rank] }

    /// 0 … 1: how much two items have in common.
    func likeness(_ a: Int, _ b: Int) -> Float {
        let (a, b) = (owns[a], owns[b])
        var sum: Float = 0
        if a.category >= 0 && a.category == b.category { sum += 0.5 }
        if a.creator >= 0 && a.creator == b.creator { sum += 0.25 }
        if a.shop >= 0 && a.shop == b.shop { sum += 0.15 }
        if sharesTag(a, b) { sum += 0.1 }
        return sum
    }

    private func sharesTag(_ a: Own, _ b: Own) -> Bool {
        for mine in a.tags { for other in b.tags where tags[Int(mine)] == tags[Int(other)] { return true } }
        return false
    }
}
