import Kernel

/// What somebody may do across the marketplace. A person may hold several.
public enum Role: String, Sendable, Codable, CaseIterable {
    case shopper, creator, merchant, warehouse, `operator`
}

/// What a member of a shop's staff may do there.
public enum ShopRole: String, Sendable, Codable, CaseIterable {
    case owner, manager, goods, support, warehouse, finance, viewer
}

/// What an API token may be used for.
public enum Scope: String, Sendable, Codable, CaseIterable {
    case profile
    case shopping
    case orders
    case content
    case shops
    case operate
}

/// Who is asking.
public struct Identity: Sendable, Equatable {
    /// How we know who it is.
    public enum Proof: Sendable, Equatable {
        /// A signed cookie of somebody without an account.
        case visitor
        /// A signed-in browser.
        case session(SessionID)
        /// A program, limited to scopes.
        case token(TokenID, Set<Scope>)
    }

    /// The person or visitor.
    public let person: PersonID
    /// How we know.
    public let proof: Proof
    /// Roles of the person; empty for a visitor.
    public let roles: Set<Role>
    /// The person's part in shops.
    public let shops: [ShopID: ShopRole]
    /// The person's name, for pages.
    public let name: String

    /// An identity.
    public init(
        person: PersonID, proof: Proof, roles: Set<Role> = [], shops: [ShopID: ShopRole] = [:], name: String = ""
    ) {
        self.person = person
        self.proof = proof
        self.roles = roles
        self.shops = shops
        self.name = name
    }

    /// Whether there is no account behind it.
    public var isVisitor: Bool { proof == .visitor }

    /// Lets operators pass.
    ///
    /// - Throws: ``Forbidden`` for anybody else.
    public func requireOperator() throws {
        guard roles.contains(.operator) else { throw Forbidden("the role operator") }
    }
}

/// Nobody is signed in where somebody has to be.
public struct SignInRequired: Problem, Equatable {
    public init() {}

    public var details: ProblemDetails {
        ProblemDetails(.unauthenticated, "sign-in-required", "Sign in to do this.", zh: "请先登录。")
    }
}

/// Who may use a route.
public enum Access: Sendable, Equatable {
    /// Anybody, unknown callers included.
    case anyone
    /// Anybody who can be told apart: a visitor's cookie is enough, and is handed out when it is missing.
    case visitor
    /// Somebody signed in; a token needs the scope.
    case person(Scope)
    /// Somebody with one of the roles; a token needs the scope as well.
    case role(Set<Role>, Scope)

    /// Checks an identity.
    ///
    /// - Throws: ``SignInRequired`` or ``Forbidden``.
    public func check(_ identity: Identity?) throws {
        switch self {
        case .anyone, .visitor: return
        case .person(let scope): try Self.check(identity, scope)
        case .role(let roles, let scope):
            let identity = try Self.check(identity, scope)
            guard !roles.isDisjoint(with: identity.roles) else {
                throw Forbidden("the role \(roles.map(\.rawValue).sorted().joined(separator: " or "))")
            }
        }
    }

    @discardableResult
    private static func check(_ identity: Identity?, _ scope: Scope) throws -> Identity {
        guard let identity, !identity.isVisitor else { throw SignInRequired() }
        if case .token(_, let scopes) = identity.proof, !scopes.contains(scope) {
            throw Forbidden("a token with the scope \(scope.rawValue)")
        }
        return identity
    }
}
