import HTTP
import Kernel
import Orders

/// The address as it is typed.
struct AddressForm: Sendable {
    static let names = ["name", "phone", "region", "city", "street"]
    private let values: [String: String]

    init(_ address: Address?) {
        guard let address else {
            values = [:]
            return
        }
        values = [
            "name": address.name, "phone": address.phone, "region": address.region, "city": address.city,
            "street": address.street,
        ]
    }

    init(_ form: Form) {
        values = Dictionary(Self.names.map { ($0, form[$0] ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// The region, as far as it was typed.
    var region: String? { values["region"] }

    /// - Throws: ``InvalidField``.
    func address() throws -> Address {
        try Address(
            name: values["name"] ?? "", phone: values["phone"] ?? "", region: values["region"] ?? "",
            city: values["city"] ?? "", street: values["street"] ?? "")
    }

    func fields(_ context: Context, invalid: InvalidField?) -> [View] {
        let kinds: [(name: String, label: Word, type: String, autocomplete: String, limit: Int)] = [
            ("name", .recipient, "text", "name", 60), ("phone", .phone, "tel", "tel", 20),
            ("region", .region, "text", "address-level1", 60), ("city", .city, "text", "address-level2", 60),
            ("street", .street, "text", "street-address", 200),
        ]
        return kinds.map { kind in
            let reason = context.language == .zh ? invalid?.reasonChinese : invalid?.reason
            return [
                "name": kind.name, "label": context.words(kind.label), "type": kind.type,
                "value": values[kind.name] ?? "",
                "autocomplete": kind.autocomplete, "limit": String(kind.limit), "isWide": kind.name == "street",
                "error": maybe(invalid?.field == kind.name ? reason : nil),
            ]
        }
    }
}
