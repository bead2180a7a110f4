import Store

extension Journal {
    /// Deletes every fact under a key: what somebody did who has a right to be forgotten. Followers that have read it
    /// already keep what they made of it; none can read it again.
    public func forget(key: String) async throws {
        try await store.write { try $0.run("DELETE FROM journal WHERE key_text = \(key)") }
    }
}
