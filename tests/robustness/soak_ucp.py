"""Read generated protocols, many of them: each must end in a tree or in findings.

    python -m tests.robustness.soak_ucp [count] [--seed N]

Mappings are compared with the schema, and texts are read in every way. With `atheris` installed, as
many runs of its coverage-guided search over the parser come on top.
"""

import argparse
import sys
import time
from collections import Counter
from random import Random

from tests.robustness.ucp_documents import Documents
from tests.robustness.ucp_oracle import disagreement, read


def soak(count, seed):
    """Read ``count`` documents; return how often which finding came, nothing for a tree."""
    documents = Documents(Random(seed))
    codes = Counter()
    for index in range(count):
        source = documents.text() if index % 2 else documents.document()
        try:
            findings = read(source)
            different = None if index % 2 else disagreement(source)
        except BaseException:
            print(f"seed {seed}, document {index}:\n{source}", file=sys.stderr)
            raise
        if different is not None:
            raise AssertionError(f"parser and schema disagree: {different}")
        codes.update({finding.code for finding in findings} or {"a tree"})
    return codes


def search(runs, seed):
    """Let atheris look for documents that reach what none reached before; it ends the process."""
    import atheris

    atheris.instrument_all()

    def once(data):
        provider = atheris.FuzzedDataProvider(data)
        if provider.ConsumeBool():
            read(provider.ConsumeUnicode(sys.maxsize))
        else:
            read(Documents(Random(provider.ConsumeInt(8))).damaged(provider.ConsumeUnicode(4096)))

    options = [f"-runs={runs}", f"-seed={seed}", "-max_len=4096", "-len_control=0"]
    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("count", nargs="?", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    begin = time.perf_counter()
    codes = soak(given.count, given.seed)
    seconds = time.perf_counter() - begin
    print(f"{given.count:,} documents in {seconds:.0f} s, seed {given.seed}:")
    for code, times in codes.most_common():
        print(f"{times:9,}  {code}")
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("atheris is not installed: no coverage-guided search.")
    else:
        search(given.count, given.seed)


if __name__ == "__main__":
    main()
