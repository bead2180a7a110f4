import Catalog
import HTTP
import Kernel
import Live
import Pricing
import Shops
import Store

/// A creator, or a shop's staff, hosts live sessions: announces, goes on air, shows goods, keeps order, ends.
public struct HostLive: Sendable {
    let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// One step of the host in a session.
    public final class Step: Sendable {
        /// What is done.
        public enum Kind: Sendable {
            case start, end, cancel
            case add(ProductID)
            case take(ProductID)
            /// The whole bag in its new order.
            case order([ProductID])
            /// `nil` shows nothing.
            case pin(ProductID?)
            case ban(BannedWords)
            case mute(PersonID)
            case unmute(PersonID)
            case remove(LiveMessageID)
        }

        let kind: Kind
        let session: LiveSessionID

        /// `kind` in `session`.
        public init(_ kind: Kind, in session: LiveSessionID) {
            self.kind = kind
            self.session = session
        }
    }

    /// Announces a session.
    ///
    /// - Throws: ``Forbidden`` and ``NotFound`` for whoever may not host there, ``NotFound`` for goods that are not for
    ///   sale or not the shop's, ``LiveProblem``.
    public func schedule(_ plan: LivePlan, _ command: Command) async throws -> LiveSession {
        try Self.require(plan.host, command.identity)
        let job = Announcement(plan, command, as: market.source.identifier())
        return try await market.store.write { [self] in try announce(job, in: $0) }
    }

    /// One plan; a class, so that it is one thing to hand on.
    private final class Announcement: Sendable {
        let plan: LivePlan
        let command: Command
        let id: LiveSessionID

        init(_ plan: LivePlan, _ command: Command, as id: LiveSessionID) {
            self.plan = plan
            self.command = command
            self.id = id
        }
    }

    private func announce(_ job: Announcement, in transaction: any Transaction) throws -> LiveSession {
        let id = try transaction.once(
            job.command.key, fingerprint: job.command.fingerprint, at: market.source.now
        ) {
            for product in job.plan.products { try require(product, of: job.plan.host, in: transaction) }
            try market.live.schedule(job.plan, as: job.id, in: transaction)
            try note(.liveScheduled, try Live.required(job.id, in: transaction), job.command, in: transaction)
            return job.id
        }
        return try Live.required(id, in: transaction)
    }

    /// Does a step.
    ///
    /// - Throws: ``Forbidden`` and ``NotFound`` for whoever is not the host, ``LiveProblem``, ``NotFound``.
    public func callAsFunction(_ step: Step, _ command: Command) async throws -> LiveSession {
        try await market.store.write { [self] transaction in
            let session = try Live.required(step.session, in: transaction)
            try Self.require(session.host, command.identity)
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: market.source.now) {
                try perform(step, in: session, command, in: transaction)
                return true
            }
            return try Live.required(step.session, in: transaction)
        }
    }

    private func perform(
        _ step: Step, in session: LiveSession, _ command: Command, in transaction: any Transaction
    ) throws {
        let (live, id) = (market.live, session.id)
        switch step.kind {
        case .start:
            try live.move(id, to: .live, in: transaction)
            try note(.liveStarted, session, command, in: transaction)
        case .end:
            try close(session, as: .ended, in: transaction)
            try note(.liveEnded, session, command, in: transaction)
        case .cancel:
            try close(session, as: .cancelled, in: transaction)
            try note(.liveCancelled, session, command, in: transaction)
        case .add(let product):
            try require(product, of: session.host, in: transaction)
            try live.add(product, to: id, in: transaction)
        case .take(let product):
            try live.take(product, from: id, in: transaction)
            let variants = try Catalog.products([product], at: market.source.now, in: transaction).flatMap(\.variants)
            try market.pricing.endLivePrices(of: id, variants: variants.map(\.id), in: transaction)
        case .order(let products): try live.order(products, of: id, in: transaction)
        case .pin(let product): try live.pin(product, in: id, in: transaction)
        case .ban(let words): try live.ban(words, in: id, in: transaction)
        case .mute(let person): try live.mute(person, isOn: true, in: id, in: transaction)
        case .unmute(let person): try live.mute(person, isOn: false, in: id, in: transaction)
        case .remove(let message): try live.remove(message, from: id, in: transaction)
        }
    }

    /// A session is over, and with it what it charged.
    private func close(_ session: LiveSession, as state: LiveState, in transaction: any Transaction) throws {
        try market.live.move(session.id, to: state, in: transaction)
        try market.pricing.endLivePrices(of: session.id, in: transaction)
    }

    /// Ends or cancels every session of a host who leaves.
    func close(allOf host: LiveHost, in transaction: any Transaction) throws {
        for session in try Live.open(of: host, in: transaction) {
            try close(session, as: session.state == .live ? .ended : .cancelled, in: transaction)
        }
    }

    /// Lets the host pass: the creator, or whoever may host for the shop.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public static func require(_ host: LiveHost, _ identity: Identity) throws {
        switch host {
        case .shop(let shop): try identity.require(.live, at: shop)
        case .creator(let creator):
            guard identity.person == creator, identity.roles.contains(.creator) else {
                throw Forbidden("the session's host")
            }
        }
    }

    /// Whether somebody may host there.
    public static func mayHost(_ host: LiveHost, _ identity: Identity?) -> Bool {
        guard let identity else { return false }
        return (try? require(host, identity)) != nil
    }

    /// A creator shows anybody's goods, a shop its own.
    private func require(_ product: ProductID, of host: LiveHost, in transaction: any Transaction) throws {
        let found = try Catalog.products([product], at: market.source.now, in: transaction).first
        guard let found, found.isListed, host.shop == nil || host.shop == found.shop else { throw NotFound("product") }
    }

    private func note(
        _ action: TrailAction, _ session: LiveSession, _ command: Command, in transaction: any Transaction
    ) throws {
        guard let shop = session.host.shop else { return }
        try TrailNote(action, of: session.id, named: session.title.zh)
            .keep(in: market.shops, by: command.identity, at: shop, in: transaction)
    }
}
