// The jobs of the loop's own thread, first in first out. Invariant: head <= jobs.count.

/// A queue that is an array with a moving head: no lock, no allocation once it has grown.
struct JobQueue {
    private var jobs: [UnownedJob] = []
    private var head = 0

    init() {
        jobs.reserveCapacity(1024)
    }

    var isEmpty: Bool { head == jobs.count }

    mutating func append(_ job: UnownedJob) {
        jobs.append(job)
    }

    mutating func popFirst() -> UnownedJob? {
        guard head < jobs.count else { return nil }
        let job = jobs[head]
        head += 1
        if head == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            head = 0
        } else if head == 1024 {
            // A queue that never empties would grow for ever.
            jobs.removeFirst(head)
            head = 0
        }
        return job
    }
}
