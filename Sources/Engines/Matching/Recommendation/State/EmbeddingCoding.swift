/// The embedding as bytes.
extension ByteWriter {
    mutating func write(_ embedding: Embedding) {
        for number in embedding.settled.indices {
            write(embedding.items, number)
            write(embedding.settled[number])
        }
        for number in embedding.subjects.indices { write(embedding.subjects, number) }
        write(embedding.table.settings.reach)
        write(UInt32(embedding.table.writes))
        write(embedding.table.components?.directions ?? []) { $0.write($1) }
        write(embedding.table.clusters) { writer, cluster in
            for component in cluster.centre { writer.write(component) }
            writer.write(cluster.distances)
            // The order of the members is the order of their codes.
            writer.write(cluster.slots) { writer, slot in
                writer.write(slot)
                for component in embedding.table[slot] { writer.write(component) }
            }
        }
    }

    private mutating func write(_ vectors: LearnedVectors, _ number: Int32) {
        for component in vectors.rows[number] { write(component) }
        write(vectors.mass(number))
    }
}

extension ByteReader {
    mutating func embedding(_ sizes: (items: Int, subjects: Int)) throws(SnapshotProblem) -> Embedding {
        var embedding = Embedding()
        for _ in 0..<sizes.items {
            let (sum, mass) = (try components(), try read(Float.self))
            embedding.restoreItem(Array(sum), mass, settled: try read())
        }
        for _ in 0..<sizes.subjects { embedding.restoreSubject(Array(try components()), try read()) }
        let reach: Float = try read()
        let writes = Int(try read(UInt32.self))
        let directions = try list { reader throws(SnapshotProblem) in try reader.read(Float.self) }
        let kept = directions.count / Embedding.width
        guard directions.count == kept * Embedding.width, kept % 16 == 0 else { throw .damaged(at: place) }
        let found = kept == 0 ? nil : PrincipalComponents(width: kept, directions: directions)
        let clusters = try list { reader throws(SnapshotProblem) in
            (
                centre: try reader.components(found?.width ?? Embedding.width),
                distances: try reader.read(Double.self),
                members: try reader.list { reader throws(SnapshotProblem) in
                    (slot: try reader.number(below: sizes.items), vector: try reader.components())
                }
            )
        }
        guard embedding.restore(clusters, found, writes: writes, reach: reach) else { throw .damaged(at: place) }
        return embedding
    }

    private mutating func components(
        _ count: Int = Embedding.width
    ) throws(SnapshotProblem) -> ContiguousArray<Float> {
        var components = ContiguousArray<Float>()
        components.reserveCapacity(count)
        for _ in 0..<count { components.append(try read()) }
        return components
    }
}
