import ArgumentParser
import HTTP
import Kernel
import People
import Store

/// `quanyu grant EMAIL ROLE`: how a marketplace gets its first operator.
struct GrantRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Gives somebody who has an account a role.")

    @OptionGroup var installation: InstallationOptions

    @Argument(help: "The e-mail address of the account.")
    var email: String

    @Argument(help: "The role: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
    var role: String

    func run() async throws {
        guard let role = Role(rawValue: role) else {
            throw ValidationError(
                "There is no role “\(role)”. Roles: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        let installation = try await Installation.open(installation)
        let (market, _) = try installation.marketplace(callbackPort: 8080)
        let email = email
        let found = try await market.store.write { [people = market.people] transaction in
            let person = try People.person(email: email, in: transaction)
            if let person { try people.grant(role, to: person, in: transaction) }
            return person != nil
        }
        await market.store.close()
        guard found else { throw ValidationError("Nobody signs in as \(email). Let them sign up first.") }
        print("\(email) has the role \(role.rawValue). Open sessions have it within ten seconds.")
    }
}
