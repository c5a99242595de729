// The nearest known name to a mistyped one, by edit distance (optimal string alignment).

/// `, did you mean 'listen'?`, or nothing if no name is near.
func suggestion(for name: String, among candidates: some Sequence<String>) -> String {
    guard let nearest = nearestName(to: name, among: candidates) else { return "" }
    return ", did you mean '\(nearest)'?"
}

/// The candidate that `name` was probably meant to be: at most a third of its letters differ, case aside.
///
/// Of equally near names the first in the table wins.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(name.lowercased())
    guard typed.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased())
        let distance = editDistance(typed, letters)
        guard distance <= max(1, max(typed.count, letters.count) / 3) else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var previous: [Int] = []
    var current = Array(0...b.count)
    for i in a.indices {
        let beforePrevious = previous
        previous = current
        current = [i + 1]
        for j in b.indices {
            let change = previous[j] + (a[i] == b[j] ? 0 : 1)
            var distance = min(change, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                distance = min(distance, beforePrevious[j - 1] + 1)
            }
            current.append(distance)
        }
    }
    return current[b.count]
}
