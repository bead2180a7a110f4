import Foundation
import Harness
import Testing

/// A small disk in memory, to be filled.
private struct SmallDisk {
    let path: String

    /// - Returns: `nil` when this process may not mount.
    static func mount(megabytes: Int, at path: String) async throws -> SmallDisk? {
        guard let mount = Executable.find("mount") else { return nil }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let (end, _) = try await Child.run(mount, ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        return end == .exit(0) ? SmallDisk(path: path) : nil
    }

    func unmount() async throws {
        guard let umount = Executable.find("umount") else { return }
        try await Child.run(umount, ["-l", path])
    }

    /// Takes every byte that is left.
    func fill() throws {
        let descriptor = open("\(path)/filler", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw HarnessProblem("The filler can't be made.") }
        defer { close(descriptor) }
        for size in [1 << 16, 1 << 12, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(descriptor, bytes, size) == size {}
        }
    }

    func free() { unlink("\(path)/filler") }
}

@Suite("A full disk stops writing, not reading")
struct FullDiskTests {
    private static let mayMount = geteuid() == 0 && Executable.find("mount") != nil

    @Test(
        "Writes are refused with store-full and go on when there is space; reads always go on",
        .enabled(if: mayMount, "Mounting a small disk needs root."))
    func fullDisk() async throws {
        let scratch = try Scratch()
        guard let disk = try await SmallDisk.mount(megabytes: 24, at: "\(scratch.path)/disk") else {
            print("SKIPPED: a tmpfs can't be mounted here, so the full disk was not tried.")
            return
        }
        do {
            try await Self.fillAndFree(disk)
        } catch {
            try await disk.unmount()
            throw error
        }
        try await disk.unmount()
    }

    private static func fillAndFree(_ disk: SmallDisk) async throws {
        let market = try await SmallMarket(data: "\(disk.path)/data")
        let server = try await Server.start(data: market.data)
        let caller = Caller(server.address)
        #expect(try await caller.signUp("full@example.com").status == 201)
        let goods = try await caller.goods()
        var units = 0
        func write() async throws -> Answer {
            let answer = try await caller.api("POST", "/cart/lines", ["variant": goods[0].variant, "quantity": 1])
            if answer.status == 200 { units += 1 }
            return answer
        }
        #expect(try await write().status == 200)
        try disk.fill()
        // What the database had reserved may still take some writes.
        let refused = try await eventually("a write is refused", within: .seconds(30)) {
            let answer = try await write()
            return answer.status == 200 ? nil : answer
        }
        #expect(refused.status == 503 && refused.problem == "store-full", "\(refused.status) \(refused.text)")
        #expect(refused.headers.first(name: "retry-after") != nil)
        #expect(try await caller.signUpAgain().status == 503)
        for path in [
            "/", "/mall", "/cart", "/search?q=tea", "/products/\(goods[0].product)", "/api/v1/feed", "/api/v1/cart",
            "/ready",
        ] {
            let answer = try await caller.send("GET", path, headers: ["Accept": "text/html"])
            #expect(answer.status == 200, "\(path): \(answer.status) \(answer.text.prefix(300))")
        }
        disk.free()
        let accepted = try await eventually("writes succeed again", within: .seconds(10)) {
            let answer = try await write()
            return answer.status == 200 ? answer : nil
        }
        #expect(accepted.list("lines").first?["quantity"] as? Int == units)
        #expect(try await server.stop() == .exit(0), "\(server.child.output)")
        let again = try await Server.start(data: market.data)
        let after = Caller(again.address, cookies: caller.jar)
        #expect(try await after.api("GET", "/cart").list("lines").first?["quantity"] as? Int == units)
        #expect(try await again.stop() == .exit(0))
    }
}

extension Caller {
    /// A second account, from a browser of its own.
    fileprivate func signUpAgain() async throws -> Answer { try await Caller(address).signUp("second@example.com") }
}
