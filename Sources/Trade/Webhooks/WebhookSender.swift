import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Sends one message to an address that a merchant has typed in, so to one that nobody has checked: never into our own
/// networks, never after a redirect, for ten seconds at most.
struct WebhookSender: Sendable {
    /// How an attempt ended.
    struct Outcome: Sendable, Equatable {
        /// Whether the answer was a 2xx.
        let wasTaken: Bool
        /// What is shown of it.
        let text: String
    }

    let mayReachPrivate: Bool

    func send(_ body: String, to url: String, _ signature: WebhookSignature) async -> Outcome {
        guard let parts = URL(string: url), let host = parts.host() else {
            return Outcome(wasTaken: false, text: "the address can't be read")
        }
        guard let address = await address(of: host, port: parts.port ?? 443) else {
            return Outcome(wasTaken: false, text: "the host was not found, or is not on the internet")
        }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "Quanyu-Webhooks/1")
        request.headers.add(name: "webhook-id", value: signature.id)
        request.headers.add(name: "webhook-timestamp", value: signature.timestamp)
        request.headers.add(name: "webhook-signature", value: signature.signature)
        request.body = .bytes(ByteBuffer(string: body))
        return await send(request, host: host, at: address)
    }

    /// The name is looked up once and the connection goes to what was found and checked: a name that changes its mind
    /// in between leads nowhere else.
    private func send(_ request: HTTPClientRequest, host: String, at address: String) async -> Outcome {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [host: address]
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Outcome
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            let status = Int(response.status.code)
            outcome = Outcome(wasTaken: (200..<300).contains(status), text: "\(status) \(response.status.reasonPhrase)")
        } catch is HTTPClientError {
            outcome = Outcome(wasTaken: false, text: "no answer within 10 seconds")
        } catch {
            outcome = Outcome(wasTaken: false, text: "no connection")
        }
        try? await client.shutdown()
        return outcome
    }

    private func address(of host: String, port: Int) async -> String? {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        // The system's look-up blocks.
        let found = try? await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(name, port: port)
        }
        guard let found, let address = found.ipAddress else { return nil }
        return mayReachPrivate || InternetAddress.isPublic(found) ? address : nil
    }
}

/// Which addresses belong to the internet at large.
enum InternetAddress {
    /// Whether an address is none of those set aside for a machine itself, private networks, links, documentation,
    /// multicast and the like (IANA's special-purpose address registries, RFC 6890).
    static func isPublic(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4(let address):
            return isPublic(v4: UInt32(bigEndian: address.address.sin_addr.s_addr))
        case .v6(let address):
            return withUnsafeBytes(of: address.address.sin6_addr) { isPublic(v6: Array($0)) }
        case .unixDomainSocket: return false
        }
    }

    private static let reserved: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
        (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
        (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 3),
    ]

    static func isPublic(v4 address: UInt32) -> Bool {
        !reserved.contains { address >> (32 - $0.bits) == $0.network >> (32 - $0.bits) }
    }

    /// Only global unicast, 2000::/3, without what is set aside in it or holds an address of the old kind.
    static func isPublic(v6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16, bytes[0] & 0xE0 == 0x20 else { return false }
        let head = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        // 2001::/23 protocol assignments (Teredo too), 2001:db8::/32 documentation, 2002::/16 6to4, 3fff::/20.
        return head >> 9 != 0x2001_0000 >> 9 && head != 0x2001_0DB8 && head >> 16 != 0x2002 && head >> 12 != 0x3FFF0
    }
}
