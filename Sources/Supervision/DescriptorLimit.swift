// How many descriptors the process may have, setrlimit(2).
import Glibc

/// The process's limit of open descriptors.
package enum DescriptorLimit {
    /// Raises the soft limit, which is low for the sake of select(2) only, to the hard one (systemd.exec(5),
    /// `LimitNOFILE=`).
    ///
    /// - Returns: the limit that is in force now.
    @discardableResult
    package static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 0 }
        var raised = limit
        raised.rlim_cur = raised.rlim_max
        // Where even that is refused, the limit stays: accepting pauses when it is reached.
        guard unsafe setrlimit(resource, &raised) == 0 else { return Int(clamping: limit.rlim_cur) }
        return Int(clamping: raised.rlim_cur)
    }
}
