import Journal

extension Feed {
    /// Does at once what ``run()`` does in its own time, then returns: writes the slate log and learns all that the journal
    /// holds. For a simulation, whose days are shorter than a second and which has to repeat from its seed.
    public func catchUp() async throws {
        await log.flushAll()
        try await applyRest()
    }

    /// Takes in what the journal holds behind the place that was reached.
    func applyRest() async throws {
        let start = applied.withLock { $0 }
        let end = try await journal.replay(after: start, topics: Self.topics) { [self] in apply($0) }
        applied.withLock { $0 = end }
        saveIfOwed()
    }

    /// Renews the item-to-item model and the learned actions once, as ``run()`` does every ten minutes.
    public func renew() {
        engine.refresh(now: source.now.milliseconds)
        learn()
    }
}
