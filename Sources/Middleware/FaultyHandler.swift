// A handler that fails on purpose, for whoever tests a client: the keys `fault.…`.

import Configuration
import HTTPTypes
import HandlerKit
import Logging
import Synchronization

/// A handler whose answers come late, slowly, cut short, as an error, or not at all.
package final class FaultyHandler: WrappingHandler {
    let inner: any Handler
    private let plan: FaultPlan
    private let context: ModuleContext
    private let requests = Atomic<UInt64>(0)

    /// The handler with the faults of its section; the handler itself if there are none.
    package static func around(
        _ handler: any Handler, _ section: Section, _ context: ModuleContext
    ) -> any Handler {
        FaultPlan(section).map { FaultyHandler(handler, $0, context) } ?? handler
    }

    init(_ inner: any Handler, _ plan: FaultPlan, _ context: ModuleContext) {
        self.inner = inner
        self.plan = plan
        self.context = context
    }

    package func respond(to request: Request) async throws -> Response {
        let number = requests.wrappingAdd(1, ordering: .relaxed).oldValue
        let faults = plan.faults(ofRequest: number)
        note(faults, of: request, number)
        if faults.delay > .zero { try await context.pause(for: faults.delay) }
        if faults.resets { throw InjectedFault.reset }
        if let status = faults.status {
            throw HandlerFailure(
                HTTPResponse.Status(code: status), "The server's configuration asks for this error.",
                cause: InjectedFault.status)
        }
        var response = try await inner.answer(to: request)
        guard request.method != .head, faults.rate != nil || faults.truncate != nil else { return response }
        let pace = FaultyPace(bytesPerSecond: faults.rate, end: faults.truncate, context: context)
        response.body = .stream(length: response.body.length, pace.writing(response.body))
        return response
    }

    private func note(_ faults: Faults, of request: Request, _ number: UInt64) {
        let texts = faults.texts
        guard !texts.isEmpty else { return }
        for text in texts { request.note(fault: text) }
        context.logger.info(
            "A fault was injected.",
            metadata: [
                "request_id": "\(request.id)", "fault": "\(texts.joined(separator: ", "))",
                "fault_seed": "\(plan.seed)", "fault_number": "\(number)",
            ])
    }
}

extension ModuleContext {
    /// Waits; a client that is gone meanwhile gets no answer.
    func pause(for duration: Duration) async throws(BodyFailure) {
        do throws(CancellationError) {
            try await sleep(duration)
        } catch {
            throw BodyFailure(.disconnected, context: "the client went away in a pause")
        }
    }
}
