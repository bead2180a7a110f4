import HTTP
import Kernel
import Shops
import Store

/// What a flow puts on a shop's trail, in the transaction of what it tells.
struct TrailNote: Sendable {
    private let action: TrailAction
    private let thing: String
    private let name: String
    private let changes: [TrailChange]

    init(
        _ action: TrailAction, of thing: some CustomStringConvertible, named name: String = "",
        _ changes: [TrailChange] = []
    ) {
        self.action = action
        self.thing = thing.description
        self.name = name
        self.changes = changes
    }

    func keep(in shops: Shops, by identity: Identity, at shop: ShopID, in transaction: any Transaction) throws {
        try shops.note(action, of: thing, named: name, changes, by: identity.person, at: shop, in: transaction)
    }
}
