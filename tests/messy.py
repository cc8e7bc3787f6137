"""A learner export as a college sends it: a title above the table, a footer below it, and every fault there is.

The same faults come each month; the rows are others.
"""

from pathlib import Path

PROGRAMMES = {
    "WELDING": ("Welding", "Welding", "Welding", "welding", "Weldng", " Welding "),
    "PHLEBOTOMY": ("Phlebotomy", "Phlebotomy", "Phlebotomy", "Phlebotmy", "PHLEBOTOMY"),
    "CARPENTRY": ("Carpentry", "Carpentry", "Carpentry", "Carpentery", "carpentry"),
    "COSMETOLOGY": ("Cosmetology", "Cosmetology", "Cosmetology", "Cosmetolgy"),
}
"""Each programme's code, and how it is written."""
FIRST = ("José", "Zoë", "Ann", "Bo", "François", "Mia", "Noor", "Lena", "Günther", "Omar")
LAST = ("Núñez", "Lee", "Okafor", "Müller", "Brontë", "Park", "Moss", "Dunn", "Fischer", "Said", "Fox")
HEADER = "Learner,E-mail,Programme,Phone,Enrolled"


def write(path: Path, rows: int = 600, month: int = 3) -> Path:
    """Writes the export of a month."""
    every = [spelling for written in PROGRAMMES.values() for spelling in written]
    lines = ["Northside College", f"Learners enrolled in month {month}", "", HEADER]
    for row in range(rows):
        number = month * 10_000 + row
        first, last = FIRST[row % len(FIRST)], LAST[row % len(LAST)]
        name = f"{first} {last}"
        if row % 7 == 0:
            name = name.encode().decode("cp1252")  # read in a wrong encoding
        if row % 11 == 0:
            name = f" {first}  {last}"
        mail = f"learner{number}@example.com"
        if row % 20 == 0:
            mail = f"{mail}; home{number}@example.org"
        phone = ("n/a", "none", f"555-201-{number % 10_000:04}")[min(row % 9, 2)]
        day = row % 28 + 1
        enrolled = f"2026-{month:02}-{day:02}" if row % 3 else f"{day:02}.{month:02}.2026"
        lines.append(f'{name},{mail},"{every[row % len(every)]}",{phone},{enrolled}')
    lines += [f"Total: {rows} learners,,,,", "End of report,,,,"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
