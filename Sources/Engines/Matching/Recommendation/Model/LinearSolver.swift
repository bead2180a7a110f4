/// Solves the closed-form item-to-item model EASE (Steck 2019, arXiv 1905.03375): B = I − P·diag(1/diag P) with
/// P = (XᵀX + λI)⁻¹.
///
/// Two exact roads to it. With few persons the *dual*: P = (I − Xᵀ(XXᵀ + λI)⁻¹X)/λ needs the inverse of a matrix of persons,
/// whatever the number of items. Otherwise the *primal* over the most frequent items, and every rarer target as a
/// ridge regression on them, which is the same model without the diagonal constraint that a target outside needs not.
struct LinearSolver {
    let preferences: Preferences
    /// Ridge λ: how strongly rare evidence is shrunk.
    var ridge: Float
    /// Largest matrix inverted.
    var solveLimit: Int
    /// Entries kept for each row.
    var rowLimit: Int
    /// Persons that an item needs to speak for others, and to be spoken for.
    var minimumPersons = 2

    /// Entries kept for each person.
    var personLimit = 1024
    /// The time of the refresh.
    var time: Int64 = 0

    func solve(version: UInt32) -> LinearModel {
        if preferences.persons == 0 { return .empty }
        return preferences.persons <= solveLimit ? solveDual(version) : solvePrimal(version)
    }

    // MARK: Dual

    private func solveDual(_ version: UInt32) -> LinearModel {
        let columns = preferences.transposed()
        let n = preferences.persons
        var kernel = SymmetricMatrix(order: n, diagonal: ridge)
        addOuterProducts(columns, to: &kernel)
        kernel.invert()
        let scale = leverages(columns, kernel)
        var rows = RowSet(items: preferences.items, limit: rowLimit)
        let eligible = (0..<preferences.items).filter { columns.starts[$0 + 1] - columns.starts[$0] >= minimumPersons }
        var weights = ContiguousArray(repeating: SIMD8<Float>(), count: n)
        var scores = ContiguousArray(repeating: SIMD8<Float>(), count: preferences.items)
        for block in stride(from: 0, to: eligible.count, by: 8) {
            let members = eligible[block..<min(block + 8, eligible.count)]
            project(members, columns, kernel, into: &weights)
            spread(weights, into: &scores)
            for (lane, item) in members.enumerated() {
                rows.keep(Int32(item), targets: eligible) { target in
                    target == item ? 0 : scores[target][lane] * scale[target]
                }
            }
        }
        let persons = answerPersons(kernel, scale, eligible)
        return rows.model(persons: persons, time: time, version: version)
    }

    /// What the whole model says to each person: xᵤB = (xᵤXᵀK⁻¹X − xᵤ∘d)/(1 − d), where xᵤXᵀK⁻¹ = eᵤ − λK⁻¹ᵤ.
    private func answerPersons(_ kernel: SymmetricMatrix, _ scale: ContiguousArray<Float>, _ eligible: [Int]) -> RowSet
    {
        let n = kernel.order
        var rows = RowSet(items: Int(preferences.numbers.max() ?? -1) + 1, limit: personLimit)
        var weights = ContiguousArray(repeating: SIMD8<Float>(), count: n)
        var scores = ContiguousArray(repeating: SIMD8<Float>(), count: preferences.items)
        for block in stride(from: 0, to: n, by: 8) {
            let lanes = min(8, n - block)
            for person in 0..<n {
                for lane in 0..<lanes {
                    let own: Float = person == block + lane ? 1 : 0
                    weights[person][lane] = own - ridge * kernel.values[(block + lane) * n + person]
                }
            }
            spread(weights, into: &scores)
            for lane in 0..<lanes {
                let person = block + lane
                for entry in preferences.entries[preferences.starts[person]..<preferences.starts[person + 1]] {
                    // d = 1 − 1/scale: an item does not recommend itself.
                    scores[Int(entry.item)][lane] -= entry.value * (1 - 1 / scale[Int(entry.item)])
                }
                rows.keep(preferences.numbers[person], targets: eligible) { scores[$0][lane] * scale[$0] }
            }
        }
        return rows
    }

    /// XXᵀ, from the columns of X.
    private func addOuterProducts(
        _ columns: (starts: ContiguousArray<Int>, entries: ContiguousArray<Preferences.Entry>),
        to matrix: inout SymmetricMatrix
    ) {
        let n = matrix.order
        matrix.values.withUnsafeMutableBufferPointer { kernel in
            columns.entries.withUnsafeBufferPointer { entries in
                for item in 0..<preferences.items {
                    let range = columns.starts[item]..<columns.starts[item + 1]
                    for a in range {
                        let row = Int(entries[a].item) * n, value = entries[a].value
                        for b in range.lowerBound...a { kernel[row + Int(entries[b].item)] += value * entries[b].value }
                    }
                }
            }
        }
    }

    /// 1/(1 − xⱼᵀK⁻¹xⱼ) for each item: the division by diag P.
    private func leverages(
        _ columns: (starts: ContiguousArray<Int>, entries: ContiguousArray<Preferences.Entry>),
        _ kernel: SymmetricMatrix
    ) -> ContiguousArray<Float> {
        let n = kernel.order
        return kernel.values.withUnsafeBufferPointer { inverse in
            columns.entries.withUnsafeBufferPointer { entries in
                ContiguousArray(
                    (0..<preferences.items).map { item in
                        let range = columns.starts[item]..<columns.starts[item + 1]
                        var sum: Float = 0
                        for a in range {
                            let row = Int(entries[a].item) * n
                            var partial: Float = 0
                            for b in range.lowerBound..<a {
                                partial += entries[b].value * inverse[row + Int(entries[b].item)]
                            }
                            let diagonal = entries[a].value * inverse[row + Int(entries[a].item)]
                            sum += entries[a].value * (2 * partial + diagonal)
                        }
                        return 1 / max(0.02, 1 - sum)
                    })
            }
        }
    }

    /// xᵢᵀK⁻¹ for eight items at once.
    private func project(
        _ members: ArraySlice<Int>,
        _ columns: (starts: ContiguousArray<Int>, entries: ContiguousArray<Preferences.Entry>),
        _ kernel: SymmetricMatrix, into weights: inout ContiguousArray<SIMD8<Float>>
    ) {
        let n = kernel.order
        weights.withUnsafeMutableBufferPointer { weights in
            for person in 0..<n { weights[person] = SIMD8() }
            kernel.values.withUnsafeBufferPointer { inverse in
                for (lane, item) in members.enumerated() {
                    for place in columns.starts[item]..<columns.starts[item + 1] {
                        let entry = columns.entries[place]
                        let row = Int(entry.item) * n
                        for person in 0..<n { weights[person][lane] += entry.value * inverse[row + person] }
                    }
                }
            }
        }
    }

    /// Weights of persons to scores of items: one pass over all preferences for eight rows.
    private func spread(_ weights: ContiguousArray<SIMD8<Float>>, into scores: inout ContiguousArray<SIMD8<Float>>) {
        scores.withUnsafeMutableBufferPointer { scores in
            for item in 0..<preferences.items { scores[item] = SIMD8() }
            preferences.entries.withUnsafeBufferPointer { entries in
                for person in 0..<preferences.persons {
                    let weight = weights[person]
                    for place in preferences.starts[person]..<preferences.starts[person + 1] {
                        scores[Int(entries[place].item)] += weight * entries[place].value
                    }
                }
            }
        }
    }

    // MARK: Primal

    private func solvePrimal(_ version: UInt32) -> LinearModel {
        let columns = preferences.transposed()
        let support = (0..<preferences.items).map { columns.starts[$0 + 1] - columns.starts[$0] }
        let ranked = (0..<preferences.items).filter { support[$0] >= minimumPersons }
            .sorted { (support[$0], $1) > (support[$1], $0) }
        let core = Array(ranked.prefix(solveLimit))
        var place = ContiguousArray(repeating: Int32(-1), count: preferences.items)
        for (position, item) in core.enumerated() { place[item] = Int32(position) }
        var inverse = SymmetricMatrix(order: core.count, diagonal: ridge)
        addGram(place, to: &inverse)
        inverse.invert()
        var rows = RowSet(items: preferences.items, limit: rowLimit)
        let n = core.count
        var column = ContiguousArray<Float>(repeating: 0, count: n)
        for target in ranked {
            if place[target] >= 0 {
                let position = Int(place[target])
                let diagonal = inverse.values[position * n + position]
                for source in 0..<n { column[source] = -inverse.values[position * n + source] / diagonal }
                column[position] = 0
            } else {
                regress(target, columns, place, inverse, into: &column)
            }
            for source in 0..<n where column[source] > 1e-4 {
                rows.offer(Int32(core[source]), LinearModel.Entry(item: Int32(target), weight: column[source]))
            }
        }
        return rows.model(persons: nil, time: time, version: version)
    }

    /// XᵀX over the core items.
    private func addGram(_ place: ContiguousArray<Int32>, to matrix: inout SymmetricMatrix) {
        let n = matrix.order
        var members: ContiguousArray<(place: Int, value: Float)> = []
        matrix.values.withUnsafeMutableBufferPointer { gram in
            for person in 0..<preferences.persons {
                members.removeAll(keepingCapacity: true)
                for entry in preferences.entries[preferences.starts[person]..<preferences.starts[person + 1]] {
                    let position = place[Int(entry.item)]
                    if position >= 0 { members.append((Int(position), entry.value)) }
                }
                for a in members {
                    for b in members where b.place <= a.place { gram[a.place * n + b.place] += a.value * b.value }
                }
            }
        }
    }

    /// P·Xᵀxⱼ: the ridge regression of a rare target on the core.
    private func regress(
        _ target: Int, _ columns: (starts: ContiguousArray<Int>, entries: ContiguousArray<Preferences.Entry>),
        _ place: ContiguousArray<Int32>, _ inverse: SymmetricMatrix, into column: inout ContiguousArray<Float>
    ) {
        let n = inverse.order
        var together: [Int32: Float] = [:]
        for buyer in columns.entries[columns.starts[target]..<columns.starts[target + 1]] {
            let person = Int(buyer.item)
            for entry in preferences.entries[preferences.starts[person]..<preferences.starts[person + 1]] {
                let position = place[Int(entry.item)]
                if position >= 0 { together[position, default: 0] += entry.value * buyer.value }
            }
        }
        // Sorted, so that rounding is the same on every run.
        let terms = together.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(256)
        column.withUnsafeMutableBufferPointer { column in
            for source in 0..<n { column[source] = 0 }
            inverse.values.withUnsafeBufferPointer { inverse in
                for (position, value) in terms {
                    let row = Int(position) * n
                    for source in 0..<n { column[source] += value * inverse[row + source] }
                }
            }
        }
    }
}
