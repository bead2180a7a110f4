import Inference
import InferenceTrials

/// How exact: against values known without rounding.
enum InferencePrecision {
    static func figures() throws -> [BenchReport.Figure] {
        [
            .init(name: "variance of 1,000,000 values of 1e9 ± 1, relative error", value: try variance(), unit: "×1"),
            .init(name: "normal and t tails to 1e-300, worst relative error", value: tails(), unit: "×1"),
        ]
    }

    /// Values are whole 1024ths, so their variance is known by integers.
    private static func variance() throws -> Double {
        var random = SeededRandom(seed: 3)
        var (moments, sum, squares) = (Moments(), 0, 0)
        let count = 1_000_000
        for _ in 0..<count {
            let step = Int((random.normal() * 1024).rounded())
            sum += step
            squares += step * step
            moments.add(1e9 + Double(step) / 1024)
        }
        let n = Double(count)
        let exact = (Double(squares) - Double(sum) * Double(sum) / n) / (n - 1) / 1_048_576
        return abs(moments.variance / exact - 1)
    }

    /// A few of the sixty-digit values that the tests hold in full.
    private static func tails() -> Double {
        let known: [(Double, Double)] = [
            (Normal.upperTail(37), 5.725571222524576822683193e-300),
            (Normal.upperTail(10), 7.619853024160526065973343e-24),
            (StudentT(30).upperTail(37.5), 4.585575550173496647193045e-27),
            (StudentT(3788.5317983379905).upperTail(37.5), 2.500950982345573864061019e-262),
            (StudentT(1e9).upperTail(8.2), 1.201936552967537272642983e-16),
            (StudentT(1).upperTail(8.2), 0.03862754148985509050676892),
            (ChiSquared(9).upperTail(700), 6.916357838795498374765626e-145),
        ]
        return known.map { abs($0.0 / $0.1 - 1) }.max() ?? .nan
    }
}
