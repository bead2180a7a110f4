import Foundation
import Journal
import Kernel
import KeyedDraw
import Store
import Synchronization

/// How people fare: surveys of people who were drawn, and the experience score of shops.
///
/// Who is asked is a keyed hash over everybody who was seen (or every order received, every case ended), so the draw repeats
/// and favours nobody; ``surveyFollower`` makes the invitations from the journal, and answers are weighted back to all.
public final class Experience: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    /// How often people are asked.
    public let terms: SurveyTerms
    private let key = Mutex<DrawKey?>(nil)

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source, terms: SurveyTerms = SurveyTerms()) {
        self.store = store
        self.journal = journal
        self.source = source
        self.terms = terms
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "experience", number: 1, file: PackageResources._001_surveys_sql),
        Migration(room: "experience", number: 2, file: PackageResources._002_scores_sql),
    ]

    /// The key of every draw; the first call of all makes it.
    func drawKey(in transaction: any Transaction) throws -> DrawKey {
        if let known = key.withLock({ $0 }) { return known }
        let made = source.secret(bytes: 32)
        try transaction.run(
            "INSERT INTO survey_secret (id, secret) VALUES (1, \(made)) ON CONFLICT (id) DO NOTHING")
        guard let secret = try transaction.value("SELECT secret FROM survey_secret WHERE id = 1", as: String.self)
        else { throw StoreError.unreadableColumn("secret") }
        let fresh = DrawKey(secret: secret)
        // Kept only once it is durable: a unit of work may still be undone.
        transaction.afterCommit { [self] in key.withLock { $0 = fresh } }
        return fresh
    }
}
