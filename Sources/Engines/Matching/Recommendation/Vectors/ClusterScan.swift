import CVectors

/// Looks through the clusters that promise more than what was found.
struct ClusterScan {
    let query: UnsafeBufferPointer<Int8>
    let width: Int
    let clusters: UnsafeBufferPointer<VectorCluster>
    let scores: UnsafeMutableBufferPointer<Float>
    let rows: UnsafeMutableBufferPointer<Int32>

    /// The clusters that are looked at whatever the others promise: they raise the bar.
    private static let firstLooks = 8

    /// - Parameters:
    ///   - promises: of each cluster; those looked at first lose theirs.
    ///   - limit: most clusters looked at, the most promising; nil for all that promise more than what was found.
    /// - Returns: how many clusters were looked at.
    func run(_ promises: UnsafeMutableBufferPointer<Float>, _ best: inout Best, limit: Int?) -> Int {
        let first = Best.places(of: UnsafeBufferPointer(promises), limit: limit ?? Self.firstLooks)
        for place in first { fetch(place) }
        for place in first {
            look(into: place, &best)
            promises[Int(place)] = -.infinity
        }
        var looked = first.count
        if limit != nil { return first.count }
        // One behind, so that the memory of each is on its way before it is read.
        var waiting: Int32 = -1
        for place in 0..<Int32(promises.count) where promises[Int(place)] > best.bar {
            fetch(place)
            if waiting >= 0, promises[Int(waiting)] > best.bar {
                look(into: waiting, &best)
                looked += 1
            }
            waiting = place
        }
        guard waiting >= 0, promises[Int(waiting)] > best.bar else { return looked }
        look(into: waiting, &best)
        return looked + 1
    }

    @inline(__always)
    private func fetch(_ cluster: Int32) {
        clusters[Int(cluster)].codes.bytes.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { quanyu_prefetch(start, Int64(min(bytes.count, 1024))) }
        }
        clusters[Int(cluster)].codes.scales.withUnsafeBytes { scales in
            if let start = scales.baseAddress { quanyu_prefetch(start, Int64(min(scales.count, 512))) }
        }
    }

    /// Offers what is better than the bar of one cluster.
    @inline(__always)
    private func look(into cluster: Int32, _ best: inout Best) {
        clusters[Int(cluster)].codes.bytes.withUnsafeBufferPointer { bytes in
            clusters[Int(cluster)].codes.scales.withUnsafeBufferPointer { scales in
                clusters[Int(cluster)].slots.withUnsafeBufferPointer { slots in
                    guard let query = query.baseAddress, let bytes = bytes.baseAddress, let scales = scales.baseAddress,
                        let products = self.scores.baseAddress, let rows = self.rows.baseAddress
                    else { return }
                    let found = quanyu_dot_above(
                        query, bytes, scales, Int64(slots.count), Int64(width), best.bar, products, rows)
                    for place in 0..<Int(found) { best.offer(products[place], slots[Int(rows[place])]) }
                }
            }
        }
    }
}
