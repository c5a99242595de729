// What makes sections a configuration: places, modules, and what belongs together.

import Configuration
import HandlerKit
import Server
import Testing

@testable import Daemon

@Suite("Settings")
struct SettingsTests {
    @Test("An empty file has every default, no handler, and a warning about that")
    func empty() throws {
        let (settings, messages) = settings("")
        let server = try #require(settings?.server)
        #expect(server[ServerKeys.listen] == [.address("127.0.0.1:8443"), .address("[::1]:8443")])
        #expect(settings?.tls.count == 1)
        #expect(settings?.handlers.isEmpty == true)
        #expect(messages == ["1:1: warning: there is no [handler PATH]: every request gets a 404"])
    }

    @Test(
        "What is wrong is told at its place, with the nearest name",
        arguments: [
            ("[handler /]\nmodule = file", "2:10: error: unknown module 'file', did you mean 'files'?"),
            ("[handler /]\nmodule = files", "1:1: error: 'root' is missing in [handler /]"),
            ("[handler /]\n", "1:1: error: 'module' is missing in [handler /]"),
            ("[handler]\nmodule = echo", "1:1: error: [handler] needs an argument: PATH"),
            ("[handler echo]\nmodule = echo", "1:1: error: 'echo' is neither a /path nor a host/path"),
            ("[server x]\n", "1:9: error: [server] takes no argument, not 'x'"),
            ("[sever]\n", "1:1: error: unknown section 'sever', did you mean 'server'?"),
            ("[listen]\naddress = *:1", "1:1: error: [listen] needs an argument: NAME"),
            ("[listen a]\ntls = no", "1:1: error: 'address' is missing in [listen a]"),
            (
                "[listen a]\naddress = *:1\ntrusted = 10.0.0.1/8\nproxy_protocol = yes",
                "3:11: error: trusted: 10.0.0.1/8: there are bits behind the prefix, 10.0.0.0/8 has none"
            ),
            (
                "[listen a]\naddress = *:1\nproxy_protocol = yes",
                "3:18: error: proxy_protocol: nobody may send the header, since 'trusted' is empty"
            ),
            (
                "[listen a]\naddress = *:1\ntrusted = unix\n[handler /]\nmodule = echo",
                "3:11: warning: trusted: nobody is to send a header, since 'proxy_protocol' is no"
            ),
            (
                "[listen a]\naddress = *:1\nfault = expird",
                "3:9: error: fault: 'expird' is not one of expired, not-yet-valid, wrong-name, untrusted, self-signed, "
                    + "revoked, incomplete-chain, tls1.0-only, weak-key, no-shared-cipher, hang, reset, "
                    + "close-mid-record, did you mean 'expired'? (or 'none')"
            ),
            (
                "[listen a]\naddress = *:1\ntls = no\nfault = expired",
                "4:9: error: fault: there is none without TLS, and 'tls' is no"
            ),
            (
                "[handler /]\nmodule = echo\nroot = /srv",
                "3:1: error: unknown key 'root' in [handler /]"
            ),
            (
                "[tls wiki.test]\nmaximum = 1.3\n[handler /]\nmodule = echo",
                "2:1: error: unknown key 'maximum' in [tls wiki.test], did you mean 'minimum'?"
            ),
        ])
    func refused(_ text: String, _ message: String) {
        let (_, messages) = settings(text)
        #expect(messages == [message])
    }

    @Test("[server] has no fault, and is told where one belongs")
    func defaultListener() {
        let (_, messages) = settings("[server]\nfault = expired\n[handler /]\nmodule = echo")
        #expect(
            messages == [
                "2:1: error: unknown key 'fault' in [server]",
                "2:9: error: fault: what [server] listens at has none; give the fault a [listen NAME] of its own",
            ])
    }

    @Test(
        "Two sections of one place are an error, however they are written",
        arguments: [("/a", "/a/"), ("example.test/", "EXAMPLE.test/"), ("/", "//")])
    func repeated(_ first: String, _ second: String) {
        let (_, messages) = settings(
            "[handler \(first)]\nmodule = echo\n[handler \(second)]\nmodule = diagnostics")
        #expect(
            messages == ["3:1: error: [handler \(second)] is the same place as [handler \(first)] at f:1:1"])
    }

    @Test("One path of two hosts is two places")
    func hosts() {
        let (settings, messages) = settings(
            "[handler a.test/x]\nmodule = echo\n[handler b.test/x]\nmodule = echo\n[handler /x]\nmodule = echo"
        )
        #expect(messages == [])
        #expect(settings?.handlers.map(\.host) == ["a.test", "b.test", nil])
        #expect(settings?.handlers.map(\.prefix) == ["/x", "/x", "/x"])
    }

    @Test("[tls] comes before those with a name, wherever it stands")
    func order() {
        let (settings, _) = settings("[tls a.test]\n[tls]\nminimum = 1.3\n[handler /]\nmodule = echo")
        #expect(settings?.tls.map(\.argument) == [nil, "a.test"])
        #expect(settings?.tls.first?[TLSKeys.minimum] == .tls13)
    }

    @Test("Every mistake of a file is told at once")
    func all() {
        let (_, messages) = settings(
            "[server]\nworkers = none\nlisten = nowhere\n[tls]\nminimum = 1.1\n[handler /]\nmodule = ecko")
        #expect(messages.map { $0.prefix(3) } == ["2:1", "3:1", "5:1", "7:1"])
    }

    @Test("A module of someone else is one like ours")
    func foreignModule() {
        let module = ModuleDescriptor(name: "teapot", summary: "Is short and stout.") { _, _ in Teapot() }
        let (settings, messages) = settings("[handler /]\nmodule = teapot", modules: [module])
        #expect(messages == [])
        #expect(settings?.handlers.first?.module.name == "teapot")
    }
}

private struct Teapot: Handler {
    func respond(to request: Request) async throws -> Response { .text("no coffee\n") }
}
