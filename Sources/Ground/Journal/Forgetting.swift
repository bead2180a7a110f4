import Store

extension Journal {
    /// Deletes every fact under a key: what somebody did who has a right to be forgotten. Followers that have read it
    /// already keep what they made of it; none can read it again.
    ///
    /// - Parameters:
    ///   - alias: stands for the key wherever it is a value in the facts that stay.
    ///   - topics: what stays of it: facts under other keys that name it.
    public func forget(key: String, naming alias: String = "", in topics: [String] = []) async throws {
        let (value, other) = ("\"\(key)\"", "\"\(alias)\"")
        let pattern = "%\(value)%"
        try await store.write { transaction in
            try transaction.run("DELETE FROM journal WHERE key_text = \(key)")
            guard !topics.isEmpty else { return }
            try transaction.run(
                """
                UPDATE journal SET payload = REPLACE(payload, \(value), \(other))
                WHERE topic IN \(list: topics) AND payload LIKE \(pattern)
                """)
        }
    }
}
