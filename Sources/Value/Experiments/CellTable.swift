import Inference
import Kernel
import Store

/// Cells that are read when they are first touched and written when all is done.
struct CellTable {
    /// All metrics of the persons of one kind in an arm who came on one day.
    private struct Place: Hashable {
        let experiment: ExperimentID
        let arm: Int
        let day: Int64
        let segment: Int64
    }

    private var cells: [Place: [PairMoments]] = [:]

    /// Changes the cells of a member's arm and day, by the place of each metric.
    mutating func change(
        _ member: CellBatch.Member, in transaction: any Transaction, _ body: (inout [PairMoments]) -> Void
    ) throws {
        let place = Place(experiment: member.experiment, arm: member.arm, day: member.day, segment: member.segment)
        if cells[place] == nil { cells[place] = try Self.read(place, in: transaction) }
        body(&cells[place, default: Self.empty])
    }

    private static let empty = [PairMoments](repeating: PairMoments(), count: MetricName.allCases.count)

    private static func read(_ place: Place, in transaction: any Transaction) throws -> [PairMoments] {
        var moments = empty
        for row in try transaction.rows(
            """
            SELECT arm, metric, day, segment, moments FROM experiment_cells
            WHERE experiment = \(place.experiment) AND day = \(place.day) AND arm = \(place.arm)
                AND segment = \(place.segment)
            """)
        {
            let cell = try Cell(row)
            moments[cell.metric.place] = cell.moments
        }
        return moments
    }

    func save(in transaction: any Transaction) throws {
        for (place, moments) in cells {
            let rows: [[SQLValue]] = try MetricName.allCases.map { metric in
                let own = moments[metric.place]
                return [
                    place.experiment.sqlValue, place.arm.sqlValue, .text(metric.rawValue), place.day.sqlValue,
                    place.segment.sqlValue, own.count.sqlValue, .text(try Experiments.text(of: own)),
                ]
            }
            let insertion = SQL(
                "INSERT INTO experiment_cells (experiment, arm, metric, day, segment, people, moments) VALUES ",
                row: "(?, ?, ?, ?, ?, ?, ?)", values: rows)
            try transaction.send(
                """
                \(insertion) ON CONFLICT (experiment, day, arm, segment, metric)
                DO UPDATE SET people = excluded.people, moments = excluded.moments
                """)
        }
    }
}
