import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// Everything that is kept about the caller.
struct PersonalDataBody: Documented {
    let person: PersonID
    let readAt: Instant
    let parts: [PersonalPartBody]
    static let example = PersonalDataBody(
        person: Identifier(rawValue: 3), readAt: Instant(milliseconds: 0), parts: [.example])
}

/// What one table says, row by row: the values by column, moments as RFC 3339.
struct PersonalPartBody: Documented {
    let table: String
    let rows: [PersonalTable.Row]
    static let example = PersonalPartBody(table: "comments", rows: [["body": "What a calm cup"]])
}

/// The password, once more.
struct DeletionBody: Documented {
    let password: String
    static let example = DeletionBody(password: "correct horse")
}

extension MarketplaceAPI {
    func addPersonalDataRoutes(to api: API, cookies: IdentityMiddleware) {
        api.respond(
            .get, "/me/data", "exportMyData", "Everything that is kept about the caller, as a file.",
            access: .person(.profile), body: Nothing.self, answer: PersonalDataBody.self
        ) { [market] call in
            let data = try await ExportPersonalData(market)(of: try call.person)
            var response = try API.json(PersonalDataBody(data))
            response.headers[.contentDisposition] = "attachment; filename=\"my-data.json\""
            return response
        }
        api.respond(
            .post, "/me/deletion", "deleteMe",
            "Deletes the caller's account and what is kept about them; orders and books stay under an identifier that "
                + "leads to nobody.",
            access: .person(.profile), body: DeletionBody.self, answer: Nothing.self
        ) { [market] call in
            try await DeletePerson(market)(
                try call.command, password: call.body.password, address: call.context.address)
            var response = Response(status: .noContent)
            for cookie in [IdentityMiddleware.sessionCookie, IdentityMiddleware.visitorCookie] {
                response.setCookie(cookies.cookie(cookie, "", days: 0))
            }
            return response
        }
    }
}

extension PersonalDataBody {
    fileprivate init(_ data: PersonalData) {
        self.init(
            person: data.person, readAt: data.readAt,
            parts: data.parts.map { PersonalPartBody(table: $0.table, rows: $0.rows) })
    }
}
