"""The Google Sheets that are configured for imports (seed 001): what each is for, where it is, and its rows."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
import pyarrow as pa
from psycopg.sql import SQL, Identifier, Literal, Placeholder

from workbench.database.progress import Progress, silent
from workbench.database.store import Store
from workbench.database.templates import Templates, usable
from workbench.model.arrays import matches
from workbench.model.errors import (
    GoogleSheetExists,
    NoGoogleSheet,
    UnknownDataset,
    UnknownGoogleSheet,
    UnknownTemplate,
    WrongValue,
)
from workbench.model.google_sheet import OF_DISTRICT, PURPOSES, Access, GoogleSheet, Place, is_address, is_id, place
from workbench.model.kinds import KINDS
from workbench.model.naming import misleading
from workbench.model.sheet import Layout, Sheet
from workbench.prepare.recognition import is_header
from workbench.sources import headed

if TYPE_CHECKING:
    from workbench.sources.google_sheets import Look

FIELDS = ("name", "purpose", "year", "district", "dataset", "spreadsheet", "worksheet", "template")
"""What a person says of a sheet; `spreadsheet` is its id, or its whole address, `template` a saved template's name or
id."""
Targets = Callable[[str, str | None], tuple[str, ...]]
"""The datasets and playbooks that a sheet of a purpose (and a dataset) may be."""


class GoogleSheets:
    """The configured Google Sheets of the tenant: `Workbench.google_sheets`."""

    def __init__(self, store: Store, access: Access, datasets: Collection[str], targets: Targets) -> None:
        self._store = store
        self._access = access
        self._datasets = datasets
        self._targets = targets

    @property
    def account(self) -> str | None:
        """The e-mail address that a sheet has to be shared with; None without a service account, when only those can be
        read that anyone with the link may see. Raises NotConfigured."""
        from workbench.sources.google_sheets import account_email

        return account_email(self._access)

    def all(self, *, purposes: Collection[str] = (*PURPOSES,), year: str | None = None) -> list[GoogleSheet]:
        """The sheets for some purposes (and a year), the latest year first."""
        asked = {"purposes": list(purposes), "year": year}
        return [_configured(row) for row in self._store.all(_ALL, asked)]

    def get(self, which: UUID | str) -> GoogleSheet:
        """A sheet by its id or its name; raises UnknownGoogleSheet, and WrongValue where several are called so."""
        every = self.all()
        found = [one for one in every if str(which) in (str(one.id), one.name)]
        if not found:
            known = ", ".join(one.name for one in every) or "none"
            raise UnknownGoogleSheet(sheet=which, known=known)
        if len(found) > 1:
            ids = ", ".join(f"{one.id} ({one.year} {one.district or one.purpose})" for one in found)
            raise WrongValue(field="A Google Sheet", value=which, why=f"several are called so. Say its id: {ids}.")
        return found[0]

    def beside(self, sheet: GoogleSheet) -> list[GoogleSheet]:
        """The other sheets for the same purpose, year and district: where a sheet is the whole list of a district and
        year, each import of one takes away what only another has."""
        same = self.all(purposes=(sheet.purpose,), year=sheet.year) if sheet.purpose != "other" else []
        return [one for one in same if one.district == sheet.district and one.id != sheet.id]

    def configured(self, purposes: Collection[str], year: str) -> list[GoogleSheet]:
        """The sheets for a purpose (or some) in a year; raises NoGoogleSheet when there is none."""
        found = self.all(purposes=purposes, year=_year(year))
        if not found:
            raise NoGoogleSheet(purpose=" or ".join(purposes), year=_year(year))
        return found

    def add(self, **said: str | None) -> GoogleSheet:
        """Configures a sheet; FIELDS says what is said of it.

        Raises WrongValue, UnknownDataset, UnknownTemplate for one that is of something else, GoogleSheetExists.
        """
        values = self._values({"purpose": "", **dict.fromkeys(("name", "spreadsheet"), ""), **said})
        values |= {"tenant_id": self._store.tenant_id, "created_by": self._store.user, "updated_by": self._store.user}
        statement = SQL("insert into workbench.google_sheet ({columns}) values ({values}) returning id")
        return self._write(statement, values, "added Google Sheet")

    def change(self, which: UUID | str, **said: str | None) -> GoogleSheet:
        """Says something else of a sheet; raises as `add` does, and UnknownGoogleSheet."""
        found = self.get(which)
        known = {name: getattr(found, name) for name in ("name", "purpose", "year", "district", "dataset")}
        address = found.place.address if found.place.gid is not None else found.place.spreadsheet
        known |= {"spreadsheet": address, "worksheet": found.place.worksheet}
        known["template"] = str(found.template_id) if found.template is not None else None
        if "spreadsheet" in said and "worksheet" not in said and place(said["spreadsheet"] or "").gid is not None:
            known["worksheet"] = None  # the new address says which tab
        values = {**self._values({**known, **said}), "updated_by": self._store.user}
        statement = SQL(
            "update workbench.google_sheet set ({columns}, updated_at) = row({values}, now()) where id = {id} "
            "returning id"
        )
        return self._write(statement, values, "changed Google Sheet", found.id)

    def remove(self, which: UUID | str) -> None:
        """Configures a sheet no more; its imports and the sheet itself stay. Raises UnknownGoogleSheet."""
        found = self.get(which)
        with self._store.transaction() as connection:
            connection.execute("delete from workbench.google_sheet where id = %s", (found.id,))
            self._store.note("removed Google Sheet", None, **_told(found))

    def open(
        self,
        which: GoogleSheet | str,
        worksheet: str | None = None,
        *,
        layout: Layout | None = None,
        progress: Progress = silent,
    ) -> Sheet:
        """The rows of a sheet, read now: of one that is configured (by its name or id), or of any by its address or id.

        Raises UnknownGoogleSheet, WrongValue, UnknownSheet for a tab that there is not, UnreadableGoogleSheet,
        NotConfigured, NoSpace.
        """
        from workbench.sources.google_sheets import open_google_sheet

        name, where = self._where(which, worksheet)
        read = open_google_sheet(where, self._access, name=name, layout=layout, progress=progress)
        opened = headed(read, is_header)
        said = {"sheet": where.spreadsheet, "worksheet": where.worksheet, "gid": where.gid, "checksum": opened.checksum}
        with self._store.transaction():
            self._store.note("read Google Sheet", None, name=opened.name, **said)
        return opened

    def look(self, which: GoogleSheet | str, worksheet: str | None = None, *, progress: Progress = silent) -> "Look":
        """What a sheet is, by its header and first rows, also before it is configured; raises as `open` does."""
        from workbench.sources.google_sheets import look_at

        found = look_at(self._where(which, worksheet)[1], self._access, progress=progress)
        return replace(found, sheet=headed(found.sheet, is_header))

    def _where(self, which: GoogleSheet | str, worksheet: str | None) -> tuple[str | None, Place]:
        """The name of a configured sheet, and where a sheet is."""
        if isinstance(which, str) and not is_address(which):
            try:
                which = self.get(which)
            except UnknownGoogleSheet:
                if not is_id(str(which)):
                    raise
        if isinstance(which, str):
            return None, place(which, worksheet)
        return which.name, replace(which.place, worksheet=worksheet, gid=None) if worksheet else which.place

    def _values(self, said: dict[str, str | None]) -> dict[str, Any]:
        """The columns of what a person says; raises WrongValue, UnknownDataset, UnknownTemplate."""
        values = _values(said, self._datasets)
        return {**values, "template_id": self._template(values, (said.get("template") or "").strip())}

    def _template(self, values: dict[str, Any], named: str) -> str | None:
        """The id of a template of something that the sheet may be; raises UnknownTemplate, UnusableTemplate."""
        if not named:
            return None
        possible = self._targets(values["purpose"], values["dataset"])
        for one in Templates(self._store).all():
            if one.dataset in possible and named in (one.name, one.id):
                return usable(one).id
        raise UnknownTemplate(template=named, dataset=" or ".join(possible))

    def _write(self, statement: SQL, values: dict[str, Any], deed: str, identifier: UUID | None = None) -> GoogleSheet:
        columns, placeholders = (SQL(", ").join(map(each, values)) for each in (Identifier, Placeholder))
        try:
            with self._store.transaction() as connection:
                composed = statement.format(columns=columns, values=placeholders, id=Literal(identifier))
                written: Any = connection.execute(composed, values).fetchone()
                told = {name: values[name] for name in values if name not in ("tenant_id", "created_by", "updated_by")}
                self._store.note(deed, None, **told)
        except psycopg.errors.UniqueViolation:
            raise GoogleSheetExists(name=values["name"]) from None
        return self.get(written["id"])


_ALL = """
select s.*, t.name as template, t.data_type as template_of
from workbench.google_sheet s left join workbench.import_template t on t.id = s.template_id
where s.purpose = any(%(purposes)s) and (%(year)s::text is null or s.virtual_year = %(year)s)
order by s.virtual_year desc, s.district, s.name
"""


def _values(said: dict[str, str | None], datasets: Collection[str]) -> dict[str, Any]:
    """The columns of what a person says; raises WrongValue and UnknownDataset."""
    assert said.keys() <= set(FIELDS), f"a Google Sheet has {', '.join(FIELDS)}"
    text = {name: (value or "").strip() for name, value in said.items()}
    purpose, where = text["purpose"], place(text["spreadsheet"], text.get("worksheet"))
    if purpose not in PURPOSES:
        raise WrongValue(field="The purpose", value=purpose or "blank", why=f"it is one of {', '.join(PURPOSES)}.")
    if not text["name"]:
        raise WrongValue(field="The sheet's name", value="blank", why="a person has to know it again.")
    if why := misleading(text["name"]):
        raise WrongValue(field="The sheet's name", value=text["name"], why=f"{why}.")
    if purpose in OF_DISTRICT and not text.get("district"):
        raise WrongValue(field="The district", value="blank", why="a roster is that of a district.")
    dataset = text.get("dataset") if purpose == "other" else None
    if purpose == "other" and dataset not in datasets:
        raise UnknownDataset(dataset=dataset or "(none said)", known=", ".join(datasets))
    year = text.get("year", "")
    return {
        "name": text["name"],
        "purpose": purpose,
        "dataset": dataset,
        "district": text.get("district", ""),
        "virtual_year": _year(year) if year or purpose != "other" else "",
        "spreadsheet": where.spreadsheet,
        "worksheet": where.worksheet,
        "gid": where.gid,
    }


def _year(said: str) -> str:
    """A year as it is kept, 2025-2026 for 2025/26; raises WrongValue."""
    kind = KINDS["academic_year"]
    found = kind.parsed(pa.array([said.strip()], pa.string()))
    if not matches(found, kind.pattern)[0].as_py():
        raise WrongValue(field="The virtual year", value=said.strip() or "blank", why="it is such as 2025-2026.")
    return str(found[0])


def _told(found: GoogleSheet) -> dict[str, str]:
    return {"name": found.name, "purpose": found.purpose, "year": found.year, "sheet": found.place.spreadsheet}


def _configured(row: dict[str, Any]) -> GoogleSheet:
    same = ["id", "name", "purpose", "district", "dataset", "created_by", "created_at", "updated_by", "updated_at"]
    same += ["template", "template_id", "template_of"]
    where = Place(spreadsheet=row["spreadsheet"], worksheet=row["worksheet"], gid=row["gid"])
    return GoogleSheet(**{name: row[name] for name in same}, year=row["virtual_year"], place=where)
