import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People
import Shops

/// Somebody who shall work in a shop.
struct NewStaffBody: Documented {
    /// Of an account that is there.
    let email: String
    let role: ShopRole
    static let example = NewStaffBody(email: "bo@example.com", role: .goods)
}

/// A part in a shop.
struct StaffRoleBody: Documented {
    let role: ShopRole
    static let example = StaffRoleBody(role: .viewer)
}

/// A member of a shop's staff and what they may do.
struct StaffBody: Documented {
    let person: PersonID
    let name: String
    let email: String?
    let role: ShopRole
    let permissions: [ShopPermission]
    static let example = StaffBody(
        person: Identifier(rawValue: 7), name: "Bo", email: "bo@example.com", role: .goods,
        permissions: [.goods, .see])
}

extension StaffBody {
    init(_ member: StaffMember) {
        self.init(
            person: member.person, name: member.name, email: member.email, role: member.role,
            permissions: member.role.permissions.sorted { $0.rawValue < $1.rawValue })
    }
}

/// Who did what to which thing.
struct TrailBody: Documented {
    let number: Int64
    let at: Instant
    let person: PersonID
    let name: String
    let action: TrailAction
    let thing: String
    let thingName: String
    let changes: [ChangeBody]
    static let example = TrailBody(
        number: 41, at: Instant(milliseconds: 0), person: Identifier(rawValue: 7), name: "Bo", action: .productChanged,
        thing: "prd_00000000000000000000000001", thingName: "Mountain green tea", changes: [.example])
}

extension TrailBody {
    init(_ line: ReadTrail.Line) {
        self.init(
            number: line.entry.number, at: line.entry.at, person: line.entry.person, name: line.person,
            action: line.entry.action, thing: line.entry.thing, thingName: line.entry.name,
            changes: line.entry.changes.map { ChangeBody(field: $0.field, was: $0.was, now: $0.now) })
    }
}

extension MarketplaceAPI {
    func addStaffRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/staff", "listStaff", "Who works in a shop and what each may do; for its owners.",
            access: .person(.shops)
        ) { [self] call in try await staff(of: try call.shop(.staff), by: try call.context.person()) }
        api.route(
            .post, "/shops/{shop}/staff", "addStaff", "Gives the owner of an account a part in the shop.",
            access: .person(.shops), body: NewStaffBody.self, status: .created
        ) { [self] call in
            let shop = try call.shop(.staff)
            try await KeepStaff(market).add(call.body.email, as: call.body.role, at: shop, try call.command)
            return try await staff(of: shop, by: try call.context.person())
        }
        api.route(
            .put, "/shops/{shop}/staff/{person}", "changeStaff", "Gives a member of the staff another part.",
            access: .person(.shops), body: StaffRoleBody.self
        ) { [self] call in
            try await KeepStaff(market).change(try call.member, to: call.body.role, try call.command)
            return try await staff(of: try call.shop(.staff), by: try call.context.person())
        }
        api.route(
            .delete, "/shops/{shop}/staff/{person}", "removeStaff",
            "Takes somebody's part away; the last owner can't be removed.", access: .person(.shops)
        ) { [self] call in
            try await KeepStaff(market).remove(try call.member, try call.command)
            return Nothing()
        }
        addTrailRoute(to: api)
    }

    private func staff(of shop: ShopID, by identity: Identity) async throws -> Page<StaffBody> {
        // Whoever has just given up the part may still see what became of it.
        Page(items: try await KeepStaff(market).members(of: shop, by: identity).map { StaffBody($0) })
    }

    private func addTrailRoute(to api: API) {
        api.respond(
            .get, "/shops/{shop}/trail", "readTrail",
            "Who did what when to which thing of a shop, the latest first; as CSV with format=csv.",
            access: .person(.shops),
            query: [
                QueryParameter("person", "who"),
                QueryParameter("action", "what", .oneOf(TrailAction.allCases.map(\.rawValue))),
                QueryParameter("thing", "the identifier of a thing"),
                QueryParameter("from", "the first moment", .time),
                QueryParameter("until", "the moment after the last", .time),
                QueryParameter("cursor", "what `next` of the page before said"),
                QueryParameter("format", "`csv` for a file of up to 10,000 rows", .oneOf(["csv"])),
            ], body: Nothing.self, answer: Page<TrailBody>.self
        ) { [self] call in try await trail(call) }
    }

    private func trail(_ call: Call<Nothing>) async throws -> Response {
        let shop = try call.shop(.trail)
        let identity = try call.context.person()
        let filter = try Self.trailFilter(call.request)
        if call.request.query("format") == "csv" {
            return Response(
                csv: try await ReadTrail(market).file(of: shop, filter, by: identity), named: "trail.csv")
        }
        let before = try call.request.cursor(as: Int64.self)
        let lines = try await ReadTrail(market)(of: shop, filter, before: before, limit: 51, by: identity)
        let shown = lines.prefix(50)
        return try API.json(
            Page(
                items: shown.map { TrailBody($0) },
                next: lines.count > 50 ? shown.last.map { "\($0.entry.number)" } : nil))
    }

    /// What the query of a request looks for.
    ///
    /// - Throws: ``InvalidField``.
    public static func trailFilter(_ request: Request) throws -> Shops.TrailFilter {
        let person = try request.query("person").map { text in
            guard let id = PersonID(text) else { throw InvalidField("person", "is not a person.", zh: "编号无效。") }
            return id
        }
        let action = try request.query("action").map { text in
            guard let action = TrailAction(rawValue: text) else {
                throw InvalidField("action", "is not an action.", zh: "操作无效。")
            }
            return action
        }
        return Shops.TrailFilter(
            person: person, action: action, thing: request.query("thing"), from: try time("from", request),
            until: try time("until", request))
    }
}

extension Call {
    /// The member of a shop's staff in the path.
    fileprivate var member: KeepStaff.Member {
        get throws {
            KeepStaff.Member(
                try context.identifier("person", "member of the staff", as: PersonKind.self), of: try shop(.staff))
        }
    }
}
