import Kernel
import Store

/// Somebody with accounts in the books.
public enum Party: Hashable, Sendable {
    /// Who pays for goods.
    case buyer(PersonID)
    /// Who sells them.
    case shop(ShopID)
    /// Who recommended them.
    case creator(PersonID)
    /// Who represents the creator.
    case agency(AgencyID)
    /// The operator of the marketplace.
    case platform
    /// The tax office.
    case tax
    /// A payment company, by its stable name.
    case provider(String)
}

extension Party: LosslessStringConvertible, SQLBindable, SQLReadable {
    /// The part and the identifier, `shop:shp_…`; it stands in the books, so it never changes.
    public var description: String {
        switch self {
        case .buyer(let id): "buyer:\(id)"
        case .shop(let id): "shop:\(id)"
        case .creator(let id): "creator:\(id)"
        case .agency(let id): "agency:\(id)"
        case .platform: "platform"
        case .tax: "tax"
        case .provider(let name): "provider:\(name)"
        }
    }

    /// Reads ``description``.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let name = parts.count == 2 ? parts[1] : ""
        let party: Party? =
            switch parts.first {
            case "buyer": PersonID(name).map(Party.buyer)
            case "shop": ShopID(name).map(Party.shop)
            case "creator": PersonID(name).map(Party.creator)
            case "agency": AgencyID(name).map(Party.agency)
            case "platform": parts.count == 1 ? .platform : nil
            case "tax": parts.count == 1 ? .tax : nil
            case "provider": name.isEmpty ? nil : .provider(name)
            default: nil
            }
        guard let party else { return nil }
        self = party
    }

    public var sqlValue: SQLValue { .text(description) }

    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue, let party = Self(text) else { return nil }
        self = party
    }
}

/// An account: whose money, for what, in which currency.
///
/// A positive balance is money that the marketplace owes to the party (a credit), a negative one money that the party
/// owes or holds for the marketplace (a debit): a provider that took 100 stands at −100. All balances of one currency
/// sum to zero.
public struct Account: Hashable, Sendable {
    /// What the money is for.
    public enum Purpose: String, Sendable, Codable, CaseIterable, SQLReadable {
        /// What a buyer has paid and not got goods or money back for. Zero when all is done.
        case credit
        /// Earned, and held back until receipt, return window and disputes are over.
        case held
        /// Can be paid out; negative when more was taken back than is left.
        case payable
        /// On its way to the party's bank.
        case payout
        /// Security that a shop has left with the marketplace.
        case deposit
        /// The platform's fees.
        case fees
        /// The platform's share of discounts.
        case subsidy
        /// Tax to be handed on.
        case due
        /// What a payment company holds.
        case clearing
    }

    /// Whose account.
    public let party: Party
    /// What for.
    public let purpose: Purpose
    /// In which currency.
    public let currency: Currency

    /// An account.
    public init(_ party: Party, _ purpose: Purpose, _ currency: Currency) {
        self.party = party
        self.purpose = purpose
        self.currency = currency
    }
}

extension Account: LosslessStringConvertible, SQLBindable, SQLReadable {
    /// `shop:shp_…/payable/CNY`; it stands in the books, so it never changes.
    public var description: String { "\(party)/\(purpose.rawValue)/\(currency)" }

    /// Reads ``description``.
    public init?(_ text: String) {
        let parts = text.split(separator: "/").map(String.init)
        guard parts.count == 3, let party = Party(parts[0]), let purpose = Purpose(rawValue: parts[1]),
            let currency = Currency(parts[2])
        else { return nil }
        self.init(party, purpose, currency)
    }

    public var sqlValue: SQLValue { .text(description) }

    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue, let account = Self(text) else { return nil }
        self = account
    }
}
