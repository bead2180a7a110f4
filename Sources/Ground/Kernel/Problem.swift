/// A failure that a caller can understand and act on; the HTTP room writes it as RFC 9457 problem details.
///
/// Rooms throw their own typed errors and say here, in one place, how each reads.
public protocol Problem: Error {
    /// What the failure is, for programs and for people.
    var details: ProblemDetails { get }
}

/// The class of a failure; each has one HTTP status.
public enum ProblemKind: Int, Sendable {
    /// The request can't be understood.
    case malformed = 400
    /// Nobody is signed in.
    case unauthenticated = 401
    /// Somebody is signed in who may not do this.
    case forbidden = 403
    /// There is no such thing, or it is not theirs to see.
    case notFound = 404
    /// It collides with what is there now.
    case conflict = 409
    /// It is gone for good.
    case gone = 410
    /// The request is larger than allowed.
    case tooLarge = 413
    /// It can be read, but a value breaks a rule.
    case invalid = 422
    /// Too many requests; try later.
    case tooMany = 429
    /// A fault of ours.
    case internalFault = 500
    /// The store is full or overloaded; try later.
    case unavailable = 503
}

/// RFC 9457 problem details.
public struct ProblemDetails: Sendable, Equatable {
    /// Decides the HTTP status.
    public let kind: ProblemKind
    /// A stable name for programs, for example `out-of-stock`; the `type` member is a URI made of it.
    public let code: String
    /// One sentence in English for people, saying what to do.
    public let detail: String
    /// The same sentence in Chinese.
    public let detailChinese: String
    /// The offending fields or lines, each with its own reason.
    public let fields: [String: String]
    /// Seconds after which a retry may succeed.
    public let retryAfter: Int?

    /// A problem of `kind` named `code`, with the sentence a person reads.
    public init(
        _ kind: ProblemKind, _ code: String, _ detail: String, zh detailChinese: String,
        fields: [String: String] = [:], retryAfter: Int? = nil
    ) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.detailChinese = detailChinese
        self.fields = fields
        self.retryAfter = retryAfter
    }
}

/// A value that broke a rule, with the name of its field.
public struct InvalidField: Problem, Equatable {
    /// The field as the API names it.
    public let field: String
    /// Why, in English.
    public let reason: String
    /// Why, in Chinese.
    public let reasonChinese: String

    /// `field` breaks a rule for `reason`.
    public init(_ field: String, _ reason: String, zh reasonChinese: String) {
        self.field = field
        self.reason = reason
        self.reasonChinese = reasonChinese
    }

    public var details: ProblemDetails {
        ProblemDetails(
            .invalid, "invalid-field", "\(field): \(reason)", zh: "\(field)：\(reasonChinese)", fields: [field: reason])
    }
}

/// There is no such thing, or the caller may not see it: both read the same, so that nothing leaks.
public struct NotFound: Problem, Equatable {
    /// What was looked for, for example `order`.
    public let what: String

    /// No `what` was found.
    public init(_ what: String) { self.what = what }

    public var details: ProblemDetails {
        ProblemDetails(
            .notFound, "not-found", "There is no such \(what), or it is not yours to see.", zh: "找不到该内容，或你无权查看。")
    }
}

/// The caller is known but may not do this.
public struct Forbidden: Problem, Equatable {
    /// What would be needed, in English.
    public let need: String

    /// The caller lacks `need`.
    public init(_ need: String) { self.need = need }

    public var details: ProblemDetails {
        ProblemDetails(.forbidden, "forbidden", "This needs \(need).", zh: "你没有此操作的权限。")
    }
}
