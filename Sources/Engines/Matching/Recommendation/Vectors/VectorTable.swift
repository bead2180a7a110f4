import CVectors

/// Vectors by slot, as one value: a reader keeps a copy while the writer goes on, and a write copies only the pages and the
/// cluster that it touches.
struct VectorTable: Sendable {
    let dimension: Int
    /// Components stored: the dimension filled up to a multiple of 16 with zeros.
    let width: Int
    var settings: VectorIndex.Settings

    /// Vectors by slot, and where each slot's code stands; no cluster where a slot is empty.
    private var vectors: VectorRows
    private var places = Chunked<Place>()
    private(set) var count = 0
    private(set) var clusters: ContiguousArray<VectorCluster> = []
    /// Codes of the clusters' centres, in the order of the clusters.
    private(set) var centres: VectorCodes
    /// Spread of each cluster, in their order.
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
        vectors = VectorRows(width: width)
        centres = VectorCodes(width: width)
    }

    var clusterCount: Int { max(1, clusters.count) }

    // MARK: Changing

    /// Puts a vector into a slot, or another in its place.
    mutating func set(_ slot: Int32, _ vector: [Float]) {
        while places.count <= Int(slot) { places.append(Place()) }
        if places[slot].cluster >= 0 { leave(slot) } else { count += 1 }
        vectors.set(slot, vector)
        enter(slot, vector)
    }

    mutating func remove(_ slot: Int32) {
        guard slot < places.count, places[slot].cluster >= 0 else { return }
        leave(slot)
        count -= 1
    }

    private mutating func enter(_ slot: Int32, _ vector: [Float]) {
        if clusters.isEmpty {
            clusters.append(VectorCluster(width: width, centre: ContiguousArray(repeating: 0, count: width)))
            centres.append(clusters[0].centre)
            spreads.append(0)
        }
        let cluster = clusters.count == 1 ? 0 : nearest(vector)
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

    /// A cluster with its members in the order of their codes; all vectors have ``width`` components.
    typealias Written = (
        centre: ContiguousArray<Float>, distances: Double,
        members: ContiguousArray<(slot: Int32, vector: ContiguousArray<Float>)>
    )

    /// The vector of a slot, filled up to ``width``.
    subscript(slot: Int32) -> ContiguousArray<Float> { vectors[slot] }

    /// Takes clusters as they were written into an empty table.
    ///
    /// - Returns: false when a slot stands in two places or in none.
    mutating func restore(_ written: ContiguousArray<Written>) -> Bool {
        for cluster in written {
            for (row, member) in cluster.members.enumerated() {
                guard member.slot >= 0 else { return false }
                while places.count <= Int(member.slot) { places.append(Place()) }
                guard places[member.slot].cluster < 0 else { return false }
                places[member.slot] = Place(cluster: Int32(clusters.count), row: Int32(row))
                vectors.set(member.slot, Array(member.vector))
            }
            clusters.append(VectorCluster(width: width, cluster))
            centres.append(cluster.centre)
            spreads.append(clusters[clusters.count - 1].spread)
            largest = max(largest, cluster.members.count)
            count += cluster.members.count
        }
        return true
    }

    // MARK: Clusters

    /// The cluster whose centre is nearest: highest x·c − ½|c|².
    private mutating func nearest(_ vector: [Float]) -> Int {
        scoreCentres(vector)
        var best = 0
        var highest = -Float.infinity
        for cluster in clusters.indices {
            let value = work.scores[cluster] - clusters[cluster].halfNorm
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
        var centres = start.map { vectors[$0] }
        for _ in 0..<4 { improve(&centres, members) }
        replace([0], by: centres, members: members)
    }

    /// One round of k-means (Lloyd 1982).
    private mutating func improve(_ centres: inout [ContiguousArray<Float>], _ members: ContiguousArray<Int32>) {
        var sums = centres.map { _ in ContiguousArray<Float>(repeating: 0, count: width) }
        var counts = ContiguousArray(repeating: 0, count: centres.count)
        let halves = centres.map(Self.halfNorm)
        for slot in members {
            let place = nearest(slot, centres, halves)
            vectors.with(slot) { row in for component in row.indices { sums[place][component] += row[component] } }
            counts[place] += 1
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
            let likeness = Self.dot(one, slot, vectors)
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
        scoreCentres(Array(centre.prefix(dimension)))
        let scores = work.scores
        return clusters.indices.sorted { scores[$0] - clusters[$0].halfNorm > scores[$1] - clusters[$1].halfNorm }
            .prefix(count)
    }

    /// Moves members that have a nearer centre by now; never splits, so it ends.
    private mutating func reassign(_ cluster: Int) {
        for slot in clusters[cluster].slots {
            let place = nearest(Array(vectors[slot].prefix(dimension)))
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
            let fresh = VectorCluster(width: width, centre: centre)
            if place < old.count {
                clusters[old[place]] = fresh
                self.centres.replace(old[place], by: centre)
            } else {
                numbers.append(clusters.count)
                clusters.append(fresh)
                self.centres.append(centre)
                spreads.append(0)
            }
        }
        let halves = centres.map(Self.halfNorm)
        for slot in members { put(slot, into: numbers[nearest(slot, centres, halves)]) }
    }

    // MARK: Searching

    /// The slots of highest inner product, highest first; ties go to the lower slot.
    func search(_ vector: [Float], _ count: Int, _ work: inout VectorScratch) -> [Neighbour] {
        if clusters.count <= 1 { return searchExactly(vector, count) }
        let scale = work.encode(vector, width)
        promise(vector, scale, &work)
        work.makeRoom(largest + 2 * Int(quanyu_lanes))
        var best = Best(limit: max(count * settings.rerank, count + 8))
        let looked = work.query.withUnsafeBufferPointer { query in
            clusters.withUnsafeBufferPointer { clusters in
                work.promises.withUnsafeMutableBufferPointer { promises in
                    work.scores.withUnsafeMutableBufferPointer { scores in
                        work.passing.withUnsafeMutableBufferPointer { rows in
                            ClusterScan(query: query, width: width, clusters: clusters, scores: scores, rows: rows)
                                .run(promises, &best, limit: settings.lookLimit)
                        }
                    }
                }
            }
        }
        work.looks.add(looked)
        return finish(best, vector, count)
    }

    /// The inner product that each cluster's best members may reach, in units of the query's bytes.
    private func promise(_ vector: [Float], _ scale: Float, _ work: inout VectorScratch) {
        work.score(centres)
        let reach = settings.reach * vector.reduce(0) { $0 + $1 * $1 }.squareRoot() / scale
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
        let padded = vector + [Float](repeating: 0, count: width - dimension)
        for cluster in clusters {
            for slot in cluster.slots { best.offer(vectors.dot(padded, slot), slot) }
        }
        return finish(best, vector, count)
    }

    private func finish(_ best: Best, _ vector: [Float], _ count: Int) -> [Neighbour] {
        let padded = vector + [Float](repeating: 0, count: width - dimension)
        for entry in best.entries { vectors.fetch(entry.number) }
        var found = best.entries.map { Neighbour(slot: $0.number, score: vectors.dot(padded, $0.number)) }
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
            let own = Array(vectors[slot].prefix(dimension))
            let other = searchExactly(own, 2).last?.slot ?? slot
            return zip(own, vectors[other]).map { ($0 + $1) / 2 }
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

    /// Inner products of the centres with a vector, into the scores at hand.
    private mutating func scoreCentres(_ vector: [Float]) {
        let scale = work.encode(vector, width)
        work.score(centres)
        for place in 0..<centres.count { work.scores[place] *= scale }
    }

    static func halfNorm(_ vector: ContiguousArray<Float>) -> Float {
        vector.reduce(0) { $0 + $1 * $1 } / 2
    }

    private func nearest(_ slot: Int32, _ centres: [ContiguousArray<Float>], _ halves: [Float]) -> Int {
        var best = 0
        var highest = -Float.infinity
        for place in centres.indices {
            let value = Self.dot(centres[place], slot, vectors) - halves[place]
            if value > highest { (best, highest) = (place, value) }
        }
        return best
    }

    private static func dot(_ a: ContiguousArray<Float>, _ slot: Int32, _ rows: VectorRows) -> Float {
        a.withUnsafeBufferPointer { a in a.baseAddress.map { rows.dot($0, slot) } ?? 0 }
    }
}
