"""Commands that prove an import: explain, reject, note, log, sign-off, evidence, verify."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.doors.cli import printing
from workbench.doors.cli.command import DONE, NEEDS_A_PERSON, Asked, command
from workbench.doors.cli.next_steps import next_steps
from workbench.doors.cli.said import Identifier
from workbench.model.manifest import Proof

if TYPE_CHECKING:
    from workbench import Workbench


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    command(app, "explain")(explain)
    command(app, "reject")(reject)
    command(app, "note")(note)
    command(app, "log")(log)
    command(app, "sign-off")(sign_off)
    command(app, "evidence")(evidence)
    command(app, "verify")(verify)


def explain(
    asked: Asked,
    batch: Identifier,
    lines: Annotated[list[int], typer.Argument(metavar="LINE...", help="Lines of the source.")],
    reason: Annotated[str, typer.Option(help="Why they are as they are.")],
) -> None:
    """Say why rows are unmatched and stay so.

    They count as skipped from then on. An invalid row is rejected instead.
    """
    with asked.open() as wb:
        wb.explain(batch, lines, reason)
        _tell(asked, wb, batch)


def reject(
    asked: Asked,
    batch: Identifier,
    reason: Annotated[str, typer.Option(help="Why they stay out.")],
    lines: Annotated[list[int] | None, typer.Argument(metavar="[LINE...]", help="Lines of the source.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every invalid row that nobody has rejected.")] = False,
) -> None:
    """Say why invalid rows stay out.

    They go on counting as invalid, and keep the import no longer from being done. `workbench rows BATCH --rejected -o
    FILE` is the list for whoever owns them.
    """
    if every == bool(lines):
        raise typer.BadParameter("say which lines, or --all.", param_hint="reject")
    with asked.open() as wb:
        chosen = lines or wb.rows.unexplained(batch, outcome="invalid")
        wb.reject(batch, chosen, reason)
        _tell(asked, wb, batch)


def _tell(asked: Asked, wb: "Workbench", batch: str) -> None:
    """The figures, now that something was said of the rows."""
    found = wb.batches.get(batch)
    if asked.json:
        asked.answer(printing.document(wb, found))
        return
    printing.figures(asked, wb, found)
    next_steps(asked, wb, found)


def note(
    asked: Asked,
    batch: Identifier,
    notes: Annotated[str | None, typer.Option(help="Decisions and notes.")] = None,
    follow_ups: Annotated[str | None, typer.Option(help="What is to be done.")] = None,
) -> None:
    """Write the log's decisions and follow-ups."""
    if notes is None and follow_ups is None:
        raise typer.BadParameter("say --notes, --follow-ups or both.", param_hint="note")
    with asked.open() as wb:
        found = wb.note(batch, notes=notes, follow_ups=follow_ups)
        if asked.json:
            asked.answer(printing.document(wb, found))
        else:
            printing.say(asked, wb.log(found).render().rstrip("\n"))


def log(asked: Asked, batch: Identifier) -> None:
    """Print an import's log, filled in."""
    with asked.open() as wb:
        found = wb.batches.get(batch)
        written = wb.log(found)
        if asked.json:
            asked.answer({"batch": str(found.id), "log": written.render(), **written.to_dict()})
        else:
            printing.say(asked, written.render().rstrip("\n"))


def sign_off(asked: Asked, batch: Identifier) -> None:
    """Sign a done batch, and freeze its evidence.

    Everything that proves it goes under a digest, signed with the key of this home.
    """
    with asked.open() as wb:
        found = wb.batches.get(batch)
        signed = wb.sign_off(found)
        if asked.json:
            asked.answer({"batch": str(found.id), **signed})
        else:
            at = f"{signed['signed_at']:%Y-%m-%d %H:%M:%S} UTC"
            said = (f"Digest: {signed['digest']}", f"Key: {signed['public_key']}")
            printing.say(asked, f"{signed['signed_by']} signed batch {found.id} at {at}.", *said)


def evidence(
    asked: Asked,
    batch: Identifier,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The ZIP file to write.")] = None,
    with_source: Annotated[bool, typer.Option("--with-source", help="With the source's own bytes.")] = False,
) -> int:
    """Write everything that proves an import into a ZIP file.

    Anybody can check it with `workbench verify FILE.zip`; that needs no database.
    """
    with asked.open() as wb:
        found = wb.batches.get(batch)
        path = output or Path(f"evidence-{str(found.id)[:18]}.zip")
        proof = wb.evidence(found, path, with_source=with_source)
    if asked.json:
        asked.answer({"file": str(path.resolve()), **proof.to_dict()})
    else:
        printing.say(asked, f"Written: {path}")
        printing.proof(asked, f"Batch {proof.batch}", proof)
    return DONE if proof else NEEDS_A_PERSON


def verify(
    asked: Asked,
    what: Annotated[list[str], typer.Argument(metavar="BATCH|FILE...", help="Signed imports, files of evidence.")],
    key: Annotated[Path | None, typer.Option(help="The public key that must have signed it, in a file.")] = None,
) -> int:
    """Say whether what was signed is still the same, and what is not.

    A file of evidence is checked without a database. Several files are also checked for following each other.
    """
    from workbench.model.manifest import links
    from workbench.sources.signing_key import read_public

    public = read_public(key) if key is not None else None
    proofs = [_verified(asked, one, public) for one in what]
    chain = [*links(proof.manifest for proof in proofs if proof.manifest is not None)]
    if asked.json:
        whole = {"proofs": [proof.to_dict() for proof in proofs], "chain": [str(link) for link in chain]}
        asked.answer(proofs[0].to_dict() if len(what) == 1 else whole)
    else:
        for one, proof in zip(what, proofs, strict=True):
            printing.proof(asked, one, proof)
        printing.say(asked, *chain)
    return DONE if all(proofs) and not chain else NEEDS_A_PERSON


def _verified(asked: Asked, what: str, key: str | None) -> Proof:
    if what.lower().endswith(".zip") or Path(what).is_file():
        from workbench.sources.bundle import verify as verify_file

        return verify_file(Path(what), key)
    with asked.open() as wb:
        return wb.verify(what, key=key)
