/// Values for an allocation that don't fool it: learnt on other persons than those they are used on, shrunk, and taken at
/// their lower bound, so that the choice doesn't chase noise (the optimiser's curse, Smith & Winkler 2006).
public struct OptionValues: Sendable {
    /// Lower bound of each segment × option's value for persons of a fold; option 0 is the baseline and worth 0.
    private let bounds: [Double]
    private let options: Int
    private let segments: Int
    /// Folds that persons are split into.
    public let folds: Int

    /// Learns values.
    ///
    /// - Parameters:
    ///   - outcomes: moments of fold × segment × option, in that order, from an experiment over the options.
    ///   - level: how sure the bounds are; 0.8 means that four of five are exceeded by the truth.
    /// - Throws: ``InferenceProblem/unequalLengths(_:_:)``, or ``InferenceProblem/tooFewUnits(have:need:)`` with fewer than two
    ///   folds or three values to learn the shrinkage from.
    public init(
        outcomes: [Moments], folds: Int, segments: Int, options: Int, level: Double = 0.8
    ) throws(InferenceProblem) {
        guard outcomes.count == folds * segments * options else {
            throw .unequalLengths(outcomes.count, folds * segments * options)
        }
        guard folds > 1 else { throw .tooFewUnits(have: folds, need: 2) }
        var bounds = [Double](repeating: 0, count: outcomes.count)
        for fold in 0..<folds {
            // Everybody but the fold itself.
            var others = [Moments](repeating: Moments(), count: segments * options)
            for other in 0..<folds where other != fold {
                for index in others.indices { others[index].merge(outcomes[other * segments * options + index]) }
            }
            let part = try Self.bounds(others, options: options, level: level)
            bounds.replaceSubrange(fold * part.count..<(fold + 1) * part.count, with: part)
        }
        (self.bounds, self.options, self.segments, self.folds) = (bounds, options, segments, folds)
    }

    /// The value of an option for a person of this fold and segment.
    public subscript(fold fold: Int, segment segment: Int, option option: Int) -> Double {
        bounds[(fold * segments + segment) * options + option]
    }

    private static func bounds(_ cells: [Moments], options: Int, level: Double) throws(InferenceProblem) -> [Double] {
        var bounds = [Double](repeating: 0, count: cells.count)
        for option in 1..<max(1, options) {
            var (effects, errors, places) = ([Double](), [Double](), [Int]())
            for place in stride(from: option, to: cells.count, by: options) {
                let base = try ArmMean(cells[place - option])
                let own = try ArmMean(cells[place])
                effects.append(own.value - base.value)
                errors.append((own.squaredError + base.squaredError).squareRoot())
                places.append(place)
            }
            let shrinkage = try NormalShrinkage(effects: effects, errors: errors)
            for (index, place) in places.enumerated() {
                bounds[place] = shrinkage(effects[index], error: errors[index]).lowerBound(level)
            }
        }
        return bounds
    }
}
