// The module `time`: its keys, and how they become a handler.

import Configuration
import HandlerKit

extension ModuleDescriptor {
    /// Tells the server's time.
    public static let time = ModuleDescriptor(
        name: "time", summary: "Tells the server's time, in any zone.",
        keys: [AnyKey(TimeModule.zones), AnyKey(TimeModule.localZone)]
    ) { (section, context) throws(ConfigurationFailure) in
        TimeHandler(
            zones: ZoneDirectory(section[TimeModule.zones], local: section[TimeModule.localZone]),
            blocking: context.blocking, now: context.now)
    }
}

enum TimeModule {
    static let zones = Key("zones", .path, default: "/usr/share/zoneinfo", "The folder of the time zones.")
    static let localZone = Key(
        "local_zone", .path, default: "/etc/localtime",
        "The file of the zone that is shown unless another is asked for.")
}
