import Crypto
import Kernel
import Store

/// Why money moved.
public enum EntryKind: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// A buyer paid: the provider holds it, the buyer has a credit.
    case payment
    /// An order was paid for: the credit becomes everybody's part, held back.
    case sale
    /// A part of a sale was taken back: the buyer has a credit again.
    case refund
    /// The provider gave money back to the buyer.
    case repayment
    /// A commission was voided and goes back to the shop.
    case commissionVoid
    /// Held money became payable.
    case settlement
    /// Payable money is on its way to the bank.
    case payout
    /// It arrived there.
    case payoutPaid
    /// A shop left a security.
    case deposit
    /// A security covered what a shop owed.
    case depositDraw
    /// Another entry was undone.
    case reversal
}

/// One movement on one account. Positive amounts are credits (see ``Account``).
public struct Posting: Hashable, Sendable {
    /// The account.
    public let account: Account
    /// Minor units of the account's currency, never 0.
    public let amount: Int64
    /// Which part of a sale it is, or the entry's kind.
    public let component: String
    /// The order line it belongs to.
    public let line: OrderLineID?

    /// A movement.
    public init(_ account: Account, _ amount: Int64, _ component: String, line: OrderLineID? = nil) {
        self.account = account
        self.amount = amount
        self.component = component
        self.line = line
    }
}

/// An entry to be posted: postings that sum to zero in every currency.
public struct NewEntry: Sendable {
    /// Why.
    public let kind: EntryKind
    /// What caused it; the same source posts once.
    public let source: String
    /// What it is about, for example an order.
    public let subject: String
    /// For people.
    public let note: String
    /// The entry that it undoes.
    public let reverses: LedgerEntryID?
    /// The movements; those of 0 are left out.
    public let postings: [Posting]

    /// An entry.
    public init(
        _ kind: EntryKind, source: String, subject: String = "", note: String = "", reverses: LedgerEntryID? = nil,
        postings: [Posting]
    ) {
        self.kind = kind
        self.source = source
        self.subject = subject
        self.note = note
        self.reverses = reverses
        self.postings = postings.filter { $0.amount != 0 }
    }
}

/// An entry as it stands in the books.
public struct LedgerEntry: Sendable, Equatable {
    /// The entry.
    public let id: LedgerEntryID
    /// Why.
    public let kind: EntryKind
    /// What caused it.
    public let source: String
    /// What it is about.
    public let subject: String
    /// For people.
    public let note: String
    /// The entry that it undoes.
    public let reverses: LedgerEntryID?
    /// When it was posted.
    public let at: Instant
    /// The movements in order.
    public let postings: [Posting]
}

extension LedgerEntry {
    /// What is hashed: every field, one a line, each with its length in front so that no two entries read the same.
    ///
    /// - Parameter accounts: the accounts' texts in the order of the postings, which cost more to make than to pass on.
    private func canonicalBytes(_ accounts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + 160 * postings.count)
        func add(_ field: some StringProtocol) {
            bytes.append(contentsOf: String(field.utf8.count).utf8)
            bytes.append(UInt8(ascii: ":"))
            bytes.append(contentsOf: field.utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        add("quanyu-ledger-1")
        for field in [id.description, kind.rawValue, source, subject, note, reverses?.description ?? ""] { add(field) }
        add(String(at.milliseconds))
        add(String(postings.count))
        for (posting, account) in zip(postings, accounts) {
            add(account)
            add(String(posting.amount))
            add(posting.component)
            add(posting.line?.description ?? "")
        }
        return bytes
    }

    /// SHA-256 of the entry.
    func digest(_ accounts: [String]) -> String { SHA256.hash(data: canonicalBytes(accounts)).hexadecimal }

    /// SHA-256 of the entry.
    var digest: String { digest(postings.map(\.account.description)) }

    /// The chain's next hash: SHA-256 over the hash before, the place and the entry's digest.
    static func chainHash(after previous: String, sequence: Int64, digest: String) -> String {
        SHA256.hash(data: Array("\(previous)\n\(sequence)\n\(digest)".utf8)).hexadecimal
    }

    /// Currencies in which the postings don't sum to zero.
    var unbalanced: [Currency] { Self.unbalanced(postings) }

    static func unbalanced(_ postings: [Posting]) -> [Currency] {
        var sums: [Currency: Int128] = [:]
        for posting in postings { sums[posting.account.currency, default: 0] += Int128(posting.amount) }
        return sums.filter { $0.value != 0 }.map(\.key)
    }
}

/// What the books refuse.
public enum LedgerProblem: Problem, Equatable {
    /// An entry whose postings don't sum to zero: a fault of ours.
    case unbalanced(String)
    /// A source came again with other postings: a fault of ours.
    case sourceReused(String)
    /// Terms that no sale can have.
    case badTerms(String)
    /// More was to go back than is left.
    case refundTooLarge
    /// There is nothing that can be paid out.
    case nothingToPay
    /// Another payout to the same party was asked for at the same moment.
    case payoutInProgress
    /// The payout is not in a state that allows this.
    case payoutState(PayoutState)

    public var details: ProblemDetails {
        switch self {
        case .unbalanced, .sourceReused:
            ProblemDetails(
                .internalFault, "books-refused", "The books refused an entry. Nothing has changed; it has been logged.",
                zh: "账务校验未通过，未做任何更改，已记录。")
        case .badTerms(let reason): ProblemDetails(.invalid, "bad-terms", reason, zh: "金额或费率不合规。")
        case .refundTooLarge:
            ProblemDetails(
                .conflict, "refund-too-large", "More can't go back than is left of what was bought.",
                zh: "退款数量或金额超过剩余可退范围。")
        case .nothingToPay:
            ProblemDetails(.conflict, "nothing-to-pay", "There is nothing that can be paid out yet.", zh: "暂无可提现金额。")
        case .payoutInProgress:
            ProblemDetails(
                .conflict, "payout-in-progress", "Another payout was asked for at this moment. Look at the list first.",
                zh: "已有一笔提现正在处理，请先查看列表。")
        case .payoutState(let state):
            ProblemDetails(
                .conflict, "illegal-payout-transition", "The payout is \(state.rawValue), so this can't be done.",
                zh: "提现当前状态不允许此操作。")
        }
    }
}
