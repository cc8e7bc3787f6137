"""Clean: what is wrong in the columns is put right in steps, which next month's file needs no hand for."""

from workbench.doors.web import batches, clean, sheets
from workbench.doors.web.page import page
from workbench.doors.web.steps import stepper

with page("Clean", "Put right what is wrong in the columns. The file itself stays as it came.") as wb:
    source = sheets.source(wb)
    stepper("clean", source.batch)
    batches.again(wb, source.batch)
    clean.at_work(wb.settings, source)
