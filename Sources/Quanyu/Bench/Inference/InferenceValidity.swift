import Inference
import InferenceTrials

/// How honest: error rates, coverage, power and biases on trials whose truth is known.
enum InferenceValidity {
    static func figures(runs: Int) throws -> [BenchReport.Figure] {
        try looking(runs: runs) + lifts(runs: 5 * runs) + surveys(runs: runs) + decisions(runs: runs)
            + interference() + shelf()
    }

    private static func looking(runs: Int) throws -> [BenchReport.Figure] {
        let trial = LookingTrial()
        let methods: [LookingTrial.Method] = [
            .fixed, .groupSequential(.power(3)), .confidenceSequence, .peeking,
        ]
        var figures: [BenchReport.Figure] = []
        // Lifts that one look at the end would find with 80 %; what it does find is the limit printed beside each power.
        for outcome in Outcome.allCases {
            let null = try trial.run(outcome, lift: 0, methods: methods, runs: runs, seed: 11)
            let effect = try trial.run(
                outcome, lift: trial.lift(outcome, power: 0.8), methods: methods, runs: runs, seed: 12)
            let name = outcome.rawValue
            figures += [
                .init(
                    name: "false positives, 30 looks, \(name)", value: null[1].found * 100, unit: "%",
                    peer: "a fixed test at each look", peerValue: null[3].found * 100, limit: 5 + 200 * null[1].error),
                .init(
                    name: "power by planned N, 30 looks, \(name)", value: effect[1].found, unit: "share",
                    peer: "confidence sequence", peerValue: effect[2].found, limit: effect[0].found),
                .init(
                    name: "mean share of N used, 30 looks, \(name)", value: effect[1].used, unit: "share",
                    peer: "confidence sequence", peerValue: effect[2].used),
                .init(
                    name: "false positives, confidence sequence, 30 looks, \(name)", value: null[2].found * 100,
                    unit: "%",
                    limit: 5),
            ]
        }
        return figures
    }

    private static func lifts(runs: Int) throws -> [BenchReport.Figure] {
        let conversion = try LiftTrial(units: 2_000, lift: 0.3).run(.conversion, runs: runs, seed: 21)
        let revenue = try LiftTrial(units: 1_000, lift: 0).run(.revenue, runs: runs, seed: 22)
        return [
            .init(
                name: "relative-lift coverage, conversion +30 %", value: conversion.fieller * 100, unit: "%",
                peer: "delta method", peerValue: conversion.delta * 100),
            .init(
                name: "relative-lift coverage, revenue, 1,000 an arm", value: revenue.fieller * 100, unit: "%",
                peer: "delta method", peerValue: revenue.delta * 100),
        ]
    }

    private static func surveys(runs: Int) throws -> [BenchReport.Figure] {
        let shift = try SurveyTrial(units: 300_000).run(runs: runs, seed: 31)
        var figures = [
            BenchReport.Figure(
                name: "NPS, no effect, late buyers answer 25 % less, 300,000 an arm: false positives",
                value: shift.reweighted * 100, unit: "%", peer: "unweighted", peerValue: shift.plain * 100)
        ]
        for answers in [10, 30] {
            let coverages = [(0.6, 0.15), (0.9, 0.02)].map {
                SurveyTrial.shopCoverage(
                    answers: answers, promoters: $0.0, detractors: $0.1, runs: 50 * runs, seed: 32)
            }
            figures.append(
                .init(
                    name: "shop NPS coverage, \(answers) answers, the worse of two shops",
                    value: (coverages.map(\.adjusted).min() ?? .nan) * 100, unit: "%", peer: "Wald",
                    peerValue: (coverages.map(\.wald).min() ?? .nan) * 100))
        }
        return figures
    }

    private static func decisions(runs: Int) throws -> [BenchReport.Figure] {
        let normal = try DecisionTrials.ledger(.normal, decisions: 300, years: max(20, runs / 20), seed: 41)
        let sparse = try DecisionTrials.ledger(.mostlyNothing, decisions: 300, years: max(20, runs / 20), seed: 42)
        let proxy = try DecisionTrials.proxy(runs: runs, seed: 43)
        let strong = try DecisionTrials.proxy(signal: 1.5, runs: runs, seed: 44)
        return [
            .init(
                name: "ledger, claimed / true, normal effects", value: normal.created, unit: "×",
                peer: "adding up wins",
                peerValue: normal.measured),
            .init(
                name: "ledger, claimed / true, 85 % near nothing", value: sparse.created, unit: "×",
                peer: "adding up wins", peerValue: sparse.measured),
            .init(
                name: "proxy gate, wrong sign, weak signal", value: proxy.wrong * 100, unit: "%", peer: "naive slope",
                peerValue: proxy.naiveWrong * 100),
            .init(name: "proxy gate, unknown, weak signal", value: proxy.unknown * 100, unit: "%"),
            .init(
                name: "proxy gate, wrong sign, strong signal", value: strong.wrong * 100, unit: "%",
                peer: "naive slope",
                peerValue: strong.naiveWrong * 100),
            .init(name: "proxy gate, unknown, strong signal", value: strong.unknown * 100, unit: "%"),
        ]
    }

    private static func interference() throws -> [BenchReport.Figure] {
        let trials = try (0..<40).map { try SharedStockTrial(windows: 800).run(seed: UInt64(50 + $0)) }
        let truth = trials.map(\.truth).reduce(0, +)
        let covered = trials.count { $0.coverage }
        return [
            .init(
                name: "shared stock, bias of a switchback",
                value: (trials.map(\.switchback).reduce(0, +) / truth - 1) * 100,
                unit: "%", peer: "comparison of persons",
                peerValue: (trials.map(\.persons).reduce(0, +) / truth - 1) * 100),
            .init(
                name: "shared stock, switchback intervals that cover",
                value: Double(covered) / Double(trials.count) * 100,
                unit: "%"),
        ]
    }

    /// The World's row: a treatment that creates nothing on a shelf that is too short.
    private static func shelf() throws -> [BenchReport.Figure] {
        let trials = try (0..<10).map { try ShelfTrial().run(seed: UInt64(70 + $0)) }
        func worst(_ value: (ShelfTrial.Result) -> Double) -> Double {
            trials.map { abs(value($0) - $0.truth) }.max() ?? .nan
        }
        return [
            .init(
                name: "World, shared stock, true effect zero: largest bias of a switchback",
                value: worst(\.switchback) * 100,
                unit: "% of control", peer: "comparison of persons", peerValue: worst(\.persons) * 100, limit: 5),
            .init(
                name: "World, shared stock: switchback intervals that cover",
                value: Double(trials.count(where: \.covers)) / Double(trials.count) * 100, unit: "%"),
        ]
    }
}
