import CVectors

/// The vectors behind a ``VectorIndex``.
struct VectorTable: Sendable {
    let dimension: Int
    /// Components stored: the dimension filled up to a multiple of 16 with zeros.
    let width: Int
    var settings: VectorIndex.Settings

    /// Key of each slot; full vectors by slot; where each slot's code stands.
    private(set) var keys: ContiguousArray<Key> = []
    private var numbers: [Key: Int32] = [:]
    private var vectors: ContiguousArray<Float> = []
    private var places: ContiguousArray<(cluster: Int32, row: Int32)> = []
    private var free: ContiguousArray<Int32> = []
    var clusters: ContiguousArray<VectorCluster> = []
    /// Codes of the clusters' centres, in the order of the clusters.
    var centres: VectorCodes
    /// Spread of each cluster, in their order.
    private var spreads: ContiguousArray<Float> = []
    private var promises: ContiguousArray<Float> = []
    /// Members of the largest cluster so far.
    private var largest = 0
    private(set) var looks = Looks()
    private var scores: ContiguousArray<Float> = []
    private var passing: ContiguousArray<Int32> = []
    private var query: ContiguousArray<Int8> = []

    init(dimension: Int, settings: VectorIndex.Settings) {
        self.dimension = dimension
        self.settings = settings
        width = (dimension + 15) / 16 * 16
        centres = VectorCodes(width: width)
        query = ContiguousArray(repeating: 0, count: width)
    }

    var count: Int { numbers.count }
    var clusterCount: Int { max(1, clusters.count) }

    // MARK: Changing

    mutating func set(_ key: Key, _ vector: [Float]) {
        if let slot = numbers[key] {
            leave(slot)
            write(vector, slot)
            enter(slot, vector)
            return
        }
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            keys[Int(slot)] = key
        } else {
            slot = Int32(keys.count)
            keys.append(key)
            vectors.append(contentsOf: repeatElement(0, count: width))
            places.append((-1, -1))
        }
        numbers[key] = slot
        write(vector, slot)
        enter(slot, vector)
    }

    mutating func remove(_ key: Key) {
        guard let slot = numbers.removeValue(forKey: key) else { return }
        leave(slot)
        free.append(slot)
    }

    private mutating func write(_ vector: [Float], _ slot: Int32) {
        let start = Int(slot) * width
        for place in 0..<dimension { vectors[start + place] = vector[place] }
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
        let start = Int(slot) * width
        vectors.withUnsafeBufferPointer { vectors in
            clusters[cluster].append(slot, UnsafeBufferPointer(rebasing: vectors[start..<(start + width)]))
        }
        places[Int(slot)] = (Int32(cluster), Int32(clusters[cluster].count - 1))
        spreads[cluster] = clusters[cluster].spread
        largest = max(largest, clusters[cluster].count)
    }

    private mutating func leave(_ slot: Int32) {
        let (cluster, row) = places[Int(slot)]
        guard cluster >= 0 else { return }
        let start = Int(slot) * width
        let moved = vectors.withUnsafeBufferPointer { vectors in
            clusters[Int(cluster)].remove(
                row: Int(row), UnsafeBufferPointer(rebasing: vectors[start..<(start + width)]))
        }
        if let moved { places[Int(moved)].row = row }
        places[Int(slot)] = (-1, -1)
        spreads[Int(cluster)] = clusters[Int(cluster)].spread
    }

    // MARK: Clusters

    /// The cluster whose centre is nearest: highest x·c − ½|c|².
    private mutating func nearest(_ vector: [Float]) -> Int {
        let scale = encode(vector)
        score(centres, scale, trueSize: true)
        var best = 0
        var highest = -Float.infinity
        for cluster in clusters.indices {
            let value = scores[cluster] - clusters[cluster].halfNorm
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
        var centres = start.map { full($0) }
        for _ in 0..<4 { improve(&centres, members) }
        replace([0], by: centres, members: members)
    }

    /// One round of k-means (Lloyd 1982).
    private mutating func improve(_ centres: inout [ContiguousArray<Float>], _ members: ContiguousArray<Int32>) {
        var sums = centres.map { _ in ContiguousArray<Float>(repeating: 0, count: width) }
        var counts = ContiguousArray(repeating: 0, count: centres.count)
        let halves = centres.map(Self.halfNorm)
        for slot in members {
            let place = Self.nearest(slot, centres, halves, vectors, width)
            for component in 0..<width { sums[place][component] += vectors[Int(slot) * width + component] }
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
        for slot in members {
            let likeness = Self.dot(vectors, Int(slot) * width, vectors, Int(first) * width, width)
            if likeness < lowest { (second, lowest) = (slot, likeness) }
        }
        var pair = [full(first), full(second)]
        for _ in 0..<4 { improve(&pair, members) }
        let around = Array(neighbourhood(of: clusters[cluster].centre, 8)).filter { $0 != cluster }
        replace([cluster], by: pair, members: members)
        for other in around { reassign(other) }
    }

    /// The clusters with the nearest centres.
    private mutating func neighbourhood(of centre: ContiguousArray<Float>, _ count: Int) -> ArraySlice<Int> {
        let scale = encode(Array(centre.prefix(dimension)))
        score(centres, scale, trueSize: true)
        return clusters.indices.sorted { scores[$0] - clusters[$0].halfNorm > scores[$1] - clusters[$1].halfNorm }
            .prefix(count)
    }

    /// Moves members that have a nearer centre by now; never splits, so it ends.
    private mutating func reassign(_ cluster: Int) {
        for slot in clusters[cluster].slots {
            let place = nearest(Array(full(slot).prefix(dimension)))
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
        for slot in members { put(slot, into: numbers[Self.nearest(slot, centres, halves, vectors, width)]) }
    }

    private func full(_ slot: Int32) -> ContiguousArray<Float> {
        ContiguousArray(vectors[(Int(slot) * width)..<((Int(slot) + 1) * width)])
    }

    // MARK: Searching

    mutating func search(_ vector: [Float], _ count: Int) -> [VectorIndex.Neighbour] {
        if clusters.count <= 1 { return searchExactly(vector, count) }
        let scale = encode(vector)
        promise(vector, scale)
        makeRoom()
        var best = Best(limit: max(count * settings.rerank, count + 8))
        let looked = query.withUnsafeBufferPointer { query in
            clusters.withUnsafeBufferPointer { clusters in
                promises.withUnsafeMutableBufferPointer { promises in
                    scores.withUnsafeMutableBufferPointer { scores in
                        passing.withUnsafeMutableBufferPointer { rows in
                            ClusterScan(query: query, width: width, clusters: clusters, scores: scores, rows: rows)
                                .run(promises, &best)
                        }
                    }
                }
            }
        }
        looks.add(looked)
        return finish(best, vector, count)
    }

    /// The inner product that each cluster's best members may reach, in units of the query's bytes.
    private mutating func promise(_ vector: [Float], _ scale: Float) {
        score(centres, scale)
        let reach = settings.reach * vector.reduce(0) { $0 + $1 * $1 }.squareRoot() / scale
        if promises.count != clusters.count { promises = ContiguousArray(repeating: 0, count: clusters.count) }
        promises.withUnsafeMutableBufferPointer { promises in
            spreads.withUnsafeBufferPointer { spreads in
                scores.withUnsafeBufferPointer { scores in
                    for place in promises.indices { promises[place] = scores[place] + reach * spreads[place] }
                }
            }
        }
    }

    /// Working memory for the largest cluster.
    private mutating func makeRoom() {
        let needed = largest + 2 * Int(quanyu_lanes)
        if scores.count < needed { scores.append(contentsOf: repeatElement(0, count: needed - scores.count)) }
        if passing.count < needed { passing.append(contentsOf: repeatElement(0, count: needed - passing.count)) }
    }

    mutating func searchExactly(_ vector: [Float], _ count: Int) -> [VectorIndex.Neighbour] {
        var best = Best(limit: count)
        let padded = vector + [Float](repeating: 0, count: width - dimension)
        for cluster in clusters {
            for slot in cluster.slots {
                best.offer(Self.dot(padded, vectors, Int(slot) * width, width), slot)
            }
        }
        return finish(best, vector, count)
    }

    private func finish(_ best: Best, _ vector: [Float], _ count: Int) -> [VectorIndex.Neighbour] {
        let padded = vector + [Float](repeating: 0, count: width - dimension)
        let slots = best.entries.map(\.number)
        var products = [Float](repeating: 0, count: slots.count)
        slots.withUnsafeBufferPointer { slots in
            vectors.withUnsafeBufferPointer { vectors in
                guard let slots = slots.baseAddress, let vectors = vectors.baseAddress else { return }
                quanyu_dot_rows(padded, vectors, slots, Int64(products.count), Int64(width), &products)
            }
        }
        var order = Array(slots.indices)
        order.sort { products[$0] != products[$1] ? products[$0] > products[$1] : slots[$0] < slots[$1] }
        return order.prefix(count).map { VectorIndex.Neighbour(key: keys[Int(slots[$0])], score: products[$0]) }
    }

    mutating func calibrate(recall: Double, count: Int, seed: UInt64) {
        guard clusters.count > 1 else { return }
        var random = SplitMix64(seed: seed)
        let slots = Array(numbers.values).sorted()
        let queries = (0..<200).map { _ -> [Float] in
            // Half-way between two relatives: like a query, not one of the vectors themselves.
            let slot = slots[Int(random.unit() * Double(slots.count))]
            let own = Array(full(slot).prefix(dimension))
            let other = searchExactly(own, 2).last.flatMap { numbers[$0.key] } ?? slot
            return zip(own, full(other)).map { ($0 + $1) / 2 }
        }
        let truth = queries.map { Set(searchExactly($0, count).map(\.key)) }
        let wanted = recall * Double(truth.reduce(0) { $0 + $1.count })
        // Halving: what is found grows with the reach, all but exactly.
        var (short, long) = (Float(0), Float(2))
        for _ in 0..<10 {
            settings.reach = (short + long) / 2
            var found = 0
            for (query, wanted) in zip(queries, truth) {
                found += search(query, count).count { wanted.contains($0.key) }
            }
            if Double(found) >= wanted { long = settings.reach } else { short = settings.reach }
        }
        settings.reach = long
        looks = Looks()
    }

    // MARK: Arithmetic

    /// Puts the query's bytes in place and returns their scale.
    private mutating func encode(_ vector: [Float]) -> Float {
        query.withUnsafeMutableBufferPointer { query in
            query.baseAddress.map { quanyu_encode(vector, Int64(dimension), $0) } ?? 1
        }
    }

    /// Scores of all codes against the query in place, into ``scores``.
    private mutating func score(_ codes: VectorCodes, _ scale: Float, trueSize: Bool = false) {
        if scores.count < codes.count {
            scores.append(contentsOf: repeatElement(0, count: codes.count - scores.count))
        }
        let (count, width) = (Int64(codes.count), Int64(width))
        scores.withUnsafeMutableBufferPointer { scores in
            query.withUnsafeBufferPointer { query in
                codes.bytes.withUnsafeBufferPointer { bytes in
                    codes.scales.withUnsafeBufferPointer { scales in
                        guard let query = query.baseAddress, let bytes = bytes.baseAddress,
                            let scales = scales.baseAddress, let scores = scores.baseAddress
                        else { return }
                        quanyu_dot_blocks(query, bytes, scales, count, width, scores)
                    }
                }
            }
            // Only centres are weighed against norms, so only their true size matters.
            if trueSize { for place in 0..<codes.count { scores[place] *= scale } }
        }
    }

    /// Inner products of all codes with a vector.
    mutating func scores(of codes: VectorCodes, against vector: [Float]) -> ArraySlice<Float> {
        score(codes, encode(vector), trueSize: true)
        return Array(scores.prefix(codes.count))[...]
    }

    static func halfNorm(_ vector: ContiguousArray<Float>) -> Float {
        vector.reduce(0) { $0 + $1 * $1 } / 2
    }

    private static func nearest(
        _ slot: Int32, _ centres: [ContiguousArray<Float>], _ halves: [Float], _ vectors: ContiguousArray<Float>,
        _ width: Int
    ) -> Int {
        var best = 0
        var highest = -Float.infinity
        for place in centres.indices {
            let value = dot(centres[place], 0, vectors, Int(slot) * width, width) - halves[place]
            if value > highest { (best, highest) = (place, value) }
        }
        return best
    }

    private static func dot(
        _ a: ContiguousArray<Float>, _ from: Int, _ b: ContiguousArray<Float>, _ start: Int, _ width: Int
    ) -> Float {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
                return quanyu_dot(a + from, b + start, Int64(width))
            }
        }
    }

    private static func dot(_ a: [Float], _ b: ContiguousArray<Float>, _ start: Int, _ width: Int) -> Float {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let a = a.baseAddress, let b = b.baseAddress else { return 0 }
                return quanyu_dot(a, b + start, Int64(width))
            }
        }
    }
}

/// How many clusters queries looked at.
struct Looks: Sendable {
    private var queries = 0, clusters = 0

    var mean: Double { Double(clusters) / Double(max(1, queries)) }

    mutating func add(_ looked: Int) {
        queries += 1
        clusters += looked
    }
}
