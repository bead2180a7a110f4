import ArgumentParser
import Foundation

/// Peers timed on the same shape of data, each by its own usual path.
struct InferencePeers: Codable {
    /// CPU seconds of DuckDB's aggregation alone.
    let duckdb: Double?
    /// CPU seconds of tea-tasting on polars, result included.
    let teaTasting: Double?
    /// Seconds of gbstats from moments to results.
    let gbstatsResult: Double?
    /// Persons that these were measured with.
    let persons: Int

    enum CodingKeys: String, CodingKey {
        case duckdb, persons
        case teaTasting = "tea_tasting"
        case gbstatsResult = "gbstats_result"
    }

    /// Runs the peers in a virtual environment; a peer that is not installed has no figure.
    ///
    /// - Throws: ``ValidationError`` when there is no Python or it says something unexpected.
    static func measured(venv: String, persons: Int, metrics: Int) async throws -> InferencePeers {
        let python = "\(venv)/bin/python"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw ValidationError("--venv: there is no \(python).")
        }
        // A tenth of the persons is enough to time what grows in proportion, and leaves the memory to the rest.
        let part = max(100_000, persons / 10)
        let text = try await output(of: python, ["-W", "ignore", "-c", script, "\(part)", "\(metrics)"])
        guard let line = text.split(separator: "\n").last,
            let peers = try? JSONDecoder().decode(InferencePeers.self, from: Data(line.utf8))
        else { throw ValidationError("--venv: the peers failed: \(text.suffix(600))") }
        return peers
    }

    /// A peer's seconds for `persons`, in proportion.
    func scaled(_ seconds: Double?, to persons: Int) -> Double? {
        seconds.map { $0 * Double(persons) / Double(self.persons) }
    }

    private static let script = """
        import json, resource, sys, time
        persons, metrics = int(sys.argv[1]), int(sys.argv[2])
        import numpy as np
        random = np.random.default_rng(1)
        names = [f"m{i}" for i in range(metrics)]
        columns = {"arm": random.integers(0, 2, persons)}
        for name in names:
            before = random.normal(1, 1, persons)
            columns["pre_" + name], columns[name] = before, 0.6 * before + random.normal(0, 1, persons)
        def cpu():
            usage = resource.getrusage(resource.RUSAGE_SELF)
            return usage.ru_utime + usage.ru_stime
        def timed(work):
            work()
            start = cpu()
            work()
            return cpu() - start
        result = {"persons": persons, "duckdb": None, "tea_tasting": None, "gbstats_result": None}
        try:
            import duckdb, pandas
            frame = pandas.DataFrame(columns)
            base = duckdb.connect()
            base.execute("SET threads = 1")
            base.execute("CREATE TABLE t AS SELECT * FROM frame")
            del frame
            parts = ", ".join(f"avg({n}), var_samp({n}), avg(pre_{n}), var_samp(pre_{n}), covar_samp({n}, pre_{n})" for n in names)
            result["duckdb"] = timed(lambda: base.execute(f"SELECT arm, count(*), {parts} FROM t GROUP BY arm").fetchall())
        except Exception as problem:
            print("duckdb:", problem)
        try:
            import polars, tea_tasting
            frame = polars.DataFrame(columns)
            experiment = tea_tasting.Experiment({n: tea_tasting.Mean(n, covariate="pre_" + n) for n in names}, variant="arm")
            result["tea_tasting"] = timed(lambda: experiment.analyze(frame))
        except Exception as problem:
            print("tea-tasting:", problem)
        try:
            from gbstats.frequentist.tests import FrequentistConfig, TwoSidedTTest
            from gbstats.models.statistics import RegressionAdjustedStatistic, SampleMeanStatistic
            def arm(flag, name):
                chosen = columns["arm"] == flag
                x, y = columns["pre_" + name][chosen], columns[name][chosen]
                return RegressionAdjustedStatistic(
                    post_statistic=SampleMeanStatistic(n=len(y), sum=y.sum(), sum_squares=(y * y).sum()),
                    pre_statistic=SampleMeanStatistic(n=len(x), sum=x.sum(), sum_squares=(x * x).sum()),
                    post_pre_sum_of_products=(x * y).sum(), n=len(y), theta=0.6)
            arms = [(arm(0, n), arm(1, n)) for n in names]
            start = time.perf_counter()
            for a, b in arms:
                TwoSidedTTest(a, b, FrequentistConfig()).compute_result()
            result["gbstats_result"] = time.perf_counter() - start
        except Exception as problem:
            print("gbstats:", problem)
        print(json.dumps(result))
        """
}
