import Kernel
import Orders
import Store

/// `orders`: one row a line, the rows of an order together; an order at several shops becomes one order for each.
struct OrderRows: ImportedTable {
    struct Line: Sendable {
        let variant: Reference
        let quantity: Int64
        let amount: Int64
        var offer: Directory.Offer?
    }

    struct Entry: Sendable {
        let key: String
        let buyer: PersonID
        let time: Instant
        let currency: Currency
        let state: OrderState
        var lines: [Line]
    }

    static let table = Table.orders
    let orders: Orders
    let names: Names
    let currency: Currency

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("order") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        var entry: Entry?
        var references: [Reference] = []
        for fields in fields {
            do {
                let (head, person) = try head(fields)
                let line = Line(
                    variant: try fields.reference("variant", to: .offer),
                    quantity: try fields.requiredNumber("quantity", 1...1_000_000),
                    amount: try fields.requiredNumber("amount", 0...Fields.largestAmount))
                if let entry { try check(head, against: entry) } else { references.append(person) }
                if entry == nil { entry = head }
                entry?.lines.append(line)
                references.append(line.variant)
            } catch let refusal as Refusal {
                throw RowRefusal(row: fields.row.number, refusal: refusal)
            }
        }
        guard let entry else { throw Refusal(nil, "has no lines.") }
        return Draft(entry: entry, references: references)
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        for index in entry.lines.indices {
            entry.lines[index].offer = supplies.directory.offers[entry.lines[index].variant.number]
        }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        var shops: [ShopID] = []
        var lines: [ShopID: [OrderLine]] = [:]
        // Lines of an order are numbered on from one derived number, so that a store keeps them side by side.
        let firstLine = names.number("order-lines", entry.key, at: entry.time) & ~0xFFF
        for (index, line) in entry.lines.enumerated() {
            guard let offer = line.offer else { throw NotFound("variant") }
            if lines[offer.shop] == nil { shops.append(offer.shop) }
            let id = OrderLineID(rawValue: firstLine + UInt128(index))
            lines[offer.shop, default: []].append(orderLine(line, offer, id: id, in: entry.currency))
        }
        let group = OrderGroupID(rawValue: names.number("orders", entry.key, at: entry.time))
        for shop in shops {
            let order = OrderID(rawValue: names.number("order-parcels", "\(entry.key)/\(shop)", at: entry.time))
            _ = try orders.addImported(
                order, group: group, shop: shop, buyer: entry.buyer, state: entry.state, lines: lines[shop] ?? [],
                currency: entry.currency, at: entry.time, in: transaction)
        }
        return []
    }

    private func head(_ fields: Fields) throws -> (Entry, Reference) {
        let person = try fields.reference("person", to: .person)
        let states: [OrderState] = [.completed, .paid, .shipped, .cancelled]
        let entry = Entry(
            key: try fields.key("order"), buyer: person.identifier(), time: try fields.requiredPast("time"),
            currency: try fields.currency(default: currency),
            state: try fields.choice("status", among: states, default: .completed), lines: [])
        return (entry, person)
    }

    private func check(_ row: Entry, against first: Entry) throws(Refusal) {
        let differing: [(String, Bool)] = [
            ("person", row.buyer != first.buyer), ("time", row.time != first.time),
            ("currency", row.currency != first.currency), ("status", row.state != first.state),
        ]
        if let column = differing.first(where: \.1)?.0 {
            throw Refusal(column, "must be the same in all rows of an order.")
        }
    }

    private func orderLine(
        _ line: Line, _ offer: Directory.Offer, id: OrderLineID, in currency: Currency
    ) -> OrderLine {
        OrderLine(
            id: id, product: offer.product, variant: line.variant.identifier(), quantity: line.quantity,
            title: offer.title, spec: offer.spec,
            image: offer.image,
            // What the line cost is exact; what one unit cost is that divided, rounded half up.
            unitPrice: Money((line.amount + line.quantity / 2) / line.quantity, currency), listAmount: nil,
            amount: Money(line.amount, currency), reservation: nil, slate: nil)
    }
}
