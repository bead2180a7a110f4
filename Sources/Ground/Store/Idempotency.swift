import Foundation
import Kernel

/// The caller's own name for one command: sent again, it gets the first answer and does nothing twice.
public struct IdempotencyKey: Hashable, Sendable {
    /// Whose key it is; two callers may use the same text.
    public let caller: String
    /// What the caller sent, 1–128 visible ASCII characters.
    public let text: String

    /// Checks the text.
    ///
    /// - Throws: ``InvalidField``.
    public init(caller: String, text: String) throws {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw InvalidField(
                "Idempotency-Key", "must be 1–128 visible ASCII characters.", zh: "须为 1–128 个可见 ASCII 字符。")
        }
        self.caller = caller
        self.text = text
    }
}

/// The same key came with another request.
public struct IdempotencyKeyReused: Problem, Equatable {
    public init() {}

    public var details: ProblemDetails {
        ProblemDetails(
            .invalid, "idempotency-key-reused",
            "This Idempotency-Key was used for a different request. Use a new key for a new request.",
            zh: "该幂等键已用于另一个请求，请使用新的键。")
    }
}

extension Transaction {
    /// Runs `command` the first time that `key` is seen and returns its stored answer every time after.
    ///
    /// The answer is kept in the transaction of the command, so both happen or neither. An error keeps nothing: the
    /// caller may try again with the same key.
    ///
    /// - Parameters:
    ///   - key: the caller's key; with `nil` the command simply runs.
    ///   - fingerprint: what was asked, so that the same key with another request is refused.
    /// - Throws: ``IdempotencyKeyReused``, or what `command` throws.
    public func once<Answer: Codable>(
        _ key: IdempotencyKey?, fingerprint: String, at now: Instant, _ command: () throws -> Answer
    ) throws -> Answer {
        guard let key else { return try command() }
        let claimed = try run(
            """
            INSERT INTO idempotency_keys (caller, key_text, fingerprint, created_at)
            VALUES (\(key.caller), \(key.text), \(fingerprint), \(now))
            ON CONFLICT (caller, key_text) DO NOTHING
            """)
        if claimed == 1 {
            let answer = try command()
            let stored = String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
            try send(
                """
                UPDATE idempotency_keys SET answer = \(stored) WHERE caller = \(key.caller) AND key_text = \(key.text)
                """)
            return answer
        }
        let first = try row(
            "SELECT fingerprint, answer FROM idempotency_keys WHERE caller = \(key.caller) AND key_text = \(key.text)")
        guard let first, try first.get("fingerprint") == fingerprint else { throw IdempotencyKeyReused() }
        return try JSONDecoder().decode(Answer.self, from: Data(try first.get("answer", as: String.self).utf8))
    }

    /// Forgets answers given before `limit`; call it now and then.
    ///
    /// - Returns: how many there were.
    public func forgetIdempotencyKeys(before limit: Instant) throws -> Int {
        try run("DELETE FROM idempotency_keys WHERE created_at < \(limit)")
    }
}

/// The ground's own tables.
public let storeMigrations = [
    Migration(
        room: "store", number: 1,
        text: """
            CREATE TABLE idempotency_keys (
                caller TEXT NOT NULL,
                key_text TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                answer TEXT,
                created_at BIGINT NOT NULL,
                PRIMARY KEY (caller, key_text)
            );
            CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
            """)
]
