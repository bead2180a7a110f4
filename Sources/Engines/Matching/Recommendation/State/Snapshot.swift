/// The state as bytes.
extension Learner {
    /// Marks the bytes as ours and names their version.
    private static let mark: UInt64 = 0x5155_4D41_5443_0006

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 1 << 20)
        writer.write(Self.mark)
        writer.write(refreshes)
        write(items, to: &writer)
        write(subjects, to: &writer)
        write(persons, to: &writer)
        writer.write(erased.sorted()) { $0.write($1) }
        writer.write(free) { $0.write($1) }
        writer.write(newcomers.counts.sorted { $0.key < $1.key }) {
            $0.write($1.key)
            $0.write($1.value)
        }
        for number in world.items.indices { writeItem(number, to: &writer) }
        for number in world.subjects.indices { writer.write(world.subjects[number]) }
        for number in people.indices { writer.write(people[number]) }
        for lists in world.trending { for list in lists { writer.write(list) } }
        writer.write(world.adopted)
        writer.write(world.pool) { $0.write($1) }
        writer.write(world.total)
        writer.write(world.shown.level)
        writer.write(world.service)
        writer.write(world.lastTime)
        writer.write(world.linear.version)
        writer.write(world.linear.time)
        writer.write(rows: world.linear.starts, world.linear.entries)
        writer.write(rows: world.linear.personStarts, world.linear.personEntries)
        writer.write(world.embedding)
        return writer.bytes
    }

    init(encoded bytes: [UInt8], configuration: Configuration) throws(SnapshotProblem) {
        var reader = ByteReader(bytes)
        guard bytes.count >= 8, try reader.read(UInt64.self) == Self.mark else { throw .foreign }
        self.init(configuration: configuration)
        refreshes = try reader.read()
        let itemKeys = try reader.directoryParts()
        let subjectKeys = try reader.directoryParts()
        let personKeys = try reader.directoryParts()
        erased = Set(try reader.list { reader throws(SnapshotProblem) in try reader.read(Int32.self) })
        free = try reader.list { reader throws(SnapshotProblem) in try reader.read(Int32.self) }
        newcomers = Newcomers(
            Array(
                try reader.list { reader throws(SnapshotProblem) in
                    (try reader.read(Key.self), try reader.read(UInt8.self))
                }))
        guard free.allSatisfy(erased.contains), erased.allSatisfy({ Int($0) < personKeys.keys.count && $0 >= 0 }) else {
            throw .damaged(at: reader.place)
        }
        items = Directory(keys: itemKeys.keys, aliases: itemKeys.aliases, erased: [])
        subjects = Directory(keys: subjectKeys.keys, aliases: subjectKeys.aliases, erased: [])
        persons = Directory(keys: personKeys.keys, aliases: personKeys.aliases, erased: erased)
        let sizes = (items: itemKeys.keys.count, subjects: subjectKeys.keys.count)
        for _ in 0..<sizes.items { try readItem(from: &reader, sizes) }
        for _ in 0..<sizes.subjects { world.subjects.append(try reader.subject(sizes.items)) }
        for _ in 0..<personKeys.keys.count { people.append(try reader.person(sizes)) }
        for kind in world.trending.indices {
            for window in world.trending[kind].indices {
                world.trending[kind][window] = try reader.topList(sizes.items)
            }
        }
        world.adopted = try reader.topList(sizes.items)
        let pool = try reader.list { reader throws(SnapshotProblem) in try reader.number(below: sizes.items) }
        guard pool.allSatisfy({ $0 >= 0 }) else { throw .damaged(at: reader.place) }
        world.pool = NewListings(pool.map { NewListings.Entry(listedAt: world.items[$0].listedAt, item: $0) })
        world.total = try reader.counters()
        world.shown = LogMass(level: try reader.read())
        world.service = try reader.service()
        world.lastTime = try reader.read()
        world.linear = try reader.linearModel(sizes.items)
        world.embedding = try reader.embedding(sizes)
        guard reader.isAtEnd else { throw .damaged(at: reader.place) }
    }

    private func write(_ directory: Directory, to writer: inout ByteWriter) {
        writer.write(directory.keys.indices) { $0.write(directory.keys[$1]) }
        writer.write(directory.aliases) {
            $0.write($1.key)
            $0.write($1.number)
        }
    }

    private func writeItem(_ number: Int32, to writer: inout ByteWriter) {
        let record = world.items[number]
        writer.write(record.kind.rawValue)
        writer.write(UInt8((record.listed ? 1 : 0) | (record.available ? 2 : 0) | (record.withdrawn ? 4 : 0)))
        for subject in [record.shop, record.creator, record.category] { writer.write(subject) }
        writer.write(record.listedAt)
        writer.write(record.tags) { $0.write($1) }
        writer.write(record.products) { $0.write($1) }
        writer.write(world.counters[number])
        let exploration = world.exploration[number]
        writer.write(exploration.tier)
        writer.write(exploration.impressions)
        writer.write(exploration.responses)
        writer.write(world.neighbours[number].entries) {
            $0.write($1.item)
            $0.write($1.mass)
        }
    }

    private mutating func readItem(
        from reader: inout ByteReader, _ sizes: (items: Int, subjects: Int)
    ) throws(SnapshotProblem) {
        var record = ItemRecord()
        guard let kind = ItemKind(rawValue: try reader.read()) else { throw .damaged(at: reader.place) }
        record.kind = kind
        let flags = try reader.read(UInt8.self)
        (record.listed, record.available, record.withdrawn) = (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0)
        record.shop = try reader.number(below: sizes.subjects)
        record.creator = try reader.number(below: sizes.subjects)
        record.category = try reader.number(below: sizes.subjects)
        record.listedAt = try reader.read()
        record.tags = Tags(
            try reader.list { reader throws(SnapshotProblem) in try reader.number(below: sizes.subjects) })
        record.products = try reader.list { reader throws(SnapshotProblem) in try reader.number(below: sizes.items) }
        world.items.append(record)
        world.counters.append(try reader.counters())
        world.exploration.append(
            Exploration(tier: try reader.read(), impressions: try reader.read(), responses: try reader.read()))
        world.neighbours.append(
            Neighbours(
                entries: try reader.list { reader throws(SnapshotProblem) in
                    Neighbours.Entry(item: try reader.number(below: sizes.items), mass: try reader.read())
                }))
    }
}

extension ByteWriter {
    mutating func write(rows starts: ContiguousArray<Int32>, _ entries: ContiguousArray<LinearModel.Entry>) {
        write(starts) { $0.write($1) }
        write(entries) {
            $0.write($1.item)
            $0.write($1.weight)
        }
    }

    mutating func write(_ list: TopList) {
        write(list.entries) {
            $0.write($1.item)
            $0.write($1.level)
        }
    }

    mutating func write(_ counters: ItemCounters) {
        for window in Window.allCases { write(counters[window].level) }
        for count in [
            counters.impressions, counters.responses, counters.dislikes, counters.persons, counters.buyers,
            counters.repeaters, counters.purchases, counters.refunds, counters.lateDeliveries, counters.complaints,
        ] { write(count) }
        write(counters.first)
        write(counters.adoptedWeek.level)
        write(counters.adoptedMonth.level)
        write(counters.gap)
        write(counters.gaps)
        write(counters.service)
    }

    mutating func write(_ subject: SubjectRecord) {
        write(subject.top)
        write(subject.newest) { $0.write($1) }
        write(subject.month.level)
        write(subject.adopted.level)
        write(subject.impressions)
        write(subject.responses)
        write(subject.service)
    }

    mutating func write(_ service: Service) {
        write(service.purchases.level)
        write(service.refunds.level)
        write(service.lateDeliveries.level)
        write(service.complaints.level)
    }

    mutating func write(_ person: Person) {
        write(person.history.values) { writer, history in
            writer.write(history.item)
            writer.write(history.kinds)
            writer.write(history.purchases)
            writer.write(history.gaps)
            for number in [history.gap, history.fast, history.slow, history.total] { writer.write(number) }
            for time in [history.first, history.last, history.bought] { writer.write(time) }
            writer.write(history.firstVisit)
            writer.write(history.lastVisit)
            writer.write(history.visitBits)
        }
        write(person.affinities.values) { writer, affinity in
            writer.write(affinity.subject)
            for number in [affinity.pulse, affinity.fast, affinity.slow, affinity.damp, affinity.taken] {
                writer.write(number)
            }
            writer.write(affinity.time)
        }
        write(person.seen.values) { writer, seen in
            writer.write(seen.item)
            writer.write(seen.times)
            writer.write(seen.last)
            writer.write(seen.refused)
        }
        write(person.taps) { writer, tap in
            writer.write(tap.item)
            writer.write(tap.weight)
            writer.write(tap.time)
        }
        write(person.follows) { $0.write($1) }
        write(person.blocked) { $0.write($1) }
        write(person.lastTime)
        write(person.visits)
        write(person.responses)
        write(person.firstResponse)
        write(person.lastResponse)
    }
}
