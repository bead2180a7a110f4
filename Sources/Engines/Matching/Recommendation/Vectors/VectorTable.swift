import CVectors

/// Vectors by slot, as one value: a reader keeps a copy while the writer goes on, and a write copies only the pages and the
/// cluster that it touches.
struct VectorTable: Sendable {
    let dimension: Int
    /// Components stored: the dimension filled up to a multiple of 16 with zeros.
    let width: Int
    var settings: VectorIndex.Settings

    /// Vectors by slot, and where each slot's code stands; no cluster where a slot is empty.
    private var vectors: ProjectedRows
    private var places = Chunked<Place>()
    private(set) var count = 0
    private(set) var clusters: ContiguousArray<VectorCluster> = []
    /// Vectors written since the directions were looked for.
    private(set) var writes = 0
    /// Codes of the clusters' centres, in the order of the clusters.
    private(set) var centres: VectorCodes
    /// Half the squared length of each centre, and the spread of each cluster, in the order of the clusters.
    private var halves: ContiguousArray<Float> = []
    private var spreads: ContiguousArray<Float> = []
    /// Members of the largest cluster so far.
    private var largest = 0
    private var work = VectorScratch()

    struct Place: Sendable {
        var cluster: Int32 = -1
        var row: Int32 = -1
    }

    init(dimension: Int, settings: VectorIndex.Settings) {
        self.dimension = dimension
        self.settings = settings
        width = (dimension + 15) / 16 * 16
        vectors = ProjectedRows(VectorRows(width: width))
        centres = VectorCodes(width: width)
    }

    var clusterCount: Int { max(1, clusters.count) }

    /// Where most of what the vectors are lies, if that is in few directions: the clusters then know no others.
    var components: PrincipalComponents? { vectors.components }

    // MARK: Changing

    /// Puts a vector into a slot, or another in its place.
    mutating func set(_ slot: Int32, _ vector: [Float]) {
        while places.count <= Int(slot) { places.append(Place()) }
        if places[slot].cluster >= 0 { leave(slot) } else { count += 1 }
        vectors.full.set(slot, vector)
        enter(slot)
        writes += 1
        if clusters.count > 1, writes > max(count, settings.exactLimit) { renewComponents() }
    }

    mutating func remove(_ slot: Int32) {
        guard slot < places.count, places[slot].cluster >= 0 else { return }
        leave(slot)
        count -= 1
    }

    private mutating func enter(_ slot: Int32) {
        if clusters.isEmpty { add(ContiguousArray(repeating: 0, count: width)) }
        let cluster = clusters.count == 1 ? 0 : nearest(slot)
        put(slot, into: cluster)
        let limit = clusters.count == 1 ? settings.exactLimit : settings.clusterLimit
        if clusters[cluster].count > limit { clusters.count == 1 ? spread() : split(cluster) }
    }

    private mutating func put(_ slot: Int32, into cluster: Int) {
        vectors.with(slot) { clusters[cluster].append(slot, $0) }
        places[slot] = Place(cluster: Int32(cluster), row: Int32(clusters[cluster].count - 1))
        spreads[cluster] = clusters[cluster].spread
        largest = max(largest, clusters[cluster].count)
    }

    private mutating func leave(_ slot: Int32) {
        let place = places[slot]
        guard place.cluster >= 0 else { return }
        let cluster = Int(place.cluster)
        let moved = vectors.with(slot) { clusters[cluster].remove(row: Int(place.row), $0) }
        if let moved { places[moved].row = place.row }
        places[slot] = Place()
        spreads[cluster] = clusters[cluster].spread
    }

    // MARK: Restoring

    /// A cluster with its members in the order of their codes; their vectors have ``width`` components, its centre as many as
    /// the clusters know.
    typealias Written = (
        centre: ContiguousArray<Float>, distances: Double,
        members: ContiguousArray<(slot: Int32, vector: ContiguousArray<Float>)>
    )

    /// The vector of a slot, filled up to ``width``.
    subscript(slot: Int32) -> ContiguousArray<Float> { vectors.full[slot] }

    /// Takes clusters as they were written into an empty table.
    ///
    /// - Returns: false when a slot stands in two places or in none.
    mutating func restore(
        _ written: ContiguousArray<Written>, _ components: PrincipalComponents?, writes: Int
    ) -> Bool {
        (vectors.components, self.writes) = (components, writes)
        centres = VectorCodes(width: vectors.width)
        for cluster in written {
            guard cluster.centre.count == vectors.width else { return false }
            for member in cluster.members {
                guard member.slot >= 0 else { return false }
                while places.count <= Int(member.slot) { places.append(Place()) }
                guard places[member.slot].cluster < 0 else { return false }
                places[member.slot].cluster = Int32(clusters.count)
                vectors.full.set(member.slot, Array(member.vector))
            }
            add(cluster.centre)
            for member in cluster.members { put(member.slot, into: clusters.count - 1) }
            clusters[clusters.count - 1].settle(distances: cluster.distances)
            spreads[clusters.count - 1] = clusters[clusters.count - 1].spread
            count += cluster.members.count
        }
        return true
    }

    // MARK: Clusters

    private mutating func add(_ centre: ContiguousArray<Float>) {
        clusters.append(VectorCluster(width: vectors.width, centre: centre))
        centres.append(centre)
        halves.append(Self.halfNorm(centre))
        spreads.append(0)
    }

    private mutating func clear() {
        (clusters, halves, spreads, centres) = ([], [], [], VectorCodes(width: vectors.width))
    }

    /// The cluster whose centre is nearest: highest x·c − ½|c|².
    private mutating func nearest(_ slot: Int32) -> Int {
        scoreCentres(vectors[slot])
        var best = 0
        var highest = -Float.infinity
        for cluster in halves.indices {
            let value = work.scores[cluster] - halves[cluster]
            if value > highest { (best, highest) = (cluster, value) }
        }
        return best
    }

    /// Leaves the exact scan: the one cluster becomes many at once.
    private mutating func spread() {
        let members = clusters[0].slots
        let wanted = max(2, 2 * members.count / settings.clusterLimit)
        var random = SplitMix64(seed: 1)
        let start = (0..<wanted).map { _ in members[Int(random.unit() * Double(members.count))] }
        vectors.components = PrincipalComponents(of: members, in: vectors.full)
        writes = 0
        var centres = start.map { vectors[$0] }
        for _ in 0..<4 { improve(&centres, members) }
        clear()
        replace([], by: centres, members: members)
    }

    /// Looks for the directions again after as many writes as there are vectors, and writes new codes where they moved.
    private mutating func renewComponents() {
        writes = 0
        let slots = places.indices.filter { places[$0].cluster >= 0 }
        let step = max(1, slots.count / 4096)
        let sample = stride(from: 0, to: slots.count, by: step).map { slots[$0] }
        let found = PrincipalComponents(of: sample, in: vectors.full)
        let isWorthIt = found.map { $0.width <= vectors.width / 2 } ?? false
        // As long as they hold, others must halve the width: at the edge between two widths they would change each time.
        if components?.hold(sample, in: vectors.full) ?? true, !isWorthIt { return }
        vectors.components = found
        recode()
    }

    /// Writes all codes anew; every vector stays in its cluster.
    private mutating func recode() {
        let members = clusters.map(\.slots)
        clear()
        for (cluster, slots) in members.enumerated() {
            var sum = ContiguousArray<Float>(repeating: 0, count: vectors.width)
            for slot in slots {
                vectors.with(slot) { row in for component in row.indices { sum[component] += row[component] } }
            }
            add(ContiguousArray(sum.map { $0 / Float(max(1, slots.count)) }))
            for slot in slots { put(slot, into: cluster) }
        }
    }

    /// One round of k-means (Lloyd 1982).
    private mutating func improve(_ centres: inout [ContiguousArray<Float>], _ members: ContiguousArray<Int32>) {
        var sums = centres.map { _ in ContiguousArray<Float>(repeating: 0, count: vectors.width) }
        var counts = ContiguousArray(repeating: 0, count: centres.count)
        let halves = centres.map(Self.halfNorm)
        for slot in members {
            vectors.with(slot) { row in
                let place = Self.nearest(row, centres, halves)
                for component in row.indices { sums[place][component] += row[component] }
                counts[place] += 1
            }
        }
        for place in centres.indices where counts[place] > 0 {
            centres[place] = ContiguousArray(sums[place].map { $0 / Float(counts[place]) })
        }
    }

    /// Splits a cluster in two by 2-means, then looks again at the members of the clusters around.
    private mutating func split(_ cluster: Int) {
        let members = clusters[cluster].slots
        var random = SplitMix64(seed: UInt64(members.count) &+ UInt64(clusters.count))
        let first = members[Int(random.unit() * Double(members.count))]
        var second = first
        var lowest = Float.infinity
        let one = vectors[first]
        for slot in members {
            let likeness = vectors.with(slot) { Self.dot(one, $0) }
            if likeness < lowest { (second, lowest) = (slot, likeness) }
        }
        var pair = [one, vectors[second]]
        for _ in 0..<4 { improve(&pair, members) }
        let around = Array(neighbourhood(of: clusters[cluster].centre, 8)).filter { $0 != cluster }
        replace([cluster], by: pair, members: members)
        for other in around { reassign(other) }
    }

    /// The clusters with the nearest centres.
    private mutating func neighbourhood(of centre: ContiguousArray<Float>, _ count: Int) -> ArraySlice<Int> {
        scoreCentres(centre)
        let scores = work.scores
        return clusters.indices.sorted { scores[$0] - halves[$0] > scores[$1] - halves[$1] }
            .prefix(count)
    }

    /// Moves members that have a nearer centre by now; never splits, so it ends.
    private mutating func reassign(_ cluster: Int) {
        for slot in clusters[cluster].slots {
            let place = nearest(slot)
            if place == cluster { continue }
            leave(slot)
            put(slot, into: place)
        }
    }

    private mutating func replace(
        _ old: [Int], by centres: [ContiguousArray<Float>], members: ContiguousArray<Int32>
    ) {
        var numbers = old
        for (place, centre) in centres.enumerated() {
            if place < old.count {
                clusters[old[place]] = VectorCluster(width: vectors.width, centre: centre)
                self.centres.replace(old[place], by: centre)
                self.halves[old[place]] = Self.halfNorm(centre)
            } else {
                numbers.append(clusters.count)
                add(centre)
            }
        }
        let halves = centres.map(Self.halfNorm)
        for slot in members { put(slot, into: numbers[vectors.with(slot) { Self.nearest($0, centres, halves) }]) }
    }

    // MARK: Searching

    /// The slots of highest inner product, highest first; ties go to the lower slot.
    func search(_ vector: [Float], _ count: Int, _ work: inout VectorScratch) -> [Neighbour] {
        if clusters.count <= 1 { return searchExactly(vector, count) }
        let padded = ContiguousArray(vector) + repeatElement(0, count: width - dimension)
        promise(padded, &work)
        work.makeRoom(largest + 2 * Int(quanyu_lanes))
        var best = Best(limit: max(count * settings.rerank, count + 8))
        let looked = work.query.withUnsafeBufferPointer { query in
            clusters.withUnsafeBufferPointer { clusters in
                work.promises.withUnsafeMutableBufferPointer { promises in
                    work.scores.withUnsafeMutableBufferPointer { scores in
                        work.passing.withUnsafeMutableBufferPointer { rows in
                            ClusterScan(
                                query: query, width: vectors.width, clusters: clusters, scores: scores, rows: rows
                            )
                            .run(promises, &best, limit: settings.lookLimit)
                        }
                    }
                }
            }
        }
        work.looks.add(looked)
        return finish(best, padded, count)
    }

    /// The inner product that each cluster's best members may reach, in units of the query's bytes.
    private func promise(_ vector: ContiguousArray<Float>, _ work: inout VectorScratch) {
        let coded = vectors.project(vector)
        let scale = work.encode(coded)
        work.score(centres)
        let reach = settings.reach * coded.reduce(0) { $0 + $1 * $1 }.squareRoot() / scale
        if work.promises.count != clusters.count {
            work.promises = ContiguousArray(repeating: 0, count: clusters.count)
        }
        work.promises.withUnsafeMutableBufferPointer { promises in
            spreads.withUnsafeBufferPointer { spreads in
                work.scores.withUnsafeBufferPointer { scores in
                    for place in promises.indices { promises[place] = scores[place] + reach * spreads[place] }
                }
            }
        }
    }

    func searchExactly(_ vector: [Float], _ count: Int) -> [Neighbour] {
        var best = Best(limit: count)
        let padded = ContiguousArray(vector) + repeatElement(0, count: width - dimension)
        for cluster in clusters {
            for slot in cluster.slots { best.offer(dot(padded, slot), slot) }
        }
        return finish(best, padded, count)
    }

    /// - Parameter vector: filled up to ``width``.
    private func finish(_ best: Best, _ vector: ContiguousArray<Float>, _ count: Int) -> [Neighbour] {
        for entry in best.entries { vectors.full.fetch(entry.number) }
        var found = best.entries.map { Neighbour(slot: $0.number, score: dot(vector, $0.number)) }
        found.sort { $0.score != $1.score ? $0.score > $1.score : $0.slot < $1.slot }
        if found.count > count { found.removeLast(found.count - count) }
        return found
    }

    mutating func calibrate(recall: Double, count: Int, seed: UInt64) {
        guard clusters.count > 1 else { return }
        var random = SplitMix64(seed: seed)
        let slots = places.indices.filter { places[$0].cluster >= 0 }
        let queries = (0..<200).map { _ -> [Float] in
            // Half-way between two relatives: like a query, not one of the vectors themselves.
            let slot = slots[Int(random.unit() * Double(slots.count))]
            let own = Array(self[slot].prefix(dimension))
            let other = searchExactly(own, 2).last?.slot ?? slot
            return zip(own, self[other]).map { ($0 + $1) / 2 }
        }
        let truth = queries.map { Set(searchExactly($0, count).map(\.slot)) }
        let wanted = recall * Double(truth.reduce(0) { $0 + $1.count })
        // Halving: what is found grows with the reach, all but exactly.
        var (short, long) = (Float(0), Float(2))
        for _ in 0..<10 {
            settings.reach = (short + long) / 2
            var found = 0
            for (query, wanted) in zip(queries, truth) {
                found += search(query, count, &work).count { wanted.contains($0.slot) }
            }
            if Double(found) >= wanted { long = settings.reach } else { short = settings.reach }
        }
        settings.reach = long
        work.looks = Looks()
    }

    struct Neighbour: Sendable, Hashable {
        let slot: Int32
        let score: Float
    }

    // MARK: Arithmetic

    /// Inner products of the centres with a vector as the clusters know it, into the scores at hand.
    private mutating func scoreCentres(_ coded: ContiguousArray<Float>) {
        let scale = work.encode(coded)
        work.score(centres)
        for place in 0..<centres.count { work.scores[place] *= scale }
    }

    static func halfNorm(_ vector: ContiguousArray<Float>) -> Float {
        vector.reduce(0) { $0 + $1 * $1 } / 2
    }

    private static func nearest(
        _ row: UnsafeBufferPointer<Float>, _ centres: [ContiguousArray<Float>], _ halves: [Float]
    ) -> Int {
        var best = 0
        var highest = -Float.infinity
        for place in centres.indices {
            let value = dot(centres[place], row) - halves[place]
            if value > highest { (best, highest) = (place, value) }
        }
        return best
    }

    /// Inner product in full precision.
    private func dot(_ vector: ContiguousArray<Float>, _ slot: Int32) -> Float {
        vectors.full.with(slot) { Self.dot(vector, $0) }
    }

    private static func dot(_ a: ContiguousArray<Float>, _ row: UnsafeBufferPointer<Float>) -> Float {
        a.withUnsafeBufferPointer { a in
            guard let start = a.baseAddress, let row = row.baseAddress else { return 0 }
            return quanyu_dot(start, row, Int64(a.count))
        }
    }
}
