"""Commands that match people: matches, matches auto, decide, decisions, withdraw, thresholds."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workbench.datasets.matchings import MATCHINGS, matching
from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command, plain
from workbench.model.list_query import ListQuery

Of = Annotated[
    str | None,
    typer.Option("--of", metavar="DATASET", help=f"Whose rows say it: {', '.join(MATCHINGS)}; without the family too."),
]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
_SHOWN = 20


class _Listing(TyperGroup):
    """The group whose command `list` need not be said."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        said = bool(args) and (args[0] in self.commands or "--help" in args)
        return super().parse_args(ctx, args if said else ["list", *args])


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    about = "Whose records imported rows mean. Without a command of its own: `list`."
    matches = typer.Typer(help=about, rich_markup_mode=None, cls=_Listing)
    command(matches, "list")(list_)
    command(matches, "auto")(auto)
    command(matches, "decide")(decide)
    command(matches, "decisions")(decisions)
    command(matches, "withdraw")(withdraw)
    command(matches, "thresholds")(thresholds)
    app.add_typer(matches, name="matches")


def list_(
    asked: Asked,
    of: Of = None,
    everybody: Annotated[bool, typer.Option("--all", help="Not the unmatched only.")] = False,
    text: Annotated[str, typer.Option("--find", metavar="TEXT", help="Only who has all of these words.")] = "",
    limit: Limit = _SHOWN,
) -> int:
    """List what can be matched; with --of, who is unmatched, with the candidates. Exit status 1 when somebody is."""
    with asked.open() as wb:
        if of is None:
            overview = wb.matches.overview()
            waits = any(row["unmatched"] for row in overview)
            if asked.json:
                asked.answer([_figures(row) for row in overview])
                return NEEDS_A_PERSON if waits else DONE
            made = printing.table("Of", "Whose record", ">Said", ">Matched", ">Unmatched", ">With candidates", ">Later")
            for row in overview:
                numbers = (row[name] for name in ("people", "matched", "unmatched", "suggested", "later"))
                made.add_row(row["matching"].of, row["matching"].meant, *(f"{number:,}" for number in numbers))
            printing.tell(asked, made)
            return NEEDS_A_PERSON if waits else DONE
        query = ListQuery(text=text)
        people = wb.matches.page(of, query, unmatched_only=not everybody, limit=limit)
        about = matching(of)
        first = people if not everybody else wb.matches.page(of, query, limit=1)  # a cut list may hide who waits
        status = NEEDS_A_PERSON if any(one["status"] == "unmatched" for one in first) else DONE
        if asked.json:
            asked.answer(people)
            return status
        made = printing.table("Said", "Status", *(each.name for each in about.compared), "Candidates")
        for one in people:
            values = (plain(one[each.name] or "") for each in about.compared)
            made.add_row(plain(one["said"]), one["status"], *values, _candidates(one))
        printing.tell(asked, made)
        if len(people) == limit:
            more = wb.matches.count(of, query, unmatched_only=not everybody) - limit
            if more:
                printing.say(asked, "", f"and {more:,} more: --limit shows them.")
        if any(one["candidates"] for one in people):
            printing.say(
                asked, "", f"To decide: {asked.again('matches', 'decide', 'SAID', '--of', of, '--same', 'KEY')}"
            )
    return status


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    about = row["matching"]
    return {"of": about.of, "dataset": about.dataset, **{name: row[name] for name in row if name != "matching"}}


def _candidates(one: dict[str, Any]) -> str:
    """The candidates of somebody, each with its likeness and what agrees; of who is matched the record."""
    if one["status"] == "matched":
        return f"= {plain(one['known'])}"
    told = []
    for each in one["candidates"]:
        agrees = [name if how == "same" else f"{name} {how}" for name, how in each["reasons"].items() if how != "other"]
        told.append(f"{plain(each['known'])} {each['score']:.0%} ({', '.join(agrees)})")
    return "; ".join(told)


def auto(asked: Asked, of: Of = None) -> int:
    """Run Auto-Match: decide what is plain, find candidates for everybody else. Exit status 1 when somebody is left."""
    with asked.open() as wb:
        found = wb.matches.run(of)
    status = NEEDS_A_PERSON if found.unmatched else DONE
    if asked.json:
        asked.answer(asdict(found))
        return status
    figures = {
        "Total processed": found.processed,
        "Matched by identifier": found.by_identifier,
        "Matched by email": found.by_email,
        "Matched by name": found.by_name,
        "Unmatched": found.unmatched,
        "Of them with candidates": found.suggested,
        "Errors": found.errors,
    }
    printing.facts(asked, [(name, f"{number:,}") for name, number in figures.items()])
    if found.unmatched:
        printing.say(asked, "", f"To see them: {asked.again('matches', *(['--of', of] if of else []))}")
    return status


def decide(
    asked: Asked,
    said: Annotated[str, typer.Argument(metavar="SAID", help="Who it is, as `matches` lists it.")],
    of: Annotated[str, typer.Option("--of", metavar="DATASET", help="Whose rows say it.")],
    same: Annotated[str | None, typer.Option("--same", metavar="KEY", help="It is that record.")] = None,
    different: Annotated[str | None, typer.Option("--different", metavar="KEY", help="It is not that record.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="It has no record.")] = False,
    later: Annotated[bool, typer.Option("--later", help="Ask again later.")] = False,
) -> None:
    """Say whose record is meant; what is said of it last counts."""
    wishes = [same is not None, different is not None, nobody, later]
    if sum(wishes) != 1:
        raise typer.BadParameter("Say one of --same KEY, --different KEY, --nobody and --later.")
    verdict = "same" if same is not None else "later" if later else "different"
    with asked.open() as wb:
        kept = wb.matches.decide(of, said, verdict, same if same is not None else different)
    if asked.json:
        asked.answer({"decision": str(kept), "verdict": verdict})
        return
    printing.say(asked, f"Kept. To take it back: {asked.again('matches', 'withdraw', kept)}")


def decisions(asked: Asked, of: Of = None, limit: Limit = _SHOWN) -> None:
    """List the newest decisions, also those that were withdrawn."""
    with asked.open() as wb:
        found = wb.matches.decisions(of, limit=limit)
    if asked.json:
        asked.answer(found)
        return
    made = printing.table("Decision", "Said", "Verdict", "Record", "How", "By", "At (UTC)", "Withdrawn by")
    for one in found:
        how = "Auto-Match" if one["automatic"] else one["pass"]
        texts = (one["said"], one["verdict"], one["known"] or "", how, one["decided_by"])
        when = f"{one['decided_at']:%Y-%m-%d %H:%M}"
        made.add_row(str(one["id"]), *map(plain, texts), when, plain(one["withdrawn_by"] or ""))
    printing.tell(asked, made)


def withdraw(
    asked: Asked, decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id, as `decisions` lists it.")]
) -> None:
    """Take a decision back; it stays on record."""
    with asked.open() as wb:
        wb.matches.withdraw(decision)
    if asked.json:
        asked.answer({"withdrawn": decision})
        return
    printing.say(asked, "Withdrawn.")


def thresholds(
    asked: Asked, of: Annotated[str, typer.Option("--of", metavar="DATASET", help="Whose rows say it.")]
) -> None:
    """Show what each score would have been worth as a threshold, by what people have decided."""
    with asked.open() as wb:
        found = wb.matches.thresholds(of)
    if asked.json:
        asked.answer([asdict(each) for each in found])
        return
    made = printing.table("From score", ">Decided pairs", ">Precision", ">Recall")
    for each in found:
        made.add_row(f"{each.score:.3f}", f"{each.pairs:,}", f"{each.precision:.1%}", f"{each.recall:.1%}")
    printing.tell(asked, made)
