// The window over bytes that have arrived: nothing is lost, nothing is held while idle.

import Sockets
import Testing

@testable import Server

@Suite("Input buffer")
struct InputBufferTests {
    private struct Fixture: ~Copyable {
        var pool = BufferPool()
        var input = InputBuffer()
        let writer: StreamSocket
        let reader: StreamSocket
        let transport: Transport

        init() throws {
            let ends = try StreamSocket.pair()
            writer = ends.0
            reader = ends.1
            transport = .plain(ends.1)
        }

        /// Sends bytes and reads once.
        mutating func receive(_ bytes: [UInt8]) throws -> Int {
            guard case .done(bytes.count) = try writer.send(bytes.span) else { return 0 }
            input.makeRoom(from: &pool)
            // What the reactor says when bytes come after a short read.
            reader.becameReady(readable: true, writable: true, hangup: false)
            guard case .done(let count) = try input.fill(from: transport) else { return 0 }
            return count
        }

        var waiting: [UInt8] { input.copy(0..<input.count) }
    }

    @Test("It holds no memory before the first byte and after the last")
    func idle() throws {
        var fixture = try Fixture()
        #expect(!fixture.input.hasStorage)
        #expect(try fixture.receive([1, 2, 3]) == 3)
        #expect(fixture.input.hasStorage)
        fixture.input.consume(3)
        fixture.input.release(to: &fixture.pool)
        #expect(!fixture.input.hasStorage)
    }

    @Test("Memory is not given back while bytes wait")
    func held() throws {
        var fixture = try Fixture()
        #expect(try fixture.receive([1, 2, 3]) == 3)
        fixture.input.consume(1)
        fixture.input.release(to: &fixture.pool)
        #expect(fixture.waiting == [2, 3])
    }

    @Test("Bytes join behind those that wait")
    func joined() throws {
        var fixture = try Fixture()
        #expect(try fixture.receive([1, 2]) == 2)
        fixture.input.consume(1)
        #expect(try fixture.receive([3, 4]) == 2)
        #expect(fixture.waiting == [2, 3, 4])
        #expect(fixture.input.copy(1..<3) == [3, 4])
        #expect(fixture.input.window.count == 3)
    }

    @Test("At the end of the memory what waits moves to its front, or the memory grows")
    func room() throws {
        var fixture = try Fixture()
        let block = (0..<BufferPool.capacity).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try fixture.receive(block) == BufferPool.capacity)
        fixture.input.consume(10)
        #expect(try fixture.receive([7]) == 1)
        #expect(fixture.input.storage.count == BufferPool.capacity)
        #expect(fixture.waiting == block[10...] + [7])
        #expect(try fixture.receive([UInt8](repeating: 8, count: 9)) == 9)
        #expect(try fixture.receive([9]) == 1)
        #expect(fixture.input.storage.count == 2 * BufferPool.capacity)
        #expect(fixture.waiting == block[10...] + [7] + [UInt8](repeating: 8, count: 9) + [9])
    }

    @Test("A socket without bytes wants to be read later; a closed one says so")
    func progress() throws {
        var fixture = try Fixture()
        fixture.input.makeRoom(from: &fixture.pool)
        guard case .wantRead = try fixture.input.fill(from: fixture.transport) else {
            Issue.record("bytes out of nothing")
            return
        }
        #expect(fixture.input.isEmpty)
    }
}
