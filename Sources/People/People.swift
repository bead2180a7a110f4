import HTTP
import Journal
import Kernel
import Store

/// Who is who: accounts, roles, parts in shops, sessions and API tokens.
///
/// A visitor is a person without a row: the identifier lives in a signed cookie, and signing up keeps it, so that
/// everything learned about the visitor stays with the person. Signing in to an account that exists tells the journal
/// that the visitor was that person (``VisitorRecognised``).
public final class People: Sendable {
    /// What the operator may set.
    public struct Configuration: Sendable {
        /// Work factor of scrypt, a power of two. 2^14 takes .2–.4 s.
        public var scryptRounds = 1 << 14
        /// Failed or successful sign-ins that one account or address may try at once.
        public var signInAttempts = 10
        /// A session ends after this time without use.
        public var sessionLifetime = Duration.days(60)
        /// A session's secret is replaced when it is older than this.
        public var secretLifetime = Duration.days(1)

        /// The defaults.
        public init() {}
    }

    let store: any Store
    let journal: Journal
    let source: Source
    let configuration: Configuration
    let passwords: Passwords
    /// A busy session does not ask the store each time. Another node's revocation takes effect when an entry ends.
    let identities = Recent<String, Identity>(lifetime: .seconds(10), limit: 20_000)
    let recentAccounts = Recent<PersonID, Account>(lifetime: .seconds(30), limit: 20_000)
    let signInsByAccount: RateLimiter
    let signInsByAddress: RateLimiter

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source, configuration: Configuration = .init()) {
        self.store = store
        self.journal = journal
        self.source = source
        self.configuration = configuration
        passwords = Passwords(rounds: configuration.scryptRounds, source: source)
        signInsByAccount = RateLimiter(capacity: configuration.signInAttempts, every: .seconds(30), source: source)
        signInsByAddress = RateLimiter(capacity: configuration.signInAttempts * 5, every: .seconds(6), source: source)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "people", number: 1, file: PackageResources._001_people_sql)
    ]
}

/// What can go wrong with accounts.
public enum PeopleProblem: Problem, Equatable {
    /// Another account has this e-mail address.
    case emailTaken
    /// Another account has this handle.
    case handleTaken
    /// No account has this e-mail address and password; which of the two is wrong is not told.
    case wrongCredentials
    /// Somebody who is signed in gave another password than theirs.
    case wrongPassword

    public var details: ProblemDetails {
        switch self {
        case .emailTaken:
            ProblemDetails(
                .conflict, "email-taken", "An account with this e-mail address exists. Sign in instead.",
                zh: "该邮箱已注册，请直接登录。", fields: ["email": "is taken."])
        case .handleTaken:
            ProblemDetails(
                .conflict, "handle-taken", "This handle is taken. Choose another one.", zh: "该用户名已被占用，请换一个。",
                fields: ["handle": "is taken."])
        case .wrongCredentials:
            ProblemDetails(
                .unauthenticated, "wrong-credentials", "The e-mail address or the password is wrong.", zh: "邮箱或密码错误。")
        case .wrongPassword:
            ProblemDetails(
                .forbidden, "wrong-password", "This is not your password. Nothing has changed.", zh: "密码错误，未做任何更改。",
                fields: ["password": "is wrong."])
        }
    }
}

/// A visitor turned out to be a person who has an account: what was learned about the one belongs to the other.
public struct VisitorRecognised: FactContent {
    public static let topic = "people.visitor_recognised"
    /// The visitor until now.
    public let visitor: PersonID
    /// The person.
    public let person: PersonID
    public var key: String { person.description }
}

/// A person is gone for good: whoever made something of what they did forgets it.
public struct PersonDeleted: FactContent {
    public static let topic = "people.person_deleted"
    /// Who; the identifier leads to nobody any more.
    public let person: PersonID
    /// Not the person's own: it has to outlive what is deleted under that.
    public var key: String { "deleted" }
}

/// Somebody has an account now, or the public part of it changed.
public struct PersonChanged: FactContent {
    public static let topic = "people.person_changed"
    /// The person.
    public let person: PersonID
    /// The public name.
    public let name: String
    /// The public handle.
    public let handle: String?
    /// Roles across the marketplace.
    public let roles: [Role]
    public var key: String { person.description }
}
