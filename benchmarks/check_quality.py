"""How well the check judges: right books in many styles, and wrong ones made by mutation.

    python benchmarks/check_quality.py --seed 7 --right 1000 --wrong 1000 --processes 2

prints a Markdown table and writes what went wrong to quality-failures.jsonl, a line a book. One
book again, with everything that was said of it: `--book wrong-7-12 --keep FOLDER` (the name is the
failure's "seed"). `--only "headings: german" --only "convention: tanh"` sets options of every book,
`--operator guarded` takes only operators with that in their name, `--held-out` adds the styles,
conventions and operators that are set apart for the final evaluation.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from pathlib import Path

from quality.judging.scoring import Job, Score, scored
from quality.judging.table import table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--right", type=int, default=1000, help="how many right books")
    parser.add_argument("--wrong", type=int, default=1000, help="how many wrong books")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--held-out", action="store_true", help="for the final evaluation only")
    parser.add_argument("--only", action="append", default=[], metavar="FEATURE: OPTION")
    parser.add_argument("--operator", default="", help="a part of the operators' names")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the books there")
    parser.add_argument("--book", metavar="NAME", help="one book again: wrong-7-12")
    parser.add_argument("--failures", type=Path, default=Path("quality-failures.jsonl"))
    return parser.parse_args()


def _jobs(options: argparse.Namespace) -> Iterator[Job]:
    wanted = tuple(
        (feature, option) for feature, _, option in (text.partition(": ") for text in options.only)
    )
    if options.book:
        name, held_out = options.book.removeprefix("held-out "), options.held_out
        kind, seed, number = name.split("-", 2)
        held_out = held_out or options.book.startswith("held-out ")
        yield Job(kind, int(seed), int(number), held_out, wanted, options.operator, options.keep)
        return
    for kind in ("right", "wrong"):
        for number in range(getattr(options, kind)):
            yield Job(
                kind, options.seed, number, options.held_out, wanted, options.operator, options.keep
            )


def _scores(options: argparse.Namespace) -> Iterator[Score]:
    jobs = list(_jobs(options))
    if options.processes < 2 or len(jobs) == 1:
        yield from map(scored, jobs)
        return
    # What a book leaves in memory goes with the process that judged it.
    with multiprocessing.Pool(options.processes, maxtasksperchild=50) as pool:
        yield from pool.imap_unordered(scored, jobs, chunksize=4)


def main() -> None:
    options = _arguments()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    found: list[Score] = []
    for score in _scores(options):
        found.append(score)
        if sys.stderr.isatty():
            print(f"\r{len(found)} books", end="", file=sys.stderr)
    if options.book:
        print(json.dumps(found[0].as_json(), indent=1, ensure_ascii=False))
        return
    lines = [json.dumps(score.as_json(), ensure_ascii=False) for score in found if not score.good]
    options.failures.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
