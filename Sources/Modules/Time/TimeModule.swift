// The module `time`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Tells the server's time.
    public static let time = ModuleDescriptor(
        name: "time", summary: "Tells the server's time, in any zone.",
        keys: [AnyKey(TimeModule.zones), AnyKey(TimeModule.localZone)]
    ) { (section, context) throws(ConfigurationFailure) in
        TimeHandler(
            zones: try TimeModule.directory(of: section), blocking: context.blocking, now: context.now)
    }
}

enum TimeModule {
    static let zones = Key("zones", .path, default: "/usr/share/zoneinfo", "The folder of the time zones.")
    static let localZone = Key(
        "local_zone", .path, default: "/etc/localtime",
        "The file of the zone that is shown unless another is asked for.")

    /// What a section says of zones. Without tzdata on the machine there is UTC; what a section names has to be there.
    fileprivate static func directory(of section: Section) throws(ConfigurationFailure) -> ZoneDirectory {
        if section.isSet(zones) { _ = try section.openFolder(zones) }
        let directory = ZoneDirectory(section[zones], local: section[localZone])
        if section.isSet(localZone) { try checkLocalZone(of: directory, in: section) }
        return directory
    }

    private static func checkLocalZone(
        of directory: ZoneDirectory, in section: Section
    ) throws(ConfigurationFailure) {
        let problem: String
        do throws(FileFailure) {
            guard try directory.localZone() == nil else { return }
            problem = "it is none, or not there"
        } catch {
            problem = "\(error)"
        }
        let message = "the file of a time zone '\(section[localZone])' cannot be read: \(problem)"
        throw ConfigurationFailure([.error(at: section.location(of: localZone), message)])
    }
}
