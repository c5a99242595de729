import Glibc
import Supervision
import Testing

@Suite struct DescriptorLimitTests {
    @Test("getrlimit(2): the soft limit of descriptors becomes the hard one")
    func raise() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        #expect(unsafe getrlimit(resource, &limit) == 0)
        var low = limit
        low.rlim_cur = min(limit.rlim_max, 1024)
        #expect(unsafe setrlimit(resource, &low) == 0)
        #expect(DescriptorLimit.raise() == Int(clamping: limit.rlim_max))
        #expect(unsafe getrlimit(resource, &limit) == 0)
        #expect(limit.rlim_cur == limit.rlim_max)
    }
}
