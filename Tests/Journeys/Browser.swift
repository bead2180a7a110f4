import Foundation
import Harness
import Synchronization
import Testing

/// chromedriver on a free port, and the sessions that it opens (W3C WebDriver).
final class Driver: Sendable {
    private let child: Child
    private let caller: Caller
    private let folder: Scratch
    private let sessions = Mutex<[String]>([])

    /// Starts chromedriver.
    ///
    /// - Throws: ``HarnessProblem`` when it is not installed.
    static func start() async throws -> Driver {
        guard let executable = Executable.find("chromedriver") else {
            throw HarnessProblem(
                "chromedriver is not installed (Debian: apt-get install chromium-driver). "
                    + "Set QUANYU_SKIP_BROWSER=1 to leave the journeys out.")
        }
        let folder = try Scratch()
        let port = try freePort()
        let child = try Child(executable, ["--port=\(port)"], output: "\(folder.path)/chromedriver.log")
        let driver = Driver(child, Caller("http://127.0.0.1:\(port)"), folder)
        _ = try await eventually("chromedriver answers") {
            let status = try? await driver.caller.send("GET", "/status")
            return (status?.json["value"] as? [String: Any])?["ready"] as? Bool == true ? true : nil
        }
        return driver
    }

    private init(_ child: Child, _ caller: Caller, _ folder: Scratch) {
        self.child = child
        self.caller = caller
        self.folder = folder
    }

    /// How a browser looks at the site.
    struct Look: Sendable, CustomTestStringConvertible {
        var width = 1_280
        var height = 900
        var isPhone = false
        var runsScript = true
        static let desktop = Look()
        static let phone = Look(width: 390, height: 844, isPhone: true)
        static let withoutScript = Look(runsScript: false)
        var testDescription: String { "\(width)×\(height)\(runsScript ? "" : " without script")" }
    }

    /// Opens a browser with a profile of its own at a site.
    func open(_ site: String, _ look: Look) async throws -> Browser {
        var options: [String: any Sendable] = [
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=en",
                "--window-size=\(look.width),\(look.height)",
            ]
        ]
        if look.isPhone {
            let metrics: [String: any Sendable] = [
                "width": look.width, "height": look.height, "pixelRatio": 2, "touch": true,
            ]
            options["mobileEmulation"] = ["deviceMetrics": metrics] as [String: any Sendable]
        }
        if !look.runsScript { options["prefs"] = ["profile.managed_default_content_settings.javascript": 2] }
        let wanted: [String: any Sendable] = [
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
        ]
        let body: [String: any Sendable] = ["capabilities": ["alwaysMatch": wanted]]
        let answer = try await caller.send("POST", "/session", body: try JSONSerialization.data(withJSONObject: body))
        guard let session = (answer.json["value"] as? [String: Any])?["sessionId"] as? String else {
            throw HarnessProblem("No browser could be opened: \(answer.text)")
        }
        let path = "/session/\(session)"
        sessions.withLock { $0.append(path) }
        return Browser(caller, path, site: site, look)
    }

    /// Ends every browser that is still open, then the driver.
    func stop() async throws {
        for path in sessions.withLock({ $0 }) { _ = try? await caller.send("DELETE", path) }
        child.send(SIGKILL)
        _ = try await child.ended()
    }
}

/// One browser, driven as a person drives it. Every step waits for what it needs.
struct Browser: Sendable {
    let look: Driver.Look
    private let site: String
    private let path: String
    private let caller: Caller
    private static let elementKey = "element-6066-11e4-a52e-4f735466cecf"

    fileprivate init(_ caller: Caller, _ path: String, site: String, _ look: Driver.Look) {
        (self.caller, self.path, self.site, self.look) = (caller, path, site, look)
    }

    /// Sends a WebDriver command and returns the answer, whose value stands under `value`.
    @discardableResult
    private func command(_ method: String, _ name: String, _ body: [String: any Sendable]? = nil) async throws -> Answer
    {
        let data = try (method == "POST" ? body ?? [:] : body).map { try JSONSerialization.data(withJSONObject: $0) }
        let answer = try await caller.send(method, path + name, body: data)
        guard answer.status == 200 else {
            let reason = (answer.json["value"] as? [String: Any])?["message"] as? String ?? answer.text
            throw HarnessProblem("\(method) \(name) \(body ?? [:]): \(reason.prefix(300))")
        }
        return answer
    }

    func go(_ page: String) async throws { try await command("POST", "/url", ["url": site + page]) }

    var url: String { get async throws { try await command("GET", "/url")["value"] ?? "" } }

    /// The elements that match now.
    func all(_ css: String) async throws -> [String] {
        try await command("POST", "/elements", ["using": "css selector", "value": css]).list("value").compactMap {
            $0[Self.elementKey] as? String
        }
    }

    /// The first element, waited for.
    @discardableResult
    func find(_ css: String) async throws -> String {
        do {
            return try await eventually("\(css) is on the page") { try await all(css).first }
        } catch {
            throw HarnessProblem("\(error) At \((try? await url) ?? "?"): \((try? await pageText()) ?? "")")
        }
    }

    /// Clicks the first element as soon as it can be clicked.
    func click(_ css: String) async throws {
        try await find(css)
        var last: (any Error)?
        _ = try? await eventually("\(css) can be clicked", within: .seconds(30)) { () -> Bool? in
            do {
                guard let element = try await all(css).first else { return nil }
                try await command("POST", "/element/\(element)/click")
                last = nil
                return true
            } catch {
                last = error
                // Under the fixed tab bar nobody can press it; a person scrolls on.
                _ = try? await command(
                    "POST", "/execute/sync",
                    [
                        "script": "document.querySelector(`\(css)`)?.scrollIntoView({block: 'center'})",
                        "args": [String](),
                    ])
                return nil
            }
        }
        if let last { throw last }
    }

    /// Types into the first element, in place of what stood there.
    func type(_ text: String, into css: String) async throws {
        let element = try await find(css)
        try await command("POST", "/element/\(element)/clear")
        try await command("POST", "/element/\(element)/value", ["text": text])
    }

    /// What a person reads in the first element, waited for.
    func text(_ css: String) async throws -> String {
        try await ask(css) { try await command("GET", "/element/\($0)/text")["value"] } ?? ""
    }

    /// Asks the first element, again when a new page has taken its place in between.
    private func ask<Value>(_ css: String, _ question: (String) async throws -> Value?) async throws -> Value? {
        for _ in 0..<5 {
            let element = try await find(css)
            do { return try await question(element) } catch let problem as HarnessProblem {
                // The driver has two ways of saying that the element went with its page.
                let isGone = ["stale element", "does not belong to the document"].contains {
                    problem.description.contains($0)
                }
                guard isGone else { throw problem }
            }
        }
        throw HarnessProblem("\(css) does not come to rest.")
    }

    /// What a person reads on the whole page.
    func pageText() async throws -> String { try await text("body") }

    /// An attribute of the first element.
    func attribute(_ name: String, of css: String) async throws -> String? {
        try await ask(css) { try await command("GET", "/element/\($0)/attribute/\(name)")["value"] }
    }

    /// Waits until the page's address satisfies a condition.
    func arrives(_ what: String, _ condition: (String) -> Bool) async throws {
        _ = try await eventually("the address is \(what)") { condition(try await url) ? true : nil }
    }

    /// The number that a script returns.
    func number(_ script: String) async throws -> Double? {
        let none: [String] = []
        let answer = try await command("POST", "/execute/sync", ["script": "return \(script)", "args": none])
        return (answer.json["value"] as? NSNumber)?.doubleValue
    }

    /// Errors in the console since it was asked last: scripts that failed, violations of the content security policy,
    /// files that are missing.
    func consoleErrors() async throws -> [String] {
        try await command("POST", "/se/log", ["type": "browser"]).list("value").filter {
            $0["level"] as? String == "SEVERE"
        }
        .compactMap { $0["message"] as? String }
    }

    /// Keeps a picture of the page where QUANYU_SCREENSHOTS says.
    func screenshot(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["QUANYU_SCREENSHOTS"] else { return }
        guard let text = try await command("GET", "/screenshot")["value"], let data = Data(base64Encoded: text) else {
            return
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(filePath: "\(folder)/\(name)-\(look.width)\(look.runsScript ? "" : "-noscript").png"))
    }

    func close() async throws { try await command("DELETE", "") }
}
