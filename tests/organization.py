"""A small organization of schools on the server of `tests.salesforce`: every object that the playbooks of Salesforce
read, with records that refer to each other, and a clock that a test sets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.salesforce import Record, Salesforce
from workbench.playbooks import PLAYBOOKS

BEGUN = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""What the clock there says at first; every record was changed an hour before."""
_BESIDE = {
    "Contact": {"Contact_Type__c": "picklist"},
    "Session_Participant__c": {"Participant_Type__c": "picklist", "Name": "string"},
    "npe5__Affiliation__c": {"Name": "string"},
}
_TYPES = {"MailingAddress": "address", "Start_Date_and_Time__c": "datetime", "End_Date_and_Time__c": "datetime"}


def identifier(prefix: str, place: int) -> str:
    """The id of a record, as Salesforce makes them: 15 characters, and three that check their case."""
    text = f"{prefix}5e{place:010}"
    groups = (text[start : start + 5] for start in (0, 5, 10))
    checks = (sum(letter.isupper() << bit for bit, letter in enumerate(group)) for group in groups)
    return text + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[check] for check in checks)


def stamp(at: datetime) -> str:
    """A time as REST answers it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


class Schools:
    """The organization: what is there, and what becomes of it."""

    def __init__(self, salesforce: Salesforce, *, volunteers: int = 6, students: int = 4, sessions: int = 5) -> None:
        self.salesforce = salesforce
        salesforce.now = BEGUN
        for playbook in PLAYBOOKS.values():
            names = [each.aliases[0] for each in playbook.form.fields if each.aliases] if playbook.form else []
            for extract in playbook.extracts:
                self.know(extract.object, names)
        for name, fields in _BESIDE.items():
            self.know(name, fields)
        parts = ("MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry")
        salesforce.objects["Contact"].parts = dict.fromkeys(parts, "MailingAddress")
        self._accounts()
        self._contacts(volunteers, students)
        self._sessions(sessions, volunteers, students)
        if volunteers:
            self._history()

    def know(self, name: str, fields: Any) -> None:
        """Lets an object have these fields."""
        if name not in self.salesforce.objects:
            self.salesforce.add(name, {}, [])
        known = self.salesforce.objects[name].fields
        for field in fields:
            known.setdefault(field, _TYPES.get(field, "string"))

    def add(self, name: str, prefix: str, **values: Any) -> Record:
        """A new record, changed just now."""
        records: list[Record] = self.salesforce.objects[name].records  # type: ignore[assignment]
        place = len(records) + 1
        record = {"Id": identifier(prefix, place), "IsDeleted": False, "SystemModstamp": stamp(self.then), **values}
        records.append(record)
        return record

    @property
    def then(self) -> datetime:
        """An hour before now: what is changed at all was changed then."""
        assert self.salesforce.now is not None
        return self.salesforce.now - timedelta(hours=1)

    def change(self, record: Record, **values: Any) -> None:
        """Changes a record, now."""
        assert self.salesforce.now is not None
        record |= {**values, "SystemModstamp": stamp(self.salesforce.now)}

    def later(self, **by: float) -> None:
        """Some time passes."""
        assert self.salesforce.now is not None
        self.salesforce.now += timedelta(**by)

    def of(self, name: str, **values: Any) -> list[Record]:
        """The records of an object that have these values."""
        return [each for each in self.salesforce.objects[name].records if values.items() <= each.items()]

    def _accounts(self) -> None:
        self.district = self.add("Account", "001", Name="Kansas City", Type="School District")
        self.school = self.add("Account", "001", Name="Sumner Academy", Type="School", ParentId=self.district["Id"])
        self.company = self.add("Account", "001", Name="Acme Steel", Type="Business")
        self.add("Account", "001", Name="Park Household", Type="Household")
        self.group = self.add("Class__c", "a0C", Name="Room 7", School__c=self.school["Id"], Class_Year_Number__c="7")

    def _contacts(self, volunteers: int, students: int) -> None:
        for place in range(1, volunteers + 1):
            person = self.add(
                "Contact",
                "003",
                Contact_Type__c="Volunteer" if place % 2 else None,
                FirstName="Vera",
                LastName=f"Moss {place}",
                Email=f"vera.{place}@acme.example",
                Phone=f"913-555-{place:04}",
                npsp__Primary_Affiliation__c=self.company["Id"],
                AccountId=self.company["Id"],
            )
            self.add(
                "npe5__Affiliation__c",
                "a0A",
                npe5__Contact__c=person["Id"],
                npe5__Organization__c=self.company["Id"],
                npe5__Primary__c=True,
                npe5__Status__c="Current",
                npe5__Contact__r={"Contact_Type__c": person["Contact_Type__c"]},
            )
        school = {"npsp__Primary_Affiliation__c": self.school["Id"], "AccountId": self.school["Id"]}
        self.teacher = self.add(
            "Contact",
            "003",
            Contact_Type__c="Teacher",
            FirstName="Ted",
            LastName="Ruiz",
            Email="ted@kck.example",
            **school,
        )
        for place in range(1, students + 1):
            self.add(
                "Contact",
                "003",
                Contact_Type__c="Student",
                FirstName="Sue",
                LastName=f"Park {place}",
                Class__c=self.group["Id"],
                Current_Grade__c="7",
                **school,
            )

    def _sessions(self, sessions: int, volunteers: int, students: int) -> None:
        people = {kind: self.of("Contact", Contact_Type__c=kind) for kind in ("Volunteer", "Teacher", "Student")}
        people["Volunteer"] += self.of("Contact", Contact_Type__c=None)
        for place in range(1, sessions + 1):
            session = self.add(
                "Session__c",
                "a0S",
                Name=f"Careers {place}",
                Session_Type__c="Career Speaker",
                Format__c="Virtual",
                Session_Status__c="Completed",
                Start_Date_and_Time__c="2026-01-04T15:00:00.000+0000",
                School__c=self.school["Id"] if place % 2 else None,
            )
            for kind, known in people.items():
                for person in known:
                    self.add(
                        "Session_Participant__c",
                        "a0P",
                        Name=f"P-{place}",
                        Participant_Type__c=kind,
                        Contact__c=person["Id"],
                        Session__c=session["Id"],
                        Status__c="Attended",
                        Delivery_Hours__c="1.5",
                    )

    def _history(self) -> None:
        person = self.of("Contact", Contact_Type__c="Volunteer")[0]
        self.add("Task", "00T", Subject="Called", Type="Call", ActivityDate="2026-01-02", WhoId=person["Id"])
        self.add(
            "EmailMessage",
            "02s",
            Subject="Thanks",
            MessageDate="2026-01-03T10:00:00.000+0000",
            FromAddress="lea@kck.example",
            ToAddress=person["Email"],
            TextBody="Thank you.",
            Incoming=False,
            RelatedToId=person["Id"],
        )
