import Foundation
import Kernel

// What Stripe says, as far as it is read here: https://docs.stripe.com/api

/// A page on which a buyer pays once.
struct StripeCheckout: Decodable {
    let id: String
    /// `open`, `complete` or `expired`.
    let status: String
    let url: String?
    /// Expanded; `nil` until the buyer has begun to pay.
    let payment_intent: StripePayment?
}

/// A payment.
struct StripePayment: Decodable {
    let id: String
    let created: Int64
    let status: String
    let amount: Int64
    let currency: String
    let metadata: [String: String]
    let last_payment_error: Failure?

    struct Failure: Decodable {
        let code: String?
    }

    /// What its status means here; `nil` while the buyer is busy with it.
    var state: PaymentState? {
        switch status {
        case "succeeded": .succeeded
        case "requires_capture": .authorised
        case "canceled": .cancelled
        case "requires_payment_method": last_payment_error == nil ? nil : .failed
        default: nil
        }
    }
}

/// Money that goes back.
struct StripeRefund: Decodable {
    let id: String
    let created: Int64
    let status: String
    let amount: Int64
    let currency: String
    let metadata: [String: String]

    /// What its status means here; `nil` while it is on its way.
    var state: PaymentState? {
        switch status {
        case "succeeded": .succeeded
        case "failed", "canceled": .failed
        default: nil
        }
    }
}

/// One page of a list.
struct StripeList<Item: Decodable>: Decodable {
    let data: [Item]
    let has_more: Bool
}

/// Why a request was refused.
struct StripeFailure: Decodable {
    let error: Reason

    struct Reason: Decodable {
        let message: String?
        let code: String?
    }
}

/// A webhook's message.
struct StripeEvent: Decodable {
    let id: String
    let type: String
    let data: Subject

    struct Subject: Decodable {
        let object: Object
    }

    /// What the message is about, when it is about money of ours.
    enum Object: Decodable {
        case payment(StripePayment)
        case refund(StripeRefund)
        case other

        private enum Keys: CodingKey { case object }

        init(from decoder: any Decoder) throws {
            self =
                switch try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .object) {
                case "payment_intent": .payment(try StripePayment(from: decoder))
                case "refund": .refund(try StripeRefund(from: decoder))
                default: .other
                }
        }
    }

    /// What it means here; `nil` for what needs no answer.
    var meaning: ProviderEvent? {
        switch data.object {
        case .payment(let payment):
            guard let state = Self.state(after: type) ?? payment.state, let event = payment.event(id, state) else {
                return nil
            }
            return event
        case .refund(let refund):
            guard let state = refund.state else { return nil }
            return refund.event(id, state)
        case .other: return nil
        }
    }

    // The message says what happened then; the object may have moved on since it was written.
    private static func state(after type: String) -> PaymentState? {
        switch type {
        case "payment_intent.succeeded": .succeeded
        case "payment_intent.payment_failed": .failed
        case "payment_intent.canceled": .cancelled
        case "payment_intent.amount_capturable_updated": .authorised
        default: nil
        }
    }
}

extension StripePayment {
    /// The key under which payments and refunds carry our payment's identifier.
    static let intentKey = "quanyu_intent"

    /// `nil` for a payment that this marketplace did not begin.
    func event(_ id: String, _ state: PaymentState) -> ProviderEvent? {
        guard let intent = metadata[Self.intentKey].flatMap({ PaymentIntentID($0) }),
            let currency = Currency(currency.uppercased())
        else { return nil }
        return ProviderEvent(id: id, intent: intent, state: state, amount: Money(amount, currency))
    }
}

extension StripeRefund {
    /// The key under which refunds carry our refund's identifier.
    static let refundKey = "quanyu_refund"

    /// `nil` for a refund that was not asked for here.
    func event(_ id: String, _ state: PaymentState) -> ProviderEvent? {
        guard let intent = metadata[StripePayment.intentKey].flatMap({ PaymentIntentID($0) }),
            let refund = metadata[Self.refundKey].flatMap({ RefundID($0) }),
            let currency = Currency(currency.uppercased())
        else { return nil }
        return ProviderEvent(id: id, intent: intent, refund: refund, state: state, amount: Money(amount, currency))
    }
}
