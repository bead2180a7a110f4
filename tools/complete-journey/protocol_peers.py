"""Lists of the protocol's best peers; started by ./protocol inside the virtual environment that holds the libraries.

`lambdamart.csv`: two stages, some 200 candidates (own history, EASE, popularity) ranked by LightGBM's LambdaMART, which learns
on what followed two earlier times. `ease-popularity.csv`: EASE (Steck, arXiv 1905.03375) with the popularity of the last four
weeks, the strongest for discovery. Settings were chosen on weeks 46-49.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import lightgbm
import numpy as np
import scipy.sparse as sp

from protocol_files import tables

K = 20
RIDGE = 100.0
POPULARITY = 0.4  # weight of log popularity against the EASE score in standard deviations
CANDIDATES = {"own": 110, "ease": 90, "popular": 50}
EVENTS, PRODUCTS = tables()
PEOPLE = np.sort(EVENTS.person.unique())
ITEMS = np.sort(PRODUCTS.product_id.unique())
EVENTS = EVENTS.assign(
    row=np.searchsorted(PEOPLE, EVENTS.person), column=np.searchsorted(ITEMS, EVENTS["product_id"]),
    day=(EVENTS.time - EVENTS.time.min()).dt.total_seconds() / 86_400)


def matrix(events, values) -> sp.csr_matrix:
    shape = (len(PEOPLE), len(ITEMS))
    return sp.csr_matrix((np.asarray(values, np.float32), (events.row, events.column)), shape=shape)


def codes(names) -> np.ndarray:
    return np.unique(PRODUCTS.set_index("product_id").loc[ITEMS, names].fillna("").astype(str), return_inverse=True)[1]


class State:
    """What is known at the end of a week."""

    def __init__(self, week: int):
        known = EVENTS[EVENTS.week <= week]
        now = known.day.max()
        age = now - known.day
        self.count = matrix(known, np.ones(len(known)))
        self.slow = matrix(known, 0.5 ** (age / 84))
        self.fast = matrix(known, 0.5 ** (age / 14))
        recent = known[known.week > week - 4]
        self.month = np.bincount(recent.column, minlength=len(ITEMS)).astype(np.float32)
        last = known[known.week > week - 1]
        self.week = np.bincount(last.column, minlength=len(ITEMS)).astype(np.float32)
        times = known.groupby(["row", "column"]).day.agg(["min", "max", "size"]).reset_index()
        self.last = matrix(times, now - times["max"])
        self.gap = matrix(times, (times["max"] - times["min"]) / np.maximum(1, times["size"] - 1))
        self.persons = np.asarray((self.count > 0).sum(0)).ravel().astype(np.float32)
        self.repeaters = np.asarray((self.count > 1).sum(0)).ravel().astype(np.float32)
        self.kinds = {name: self.shares(codes(name)) for name in ["product_type", "product_category"]}
        self.ease()

    def shares(self, kind) -> tuple[np.ndarray, np.ndarray]:
        """How much of each kind each person bought lately."""
        fold = sp.csr_matrix((np.ones(len(ITEMS), np.float32), (np.arange(len(ITEMS)), kind)))
        return kind, np.log1p((self.slow @ fold).toarray())

    def ease(self) -> None:
        """P = (I - X'(XX' + rI)^-1 X)/r: with fewer persons than items the small inverse is enough."""
        x = self.slow.copy()
        x.data = np.minimum(1, 0.4 + 0.6 * np.log1p(x.data))
        self.x = x
        inverse = np.linalg.inv((x @ x.T).toarray().astype(np.float64) + RIDGE * np.eye(x.shape[0]))
        self.smooth = (np.eye(x.shape[0]) - RIDGE * inverse).astype(np.float32)  # XX'(XX' + rI)^-1
        half = sp.csr_matrix.dot(x.T, inverse.astype(np.float32))
        lever = np.asarray(x.T.multiply(half).sum(1)).ravel()
        self.diagonal = np.maximum(0.02, 1 - lever)

    def scores(self, person: int) -> np.ndarray:
        own = np.asarray(self.x[person].todense()).ravel()
        return own - (own - self.x.T @ self.smooth[person]) / self.diagonal


def best(scores: np.ndarray, count: int) -> np.ndarray:
    top = np.argpartition(-scores, count)[:count]
    return top[np.argsort(-scores[top], kind="stable")]


def blend(state: State, scores: np.ndarray) -> np.ndarray:
    # A small floor: what nobody bought in four weeks sinks, and does not vanish.
    return scores / scores.std() + POPULARITY * np.log(state.month + 0.3)


def candidates(state: State, person: int, discovery: bool):
    """Items and their features."""
    scores = state.scores(person)
    own = state.slow[person]
    had = own.indices
    taken = [best(scores_without(scores, had if discovery else []), CANDIDATES["ease"] + 60 * discovery)]
    if not discovery:
        taken.append(had[np.argsort(-own.data, kind="stable")][: CANDIDATES["own"]])
    taken.append(best(state.month, CANDIDATES["popular"]))
    items = np.unique(np.concatenate(taken))
    if discovery:
        items = np.setdiff1d(items, had)

    def of(table):
        return np.asarray(table[person, items].todense()).ravel()

    last, gap = of(state.last), of(state.gap)
    columns = [of(state.count), of(state.slow), of(state.fast), last, gap, last / np.maximum(1, gap), scores[items],
               np.argsort(np.argsort(-scores[items])), state.month[items], state.week[items], state.persons[items],
               state.repeaters[items] / (state.persons[items] + 3), np.full(len(items), own.data.sum()),
               np.full(len(items), len(had)), blend(state, scores)[items]]
    columns += [table[person, kind[items]] for kind, table in state.kinds.values()]
    return items, np.column_stack(columns).astype(np.float32)


def scores_without(scores: np.ndarray, forbidden) -> np.ndarray:
    scores = scores.copy()
    scores[forbidden] = -np.inf
    return scores


def followed(first: int, last: int) -> dict[int, set[int]]:
    events = EVENTS[(EVENTS.week >= first) & (EVENTS.week <= last)]
    return {row: set(part) for row, part in events.groupby("row").column}


def answers(state: State, truth: dict[int, set[int]], discovery: bool) -> dict[int, set[int]]:
    known = np.diff(state.count.indptr) > 0
    wanted = {row: items - set(state.count[row].indices) if discovery else items
              for row, items in truth.items() if known[row]}
    return {row: items for row, items in wanted.items() if items}


def lambdamart(past: list[tuple[State, dict]], discovery: bool) -> lightgbm.Booster:
    rows, labels, sizes = [], [], []
    for state, truth in past:
        for person, items in answers(state, truth, discovery).items():
            found, features = candidates(state, person, discovery)
            rows.append(features)
            labels.append(np.isin(found, list(items)).astype(np.int8))
            sizes.append(len(found))
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(labels), group=sizes)
    settings = {"objective": "lambdarank", "num_leaves": 31, "learning_rate": 0.05, "lambdarank_truncation_level": 30,
                "min_data_in_leaf": 100, "feature_fraction": 0.7, "verbose": -1, "seed": 1, "deterministic": True}
    return lightgbm.train(settings, data, 300)


def gain(listed: np.ndarray, truth: set[int]) -> float:
    hits = np.array([item in truth for item in listed[:K]])
    discounts = 1 / np.log2(np.arange(K) + 2)
    return float((hits * discounts[: len(hits)]).sum() / discounts[: min(K, len(truth))].sum())


def write(path: Path, lists: dict[str, dict[int, np.ndarray]]) -> None:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["person", "item", "rank", "report"])
        for report, persons in lists.items():
            for person, items in persons.items():
                for rank, item in enumerate(items[:K], 1):
                    out.writerow([PEOPLE[person], ITEMS[item], rank, report])


def main() -> None:
    folder, week = Path(sys.argv[1]), int(sys.argv[2])
    began = time.time()
    now = State(week)
    past = [(State(week - back), followed(week - back + 1, week - back + 4)) for back in (4, 8)]
    truth = followed(week + 1, week + 4)
    ranked, blended = {}, {}
    for discovery, report in ((False, "all"), (True, "discovery")):
        model = lambdamart(past, discovery)
        wanted = answers(now, truth, discovery)
        ranked[report], blended[report] = {}, {}
        for person in wanted:
            items, features = candidates(now, person, discovery)
            ranked[report][person] = items[np.argsort(-model.predict(features), kind="stable")][:K]
            mixed = blend(now, now.scores(person))
            blended[report][person] = best(
                scores_without(mixed, now.count[person].indices if discovery else []), K)
        for name, lists in (("lambdamart", ranked), ("ease-popularity", blended)):
            mean = np.mean([gain(lists[report][person], items) for person, items in wanted.items()])
            print(f"{name} {report}: {len(wanted)} persons, NDCG@{K} {mean:.4f}, {time.time() - began:.0f} s")
    write(folder / "lambdamart.csv", ranked)
    write(folder / "ease-popularity.csv", blended)


if __name__ == "__main__":
    main()
