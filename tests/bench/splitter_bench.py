"""Tables of what the splitter does on labelled sets.

Quality, delay of certain and of provisional ends, first piece, speed against a naive splitter, growth:

    python tests/bench/splitter_bench.py SETS [--tables quality,delay,first,speed,growth] [--guess]

SETS is a folder with `score.py` and JSON sets as its README describes them; its scorer prepares the texts
and the tokens, so that figures compare with the ones it prints for other splitters. Nothing of the sets
is copied. The project's own answers and cases are measured too.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from splitter_naive import Naive  # type: ignore[import-not-found]  # a neighbour, not a package

from tests.core.text.splitting import own_sets
from voice_server.core.text.splitting.splitter import Piece, Splitter, SplitterOptions

Text = dict[str, Any]
_CLAUSE_MARKS = ",;:，；：、،؛—–-"
_GROWTH = {
    "words": "lorem ipsum dolor sit amet ",
    "no space": "abcdefghij",
    "dots": ".",
    "commas": "word, ",
    "Dr. Dr.": "Dr. ",
    "digits": "0123456789",
    "open quote": '"lorem ipsum. ',
    "line breaks": "\n",
    "one URL": "https://a.example/b.c?d=e&f.",
}
_TEXT_LENGTHS = (10_000, 100_000, 1_000_000)


@dataclass
class Tally:
    """Sums over one set."""

    texts: int = 0
    exact: int = 0
    right: int = 0
    wrong: int = 0
    forced: int = 0
    missed: int = 0
    longest: int = 0
    delays: list[int] = field(default_factory=list)
    least_delays: list[int] = field(default_factory=list)
    provisional_delays: list[int] = field(default_factory=list)
    announced: int = 0
    taken_back: int = 0
    first_tokens: list[int] = field(default_factory=list)

    def quality(self) -> str:
        """Exact texts, precision, recall, F1, and how many wrong cuts the hard cap forced."""
        precision = self.right / max(1, self.right + self.wrong)
        recall = self.right / max(1, self.right + self.missed)
        f1 = 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)
        return (
            f"exact {self.exact / max(1, self.texts):.3f}  P {precision:.4f}  R {recall:.4f}  F1 {f1:.4f}  "
            f"wrong {self.wrong} ({self.forced} forced by the cap)  missed {self.missed}  "
            f"longest {self.longest}"
        )

    def delay(self) -> str:
        """Tokens from a sentence's last character until it was announced and until it was certain.

        The least is the delay of one who knows all ends and waits for the line break or the next letter.
        """
        share = self.taken_back / max(1, self.announced)
        return (
            f"certain: mean {statistics.fmean(self.delays or [0]):.3f} p95 {_quantile(self.delays, 0.95)} "
            f"(least {statistics.fmean(self.least_delays or [0]):.3f})  "
            f"announced: mean {statistics.fmean(self.provisional_delays or [0]):.3f}  "
            f"taken back {self.taken_back} of {self.announced} ({share:.2%})"
        )

    def first(self) -> str:
        """Tokens until the first piece, and F1 with cuts behind a clause mark forgiven."""
        f1 = 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)
        tokens = self.first_tokens
        return f"tokens: median {_quantile(tokens, 0.5)} p95 {_quantile(tokens, 0.95)}  soft F1 {f1:.4f}"


def main() -> None:
    """Print the tables that were asked for."""
    arguments = _arguments()
    scorer = _scorer(arguments.sets)
    sets = {path.stem: _texts(path) for path in sorted(arguments.sets.glob("*.json"))} | _own_sets()
    chosen = arguments.tables.split(",")
    for table, early in (("quality", False), ("delay", False), ("first", True)):
        if table in chosen:
            print(f"\n## {table}")
            for name, texts in sets.items():
                tally = tally_of(scorer, texts, guess=arguments.guess, early=early)
                print(f"{name:16s} {len(texts):4d} texts  {getattr(tally, table)()}", flush=True)
    if "speed" in chosen:
        print_speed(scorer, sets, arguments.rounds)
    if "growth" in chosen:
        print_growth()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", type=Path, help="the folder with score.py and the sets")
    parser.add_argument("--tables", default="quality,delay,first,speed,growth")
    parser.add_argument("--guess", action="store_true", help="do not tell the splitter the language")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of the speed table")
    return parser.parse_args()


def _scorer(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("splitter_scorer", folder / "score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"there is no score.py in {folder}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _texts(path: Path) -> list[Text]:
    texts: list[Text] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def _own_sets() -> dict[str, list[Text]]:
    """The project's own texts, as the sets have theirs."""
    return {
        "own answers": [_as_text(example) for example in own_sets.answers()],
        "own cases": [_as_text(example) for example in own_sets.cases()],
    }


def _as_text(example: own_sets.Example) -> Text:
    ends, open_ends = (
        {len("".join(example.text[:end].split())) for end in offsets}
        for offsets in (example.ends, example.open_ends)
    )
    return {
        "id": example.name,
        "lang": example.language,
        "text": example.text,
        "sentences": example.sentences,
        "optional": sorted(open_ends - ends),
    }


def _tokens(scorer: ModuleType, text: Text) -> list[str]:
    tokens: list[str] = dict(scorer.chunkings(text, ["tok"]))["tok"]
    return tokens


def _quantile(values: list[int], share: float) -> int:
    ordered = sorted(values) or [0]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def tally_of(scorer: ModuleType, texts: list[Text], *, guess: bool, early: bool) -> Tally:
    """Stream every text token by token and count."""
    tally = Tally()
    for text in texts:
        language = None if guess else text["lang"]
        splitter = Splitter(SplitterOptions(language=language, first_piece="clause" if early else "sentence"))
        run = Run(splitter, _tokens(scorer, text))
        _count_boundaries(tally, scorer, text, run, soft=early)
        _count_delays(tally, scorer, text, run)
    return tally


class Run:
    """One text streamed: the pieces, when each came out, and when it had first been announced."""

    def __init__(self, splitter: Splitter, tokens: list[str]) -> None:
        self.ends_of_tokens: list[int] = []
        self.certain: dict[Piece, int] = {}
        self.announced: dict[tuple[int, int], int] = {}
        fed = 0
        for index, token in enumerate(tokens):
            fed += len(token)
            self.ends_of_tokens.append(fed)
            self.certain.update(dict.fromkeys(splitter.feed(token), index))
            provisional = splitter.provisional
            if provisional is not None:
                self.announced.setdefault((provisional.start, provisional.end), index)
        self.streamed = dict(self.certain)
        self.pieces = [*self.certain, *splitter.finish()]


def _count_boundaries(tally: Tally, scorer: ModuleType, text: Text, run: Run, *, soft: bool) -> None:
    inner, optional, total = scorer.prep(text)
    counts = _canonical_counts(scorer, text["text"])
    gold = {boundary for boundary, _ in inner} - optional
    found = {counts[piece.end]: piece for piece in run.pieces}
    cut = {boundary for boundary in found if 0 < boundary < total} - optional
    if soft:
        cut = {b for b in cut if b in gold or not _is_clause(text["text"], found[b].end)}
    tally.texts += 1
    tally.exact += cut == gold
    tally.right += len(cut & gold)
    tally.wrong += len(cut - gold)
    tally.missed += len(gold - cut)
    tally.forced += sum(found[boundary].reason.startswith("over-long") for boundary in cut - gold)
    tally.longest = max(tally.longest, *(len(piece.text) for piece in run.pieces))
    tally.first_tokens.append(next(iter(run.streamed.values()), len(run.ends_of_tokens) - 1) + 1)


def _canonical_counts(scorer: ModuleType, text: str) -> list[int]:
    counts = [0]
    for character in text:
        counts.append(counts[-1] + scorer.is_canon(character))
    return counts


def _is_clause(text: str, end: int) -> bool:
    return text[end - 1] in _CLAUSE_MARKS or text[end : end + 2] in (" —", " –", " -")


def _count_delays(tally: Tally, scorer: ModuleType, text: Text, run: Run) -> None:
    inner, optional, _ = scorer.prep(text)
    counts = _canonical_counts(scorer, text["text"])
    gold = {boundary for boundary, _ in inner} - optional
    for piece, token in run.streamed.items():
        if counts[piece.end] in gold:
            last = bisect_left(run.ends_of_tokens, piece.end)
            announced = run.announced.get((piece.start, piece.end), token)
            tally.delays.append(token - last)
            tally.least_delays.append(
                bisect_left(run.ends_of_tokens, _sign_at(text["text"], piece.end)) - last
            )
            tally.provisional_delays.append(min(announced, token) - last)
    spans = {(piece.start, piece.end) for piece in run.pieces}
    tally.announced += len(run.announced)
    tally.taken_back += len(run.announced.keys() - spans)


def _sign_at(text: str, end: int) -> int:
    """Behind the character that shows that something else begins: a line break or the next sign."""
    gap = len(text[end:]) - len(text[end:].lstrip(" \u00a0"))
    return end + gap + 1


def print_speed(scorer: ModuleType, sets: dict[str, list[Text]], rounds: int) -> None:
    """Microseconds of processor time per token, interleaved with the naive splitter; medians."""
    print(f"\n## speed: us a token, medians of {rounds} interleaved rounds")
    everything: list[list[str]] = []
    for name, texts in sets.items():
        streams = [_tokens(scorer, text) for text in texts]
        everything += streams
        print(f"{name:16s} {_speed(streams, rounds)}", flush=True)
    print(f"{'all':16s} {_speed(everything, rounds)}")


def _speed(streams: list[list[str]], rounds: int) -> str:
    makers: dict[str, Callable[[], Any]] = {
        "naive": Naive,
        "language given": lambda: Splitter(SplitterOptions(language="en")),
        "guessed": Splitter,
    }
    seconds: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(rounds):
        for name, make in makers.items():
            began = time.thread_time()
            for stream in streams:
                _drain(make(), stream)
            seconds[name].append(time.thread_time() - began)
    base = statistics.median(seconds["naive"])
    per_token = 1e6 / sum(map(len, streams))
    return "  ".join(
        f"{name} {statistics.median(each) * per_token:.2f} (x{statistics.median(each) / base:.2f})"
        for name, each in seconds.items()
    )


def _drain(splitter: Any, tokens: list[str]) -> None:
    for token in tokens:
        splitter.feed(token)
    splitter.finish()


def print_growth() -> None:
    """Cost per character of endless texts fed four characters at a time, in this thread's own time."""
    print("\n## growth: us a character at 10k, 100k, 1M characters; slowest feed, ms of processor time")
    gc.disable()
    for kind, unit in _GROWTH.items():
        costs = [_cost(unit, length) for length in _TEXT_LENGTHS]
        cells = "  ".join(f"{each:.2f}" for each, _ in costs)
        print(f"{kind:12s} {cells}   x{costs[-1][0] / costs[0][0]:.2f}   {costs[-1][1]:.2f} ms", flush=True)
    gc.enable()


def _cost(unit: str, length: int) -> tuple[float, float]:
    splitter = Splitter(SplitterOptions(language="en"))
    slowest = total = 0.0
    for chunk in _chunks(unit, length):
        began = time.thread_time()
        splitter.feed(chunk)
        took = time.thread_time() - began
        total += took
        slowest = max(slowest, took)
    return total / length * 1e6, slowest * 1e3


def _chunks(unit: str, length: int) -> Iterator[str]:
    text = (unit * (length // len(unit) + 1))[:length]
    return (text[at : at + 4] for at in range(0, length, 4))


if __name__ == "__main__":
    main()
