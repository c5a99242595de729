// Tells the time of day, in the server's zone or the one that `?zone=` names.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

/// The time as a page, as one line of RFC 3339, or as JSON.
///
/// `{"time": "2026-11-21T11:43:00.000+01:00", "utc": "2026-11-21T10:43:00.000Z", "unix": 1795257780, "zone":
/// "Europe/Berlin", "abbreviation": "CET", "offset": "+01:00", "is_dst": false}`; `zone` is `local` when none
/// was asked for.
struct TimeHandler: Handler {
    let zones: ZoneDirectory
    let blocking: BlockingPool
    let now: @Sendable () -> TimeOfDay

    func respond(to request: Request) async throws -> Response {
        let now = now()
        let name = try zoneName(in: request)
        let time = try await zoneTime(name, at: now.seconds)
        var response = try Response.negotiated(
            TimePage(now, zone: name ?? "local", time), for: request.fields)
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private func zoneName(in request: Request) throws -> String? {
        let name = try request.queryItems()["zone"]
        return name?.isEmpty == true ? nil : name
    }

    private func zoneTime(_ name: String?, at seconds: Int64) async throws -> ZoneTime {
        let utc = ZoneTime(offset: 0, isDST: false, abbreviation: "UTC")
        guard let name else {
            return try await blocking.run { [zones] in try zones.localZone() }?.time(at: seconds) ?? utc
        }
        // There without tzdata too.
        if name == "UTC" { return utc }
        guard let zone = try await blocking.run({ [zones] in try zones.zone(named: name) }) else {
            throw HandlerFailure(
                .badRequest, "There is no time zone of that name here; names are like Europe/Berlin or UTC.")
        }
        return zone.time(at: seconds)
    }
}
