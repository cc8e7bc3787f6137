"""Seconds of processors: what work takes of them whatever else the machine does."""

import os
import resource
from contextlib import suppress
from pathlib import Path


def worked(home: Path) -> float:
    """Seconds of processors that this program, those it started, and the PostgreSQL of a home have taken so far."""
    server = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for each in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            said = each.read_text().rpartition(")")[2].split()
            if int(each.parent.name) == server:
                ticks += sum(map(int, said[11:15]))
            elif int(said[1]) == server:
                ticks += sum(map(int, said[11:13]))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return ticks / os.sysconf("SC_CLK_TCK") + sum(each.ru_utime + each.ru_stime for each in used)
