/// The state that events change: the world of items, and the people.
///
/// Everything here is a pure function of the calls in their order, so replaying a journal gives the same bits.
struct Learner: Sendable {
    let configuration: Configuration
    var world = World()
    var items = Directory()
    var subjects = Directory()
    var persons = Directory()
    var people = Chunked<Person>()
    /// Numbers of persons who were forgotten or merged away.
    var erased: Set<Int32> = []
    /// Those of them that may stand for others, the next one last.
    var free: ContiguousArray<Int32> = []
    var newcomers = Newcomers()
    /// How often the background model was rebuilt; part of the model version.
    var refreshes: UInt32 = 0
    /// Probabilities of actions in force.
    var actions: ActionModels?
    /// What was offered and what came of it, waiting to be learned from; no part of a snapshot.
    var ledger = SlateLedger()
    /// Learned rankings in force.
    var rankings = LearnedRankings()

    init(configuration: Configuration) { self.configuration = configuration }

    // MARK: Numbers

    mutating func itemNumber(_ key: Key) -> Int32 {
        let (number, isNew) = items.admit(key)
        if isNew {
            newcomers.settle(key)
            world.items.append(ItemRecord())
            world.counters.append(ItemCounters())
            world.exploration.append(Exploration())
            world.neighbours.append(Neighbours())
            world.embedding.admitItem()
        }
        return number
    }

    mutating func subjectNumber(_ key: Key) -> Int32 {
        let (number, isNew) = subjects.admit(key)
        if isNew {
            world.subjects.append(SubjectRecord())
            world.embedding.admitSubject()
        }
        return number
    }

    mutating func personNumber(_ key: Key) -> Int32 {
        if let number = persons.number(of: key) { return number }
        if let number = free.popLast() {
            erased.remove(number)
            persons.assign(key, to: number)
            return number
        }
        people.append(Person())
        return persons.admit(key).number
    }

    // MARK: Listing

    mutating func list(_ item: Item) {
        let number = itemNumber(item.id)
        let before = world.items[number]
        var record = ItemRecord()
        record.kind = item.kind
        record.listed = true
        record.available = item.available
        record.withdrawn = false
        record.shop = item.shop.map { subjectNumber($0) } ?? -1
        record.creator = item.creator.map { subjectNumber($0) } ?? -1
        record.category = item.category.map { subjectNumber($0) } ?? -1
        record.listedAt = item.listedAt
        for tag in item.tags {
            let subject = subjectNumber(tag)
            if subject != record.category && !record.tags.contains(subject) { record.tags.append(subject) }
        }
        for product in item.products where product != item.id { record.products.append(itemNumber(product)) }
        world.pool.remove(number, listedAt: before.listedAt)
        world.items[number] = record
        if before.listed { leaveSubjects(number, before, keeping: record) }
        world.embedding.settle(number, record)
        record.subjects { subject in
            if world.subjects[subject].newest.contains(number) { return }
            world.subjects[subject].newest.append(number)
            if world.subjects[subject].newest.count > SubjectRecord.newestCapacity {
                world.subjects[subject].newest.removeFirst()
            }
            let level = world.counters[number].month.level
            if level > -.infinity {
                world.subjects[subject].top.rise(number, to: level, capacity: SubjectRecord.topCapacity)
            }
        }
        enterPool(number)
    }

    /// Puts a new listing into the exploration pool.
    private mutating func enterPool(_ number: Int32) {
        let listedAt = world.items[number].listedAt
        guard world.exploration[number].tier >= 0, listedAt >= world.lastTime - configuration.newSpan else { return }
        world.pool.insert(number, listedAt: listedAt)
    }

    /// Lets go of listings that are no longer new.
    mutating func agePool() {
        world.pool.removeAll(listedBefore: world.lastTime - configuration.newSpan)
    }

    /// A listing that moved to another category or shop leaves the lists of the old one.
    private mutating func leaveSubjects(_ number: Int32, _ old: ItemRecord, keeping new: ItemRecord) {
        var kept: Set<Int32> = []
        new.subjects { kept.insert($0) }
        old.subjects { subject in
            if kept.contains(subject) { return }
            world.subjects[subject].top.remove(number)
            world.subjects[subject].newest.removeAll { $0 == number }
        }
    }

    mutating func setAvailable(_ key: Key, _ available: Bool) {
        guard let number = items.number(of: key) else { return }
        world.items[number].available = available
    }

    mutating func withdraw(_ key: Key) {
        let number = itemNumber(key)
        world.items[number].withdrawn = true
        world.items[number].available = false
        world.pool.remove(number, listedAt: world.items[number].listedAt)
    }

    // MARK: People

    mutating func merge(_ visitor: Key, into person: Key) {
        guard visitor != person, let from = persons.number(of: visitor) else { return }
        let to = personNumber(person)
        if from == to { return }
        people[to].absorb(people[from], configuration)
        people[from] = Person()
        ledger.merge(from, into: to)
        world.linear = world.linear.forgetting(from)
        persons.erase(from)
        erased.insert(from)
        // What the visitor's open page still sends belongs to the person from now on.
        persons.alias(visitor, to: to)
    }

    mutating func forget(_ person: Key) {
        guard let number = persons.number(of: person) else { return }
        people[number] = Person()
        ledger.forget(number)
        world.linear = world.linear.forgetting(number)
        persons.erase(number)
        erased.insert(number)
    }
}
