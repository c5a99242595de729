// The page that tells the time.

import HandlerKit

/// One moment as a zone's clocks show it.
struct TimePage: NegotiatedPage {
    struct Document: Encodable {
        let time: String
        let utc: String
        let unix: Int64
        let zone: String
        let abbreviation: String
        let offset: String
        let isDST: Bool
    }

    let document: Document

    init(_ now: TimeOfDay, zone: String, _ time: ZoneTime) {
        let offset = Self.text(ofOffset: time.offset)
        document = Document(
            time: Self.text(now, shiftedBy: time.offset) + offset, utc: Self.text(now, shiftedBy: 0) + "Z",
            unix: now.seconds, zone: zone, abbreviation: time.abbreviation, offset: offset,
            isDST: time.isDST)
    }

    var text: String { document.time + "\n" }

    var html: String {
        let parts = document.time.split(separator: "T")
        return Self.template.render(
            Model(
                title: "Time", date: String(parts[0]), clock: String(parts[1].prefix(8)),
                time: document.time, utc: document.utc, unix: document.unix,
                zone: document.zone == "local" ? "" : document.zone, place: document.zone,
                abbreviation: document.abbreviation, offset: document.offset))
    }

    /// Date and time of RFC 3339 without the zone, to the millisecond.
    private static func text(_ now: TimeOfDay, shiftedBy offset: Int64) -> String {
        let milliseconds = String(1_000 + now.nanoseconds / 1_000_000).dropFirst()
        return timestamp(now.seconds + offset).dropLast() + "." + milliseconds
    }

    /// `+05:30`. RFC 3339 has no seconds in it; those of local mean time, before there were zones, are left out.
    private static func text(ofOffset seconds: Int64) -> String {
        let minutes = abs(seconds) / 60
        let (hour, minute) = (String(100 + minutes / 60).dropFirst(), String(100 + minutes % 60).dropFirst())
        return "\(seconds < 0 ? "-" : "+")\(hour):\(minute)"
    }

    private struct Model {
        let title: String
        let date: String
        let clock: String
        let time: String
        let utc: String
        let unix: Int64
        let zone: String
        let place: String
        let abbreviation: String
        let offset: String
    }

    private static let template = PageTemplate(
        """
        <div class="card">
        <p class="status"><time datetime="{{time}}">{{clock}}</time></p>
        <h1>{{date}}</h1>
        <table class="facts">
        <tr><th scope="row">Zone</th><td>{{place}} <span class="dim">{{abbreviation}}, {{offset}}</span></td></tr>
        <tr><th scope="row">RFC 3339</th><td><code>{{time}}</code></td></tr>
        <tr><th scope="row">UTC</th><td><code>{{utc}}</code></td></tr>
        <tr><th scope="row">Unix time</th><td><code>{{unix}}</code></td></tr>
        </table>
        </div>
        <form class="card">
        <label for="zone">Another zone</label>
        <div class="row"><input id="zone" name="zone" type="text" value="{{zone}}" placeholder="Europe/Berlin" autocomplete="off">
        <button type="submit">Show</button></div>
        </form>
        """)
}
