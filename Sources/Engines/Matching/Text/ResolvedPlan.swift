#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// ln(1 + x).
func logOnePlus(_ x: Float) -> Float {
    log1pf(x)
}

/// A query plan with the numbers and weights of its terms in one segment.
struct ResolvedPlan {
    struct Term {
        var id: Int
        var weight: UInt32
    }

    struct Group {
        /// Alternatives that this segment can satisfy at all.
        var alternatives: [[Term]]
        var isRequired: Bool
    }

    var groups: [Group]
    /// Whether some document here could match. False when a required group can't be satisfied.
    var isSatisfiable: Bool
    /// The exact title's term, if this segment has it.
    var exact: Int?

    /// Whether every group is one term, so that the pruning search can run it.
    var isSimple: Bool {
        groups.allSatisfy { $0.alternatives.count == 1 && $0.alternatives[0].count == 1 }
    }

    /// Resolves a plan for every segment. Document frequencies are those of the whole index.
    ///
    /// - Parameter requiresAll: whether all required groups must match, or any group at all.
    static func resolve(_ plan: QueryPlan, _ views: [SegmentView], requiresAll: Bool) -> [ResolvedPlan] {
        let documents = views.reduce(0) { $0 + $1.segment.count }
        var plans = views.map { view in
            ResolvedPlan(groups: [], isSatisfiable: true, exact: plan.exactKey.flatMap { view.segment.terms.find($0) })
        }
        for group in plan.groups {
            var resolved = [[[Term]]](repeating: [], count: views.count)
            for alternative in group.alternatives {
                add(alternative, of: views, documents, to: &resolved)
            }
            for index in views.indices {
                let isRequired = requiresAll && group.isRequired
                if resolved[index].isEmpty {
                    if isRequired { plans[index].isSatisfiable = false }
                } else {
                    plans[index].groups.append(Group(alternatives: resolved[index], isRequired: isRequired))
                }
            }
        }
        for index in plans.indices where plans[index].groups.isEmpty { plans[index].isSatisfiable = false }
        return plans
    }

    private static func add(
        _ alternative: QueryPlan.Alternative, of views: [SegmentView], _ documents: Int, to resolved: inout [[[Term]]]
    ) {
        var ids = [[Int?]](repeating: [], count: views.count)
        var weights: [UInt32] = []
        for term in alternative.terms {
            var frequency = 0
            for (index, view) in views.enumerated() {
                let id = view.segment.terms.find(term)
                ids[index].append(id)
                if let id { frequency += Int(view.segment.postings.frequency[id]) }
            }
            weights.append(Scoring.weight(frequency: frequency, documents: documents, factor: alternative.factor))
        }
        for index in views.indices {
            let terms = zip(ids[index], weights).compactMap { id, weight in id.map { Term(id: $0, weight: weight) } }
            if terms.count == alternative.terms.count, !terms.isEmpty { resolved[index].append(terms) }
        }
    }
}
