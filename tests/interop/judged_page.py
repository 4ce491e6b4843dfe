"""The tables of ``docs/judged.md``, as the tests find them; run it to print them anew."""

from pathlib import Path

from judged import HERE, OUTSIDE, REFUSED_OF_GUIDES, driven, is_outside
from wanted import BY_HAND, NO_OPTIONS, OPTIONS_WHY, OURS_ALONE, PAGES, PAGES_WHY, WAITS, WANTED

PAGE = Path(__file__).parents[2] / "docs/judged.md"
CLIENTS = {"0.38.0": "`ionworks-api` 0.38.0", "0.20.0": "`ionworks-api` 0.20.0"}


def surface_rows(public):
    """Return a row for each client: how many of its public methods are driven, and the rest."""
    for version, methods in public.items():
        own = driven() & methods
        outside = {name for name in methods - own if is_outside(name)}
        here = outside & set(HERE)
        again = methods - own - outside
        cells = (len(methods), len(own), len(again), len(outside - here), len(here))
        yield row(CLIENTS[version], *cells)


def difference_rows():
    """Return a row for each reason why requests differ, with the calls that it is about."""
    calls = {PAGES_WHY: sorted(PAGES), OPTIONS_WHY: sorted(NO_OPTIONS)}
    for name, difference in {**WANTED, **WAITS}.items():
        calls.setdefault(difference.why, []).append(name)
    for name, why in OURS_ALONE.items():
        calls.setdefault(why, []).append(name)
    for why, names in calls.items():
        methods = sorted({name.partition(" ")[0] for name in names})
        yield row(", ".join(f"`{name}`" for name in methods), len(names), why)


def outside_rows():
    """Return a row for each reason why something is outside, with what it is about."""
    about = {}
    for name, why in OUTSIDE.items():
        about.setdefault(why, []).append(name if "." in name else f"{name}.*")
    for why, names in about.items():
        yield row(", ".join(f"`{name}`" for name in sorted(names)), why)


def refusal_rows():
    """Return a row for each call of the guides that a public client refuses."""
    for version, refused in REFUSED_OF_GUIDES.items():
        for call, (kind, _) in refused.items():
            yield row(CLIENTS[version], call, f"`{kind}`")


def counts(sent, public, ours):
    """Return the sentence that counts the calls which were compared."""
    of_public = {call for call, requests in sent[public].items() if requests}
    both = of_public & set(sent[ours])
    same = {call for call in both if sent[public][call] == sent[ours][call]}
    return (
        f"{len(both)} calls were compared: {len(same)} send the same, "
        f"{len(both - same)} differ as listed; {len(BY_HAND)} are of methods that ours lacks."
    )


def sections():
    """Return the rows of the page's tables without their heads, by the headings above them."""
    found, rows = {}, []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = found.setdefault(line.removeprefix("## "), [])
        elif line.startswith("|"):
            rows.append(line)
    return {heading: rows[2:] for heading, rows in found.items()}


def row(*cells):
    """Return a row of a Markdown table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    for rows in (difference_rows(), outside_rows(), refusal_rows()):
        print(*rows, "", sep="\n")
