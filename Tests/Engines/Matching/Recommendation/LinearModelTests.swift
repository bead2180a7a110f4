import Testing

@testable import Matching

@Suite("The closed-form model")
struct LinearModelTests {
    private func preferences(persons: Int, items: Int, seed: UInt64) -> Preferences {
        var dice = Dice(seed: seed)
        var preferences = Preferences(items: items)
        for person in 0..<persons {
            let mine = (0..<items).filter { _ in dice.roll(10) < 2 } + [person % items]
            preferences.append(
                Set(mine).sorted().map { Preferences.Entry(item: Int32($0), value: 1) }, of: Int32(person))
        }
        return preferences
    }

    @Test("an inverse times its matrix is the identity", arguments: [1, 2, 3, 4, 5, 7, 8, 33, 90])
    func inverse(order: Int) {
        var dice = Dice(seed: UInt64(order))
        var matrix = SymmetricMatrix(order: order, diagonal: Float(order))
        for row in 0..<order {
            for column in 0..<row {
                let value = Float(dice.roll(1000)) / 1000 - 0.5
                matrix.values[row * order + column] = value
                matrix.values[column * order + row] = value
            }
        }
        let original = matrix
        matrix.invert()
        for row in 0..<order {
            for column in 0..<order {
                let sum = (0..<order).reduce(Float(0)) {
                    $0 + original.values[row * order + $1] * matrix.values[$1 * order + column]
                }
                #expect(abs(sum - (row == column ? 1 : 0)) < 1e-3)
            }
        }
    }

    @Test("the dual and the primal road give the same rows", arguments: 1...5)
    func roads(seed: UInt64) {
        let preferences = preferences(persons: 40, items: 30, seed: seed)
        func solve(limit: Int) -> [[Int32: Float]] {
            let model = LinearSolver(preferences: preferences, ridge: 5, solveLimit: limit, rowLimit: 30).solve(
                version: 1)
            return (0..<30).map { item in
                Dictionary(uniqueKeysWithValues: model.entries[model.row(Int32(item))].map { ($0.item, $0.weight) })
            }
        }
        let dual = solve(limit: 40), primal = solve(limit: 39)
        for item in 0..<30 {
            for target in 0..<Int32(30) {
                #expect(abs((dual[item][target] ?? 0) - (primal[item][target] ?? 0)) < 2e-3)
            }
        }
    }
}
