/// The counterparts of the writers in Snapshot.swift, field by field.
extension ByteReader {
    mutating func directoryParts() throws(SnapshotProblem) -> (keys: [Key], aliases: [(key: Key, number: Int32)]) {
        let keys = Array(try list { reader throws(SnapshotProblem) in try reader.read(Key.self) })
        let aliases = try list { reader throws(SnapshotProblem) in
            (key: try reader.read(Key.self), number: try reader.number(below: keys.count))
        }
        return (keys, Array(aliases))
    }

    mutating func counters() throws(SnapshotProblem) -> ItemCounters {
        var counters = ItemCounters()
        counters.hour.level = try read()
        counters.day.level = try read()
        counters.week.level = try read()
        counters.month.level = try read()
        counters.impressions = try read()
        counters.responses = try read()
        counters.dislikes = try read()
        counters.persons = try read()
        counters.buyers = try read()
        counters.repeaters = try read()
        counters.purchases = try read()
        counters.refunds = try read()
        counters.lateDeliveries = try read()
        counters.complaints = try read()
        counters.first = try read()
        counters.adoptedWeek.level = try read()
        counters.adoptedMonth.level = try read()
        counters.gap = try read()
        counters.gaps = try read()
        counters.service = try service()
        return counters
    }

    mutating func topList(_ items: Int) throws(SnapshotProblem) -> TopList {
        TopList(
            entries: try list { reader throws(SnapshotProblem) in
                TopList.Entry(item: try reader.number(below: items), level: try reader.read())
            })
    }

    mutating func subject(_ items: Int) throws(SnapshotProblem) -> SubjectRecord {
        var record = SubjectRecord()
        record.top = try topList(items)
        record.newest = try list { reader throws(SnapshotProblem) in try reader.number(below: items) }
        record.month.level = try read()
        record.adopted.level = try read()
        record.impressions = try read()
        record.responses = try read()
        record.service = try service()
        return record
    }

    mutating func service() throws(SnapshotProblem) -> Service {
        var service = Service()
        service.purchases.level = try read()
        service.refunds.level = try read()
        service.lateDeliveries.level = try read()
        service.complaints.level = try read()
        return service
    }

    mutating func person(_ sizes: (items: Int, subjects: Int)) throws(SnapshotProblem) -> Person {
        var person = Person()
        person.history = SortedTable(
            values: try list { reader throws(SnapshotProblem) in try reader.history(sizes.items) })
        person.affinities = SortedTable(
            values: try list { reader throws(SnapshotProblem) in try reader.affinity(sizes.subjects) })
        person.seen = SortedTable(
            values: try list { reader throws(SnapshotProblem) in
                let item = try reader.number(below: sizes.items)
                let times: Int32 = try reader.read()
                return Seen(item: item, times: times, last: try reader.read(), refused: try reader.read())
            })
        person.taps = try list { reader throws(SnapshotProblem) in
            Tap(item: try reader.number(below: sizes.items), weight: try reader.read(), time: try reader.read())
        }
        person.follows = try list { reader throws(SnapshotProblem) in try reader.number(below: sizes.subjects) }
        person.blocked = try list { reader throws(SnapshotProblem) in try reader.number(below: sizes.subjects) }
        person.lastTime = try read()
        person.visits = try read()
        person.responses = try read()
        person.firstResponse = try read()
        person.lastResponse = try read()
        return person
    }

    private mutating func history(_ items: Int) throws(SnapshotProblem) -> History {
        var history = History(item: try number(below: items), time: 0)
        history.kinds = try read()
        history.purchases = try read()
        history.gaps = try read()
        history.gap = try read()
        history.fast = try read()
        history.slow = try read()
        history.total = try read()
        history.first = try read()
        history.last = try read()
        history.bought = try read()
        history.firstVisit = try read()
        history.lastVisit = try read()
        history.visitBits = try read()
        return history
    }

    private mutating func affinity(_ subjects: Int) throws(SnapshotProblem) -> Affinity {
        let subject = try number(below: subjects)
        var affinity = Affinity(subject: subject, time: 0)
        affinity.pulse = try read()
        affinity.fast = try read()
        affinity.slow = try read()
        affinity.damp = try read()
        affinity.taken = try read()
        affinity.time = try read()
        return affinity
    }

    mutating func linearModel(_ items: Int) throws(SnapshotProblem) -> LinearModel {
        let version: UInt32 = try read()
        let time: Int64 = try read()
        let rows = try rows(items)
        let persons = try self.rows(items)
        return LinearModel(
            starts: rows.starts, entries: rows.entries, personStarts: persons.starts, personEntries: persons.entries,
            time: time, version: version)
    }

    private mutating func rows(
        _ items: Int
    ) throws(SnapshotProblem) -> (starts: ContiguousArray<Int32>, entries: ContiguousArray<LinearModel.Entry>) {
        let starts = try list { reader throws(SnapshotProblem) in try reader.read(Int32.self) }
        let entries = try list { reader throws(SnapshotProblem) in
            LinearModel.Entry(item: try reader.number(below: items), weight: try reader.read())
        }
        var last: Int32 = 0
        for start in starts {
            guard start >= last, Int(start) <= entries.count else { throw .damaged(at: place) }
            last = start
        }
        return (starts, entries)
    }
}
