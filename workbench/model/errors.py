"""Why an import cannot go on: every exception's docstring is the sentence a person reads.

A wrong *row* is never an exception; it is an issue (see `issue.py`). Doors translate a `WorkbenchError` once:
the command line to one line and exit status 2, a page to a notice.
"""

import errno


class WorkbenchError(Exception):
    """The import cannot go on."""

    def __init__(self, **coordinates: object) -> None:
        self.coordinates = coordinates
        super().__init__(" ".join((type(self).__doc__ or "").split()).format(**coordinates))


class UnreadableSource(WorkbenchError):
    """{source} cannot be read: {why}"""


class UnreadableGoogleSheet(UnreadableSource):
    """Error reading Google Sheet {source}: {why}"""


class NoGoogleSheet(WorkbenchError):
    """No Google Sheet configured for {purpose} in {year}. Add it at Manage Google Sheets & Import Data, or with:
    workbench sheets add"""


class UnknownGoogleSheet(WorkbenchError):
    """No Google Sheet configured is called {sheet}. Those that are configured: {known}."""


class GoogleSheetExists(WorkbenchError):
    """There is a Google Sheet called {name} for the same purpose, year and district already. Choose another name."""


class UnreadableSalesforce(UnreadableSource):
    """Error reading {source}: {why}"""


class SalesforceNotReached(UnreadableSalesforce):
    """Error reading {source}: {why}"""


class NotSignedIn(WorkbenchError):
    """Salesforce Authentication Failed: {why} What to do next: {steps}"""


class UnknownSalesforceObject(WorkbenchError):
    """There is no object called {object} in this Salesforce organization, or {user} may not see it.{alike}"""


class UnknownSalesforceFields(WorkbenchError):
    """{object} has no {fields} in this Salesforce organization, or {user} may not see it. Nothing was read.{alike}"""


class FieldsLacking(UnknownSalesforceFields):
    """{why} Say which field it is instead, or leave it out, by --map or a template of {playbook}: --map
    'Other__c=field', --map 'Field__c='."""


class NoExtract(WorkbenchError):
    """{playbook} takes nothing of {object} from Salesforce. What it takes records of: {known}."""


class SeveralExtracts(WorkbenchError):
    """{playbook} takes {object} from Salesforce in several parts, one after the other: workbench run {playbook}"""


class WrongRecipe(WorkbenchError):
    """{step} cannot be used: {why}"""


class CleanedOtherwise(WorkbenchError):
    """{source} is cleaned by another recipe already; clean the source itself by the recipe that is meant."""


class RecipeOfSheets(WorkbenchError):
    """{playbook} takes several sheets, and a recipe is for one: keep each with the template of its dataset."""


class RemovedRows(WorkbenchError):
    """{lines} of batch {batch} cannot be corrected, for its recipe has removed what stands there: import the source
    again without that step."""


class ChangedMeanwhile(WorkbenchError):
    """Nothing was corrected, for cells say something else than when they were looked at: {told}. Look at them again,
    then correct."""


class CorrectedSince(WorkbenchError):
    """{by} has corrected rows of batch {batch} since somebody looked at it: {said}. That was not taken back, nor made
    again. Look at the last correction again."""


class DecidedSince(WorkbenchError):
    """{by} has decided of rows of {file} since somebody looked at them: {said}. Nothing was decided over that. Look at
    them again."""


class MadeByRecipe(WorkbenchError):
    """{field} has what the recipe makes of several cells or of a part of one, and no cell of the source stands for it:
    correct the cells, or let the recipe or the mapping say what is meant, and import the source again."""


class UnknownStep(WorkbenchError):
    """There is no step or sequence called {step}. Known: {known}."""


class NothingChosen(WorkbenchError):
    """No step is left to run: every one of them is excluded."""


class SequenceRunning(WorkbenchError):
    """{user} is running {sequence} since {since}. One sequence runs at a time: wait until it has ended, or stop it."""


class UnknownSchedule(WorkbenchError):
    """There is no schedule called {schedule}. Those that there are: {known}."""


class ScheduleExists(WorkbenchError):
    """There is a schedule called {name} already. Choose another name."""


class UnknownScheduledRun(WorkbenchError):
    """There is no run of a schedule called {run}."""


class AlreadyRunning(WorkbenchError):
    """{what} was asked for already ({since}) and has not ended yet."""


class UnreadableSheet(WorkbenchError):
    """Line {line}: {why}"""

    @property
    def line(self) -> int:
        """The line that cannot be read, as a spreadsheet numbers its rows."""
        return int(str(self.coordinates["line"]))


class UnreadableMember(WorkbenchError):
    """{source} cannot be read: {member}, line {line}: {why} Nothing of the archive was imported."""


class WrongFileType(WorkbenchError):
    """Invalid file type: {ending}. Expected .zip"""


class NoArchive(WorkbenchError):
    """File is not a valid ZIP archive"""


class NoManifest(WorkbenchError):
    """Missing manifest.json in ZIP archive"""


class WrongManifest(WorkbenchError):
    """Invalid manifest.json format{why}"""


class LargeManifest(WorkbenchError):
    """{member} is too large to be read: it takes more than {most} MB, where a few names and numbers are expected.
    Nothing was imported."""


class SeveralManifests(WorkbenchError):
    """The archive has {member} {times} times, so nobody can say which one counts. Leave one of them in it."""


class OtherManifest(WorkbenchError):
    """The archive has {number} manifests ({members}), and files of entities beside one of them at most, so nobody can
    say which one counts. Leave the one that stands beside the files in it."""


class WrongFormatVersion(WorkbenchError):
    """Incompatible format version: {version}. Expected {expected}"""


class MissingMember(WorkbenchError):
    """Missing required {files}: {members}"""


class AnotherAdapter(WorkbenchError):
    """The archive was written for the adapter {adapter}, and is read here as one of {expected} only. Nothing was
    imported."""


class MemberChanged(WorkbenchError):
    """{member} is not what the manifest says: its SHA-256 is another, so it was changed or damaged on the way. Nothing
    was imported."""


class SystemArchive(WorkbenchError):
    """The archive is the export of a whole system, with a folder for each institution{folders}. Unpack it, put the
    files of each folder into a ZIP of its own, and import those one by one, each into its own tenant."""


class UnwritableFile(WorkbenchError):
    """{path} cannot be written: {why}"""


class UnknownSheet(WorkbenchError):
    """{source} has no worksheet called {sheet}. Its worksheets: {known}."""


class NoRows(WorkbenchError):
    """{source} has no rows below its header, so there is nothing to import."""


class NothingLeft(NoRows):
    """The recipe removes all of {rows} that {source} has, so there is nothing to import: {steps}"""


class EmptyExport(NoRows):
    """{what} There is nothing to import, and nothing was written."""


class UnknownDataset(WorkbenchError):
    """There is no dataset called {dataset}. Known datasets: {known}."""


class UnknownField(WorkbenchError):
    """{dataset} has no field called {field}. Its fields: {known}."""


class UnknownHeader(WorkbenchError):
    """The source has no column called {header}. Its columns: {known}."""


class MissingColumns(WorkbenchError):
    """No column for the required {fields} of {dataset}. Columns found: {found}.
    Name one with --map 'Header=field', or give one value for every row with --set field=value{or_else}."""


class LooksLikeAnother(WorkbenchError):
    """{source} looks like {likely} and not like {meant}: {reason} Import it with {option} {likely}, or say which column
    is which with --map 'Header=field' if it is {meant} all the same."""


class NothingToFilterBy(WorkbenchError):
    """{told}: that was asked for, but no column is mapped to {field}. Columns found: {found}.
    Name one with --map 'Header={field}', or leave {setting} unsaid."""


class AmbiguousColumns(WorkbenchError):
    """Columns {headers} would both fill {field}. Choose one with --map 'Header={field}',
    and leave the other out with --map 'Header='."""


class Unconfirmed(WorkbenchError):
    """These columns only look like a field and need a person's word: {suggestions}.
    Confirm each with --map 'Header=field', leave it out with --map 'Header=', or use a saved template."""


class ColumnsChanged(WorkbenchError):
    """{changes}: say {answers}, or save the template anew."""


class ColumnsMixedUp(WorkbenchError):
    """{columns}: say {answers}, or {meant} if it is meant so."""


class WrongValue(WorkbenchError):
    """{field} cannot be {value}: {why}"""


class DoubtfulColumns(WorkbenchError):
    """{doubts} Say which it is: {options}."""


class NotLenient(WorkbenchError):
    """A wrong cell of {field} cannot cost that cell alone: {why}"""


class ForbiddenColumns(WorkbenchError):
    """Columns {headers} carry secrets and are never imported. Leave them out with --map 'Header='."""


class ImportOrder(WorkbenchError):
    """{dataset} refers to {missing}, and there are none yet. Import {missing} first."""


class UnknownMode(WorkbenchError):
    """{dataset} cannot be imported in mode {mode}. Its modes: {modes}."""


class EmptyNeedsConfirmation(WorkbenchError):
    """{source} has no rows, and mode {mode} would remove all {removed} records of {scope}.
    If that is meant, say so with --allow-empty."""


class AmbiguousBatch(WorkbenchError):
    """The ids of several batches begin with {batch}. Say more of it."""


class UnknownFamily(WorkbenchError):
    """There is no family {family}. Those that are exported: {known}."""


class NotExported(WorkbenchError):
    """{family} is not exported, for no import could take it back as it was: {why}. Those that are exported: {known}."""


class UnknownPlaybook(WorkbenchError):
    """There is no playbook {playbook}. Known: {known}."""


class PartOfRun(WorkbenchError):
    """Batch {batch} is a part of run {run}, and {action} is the run's: {run}."""


class NoSheets(WorkbenchError):
    """None of the sheets of {source} is a dataset of {playbook}: {sheets}."""


class SheetRefused(WorkbenchError):
    """The sheet {sheet} cannot be imported as {dataset} with the others: {why}"""


class UnknownSheets(WorkbenchError):
    """Nobody can tell for sure what these sheets of {source} are: {sheets}. Say what each is, or leave it out."""


class SheetsOfFamilies(WorkbenchError):
    """The sheets of {source} are of several families: {families}. Say what one of them is, which
    imports them all, or which of them are left out."""


class SheetsAlike(WorkbenchError):
    """{first} and {second} of {source} would both be {dataset}. Keep one of them."""


class SeveralSheets(WorkbenchError):
    """Run {run} has several sheets, each with lines and columns of its own. Name the batch of the one that is meant:
    {sheets}."""


class UnknownBatch(WorkbenchError):
    """There is no batch {batch}."""


class UnknownRecord(WorkbenchError):
    """There is no {dataset} record with the key {key}, and no import ever touched one."""


class LongQuestion(WorkbenchError):
    """What is looked for has {letters:,} letters: names, addresses, codes and ids have at most {most}. Say one of
    them."""


class UnknownMatching(WorkbenchError):
    """Nothing of {of} is matched. What is: {known}."""


class NoClasses(WorkbenchError):
    """The records of {dataset} are in no classes. What has classes: {known}."""


class UnknownClass(WorkbenchError):
    """No record of {dataset} is ever {name}. The classes are: {known}."""


class NobodySays(WorkbenchError):
    """Nobody of {of} says {said}."""


class DecisionInUse(WorkbenchError):
    """That {said} is {known} stands in {records}, written by {runs}. Undo that first (workbench undo), decide
    otherwise, then bring the rows in again (workbench sweep, or import them)."""


class UnknownMatch(WorkbenchError):
    """There is no decision {match} that counts."""


class UnknownLines(WorkbenchError):
    """Batch {batch} has no row on line {lines} that waits for a word."""


class NoReason(WorkbenchError):
    """Say why: {action} {what} needs a reason."""


class NoEdit(WorkbenchError):
    """Batch {batch} has no correction that could be {step}."""


class NotDecided(WorkbenchError):
    """Nobody has decided that line {lines} of batch {batch} counts."""


class NothingToDeactivate(WorkbenchError):
    """Records of {dataset} are not switched off by hand. Those are: {known}."""


class NotDeactivated(WorkbenchError):
    """{key} is {state}: nothing was changed."""


class RecordChanged(WorkbenchError):
    """The {dataset} record {key} is not there any more: nothing was changed."""


class NotToExplain(WorkbenchError):
    """Line {lines} of batch {batch} is invalid, which no explanation makes right. Correct it at its source and import
    it again, or reject it: workbench reject."""


class NotToReject(WorkbenchError):
    """Line {lines} of batch {batch} is unmatched, not invalid. Say why it stays out: workbench explain."""


class UnknownSource(WorkbenchError):
    """There is no source {source} in the inventory."""


class SourceExists(WorkbenchError):
    """There is a dataset called {dataset} in the inventory already."""


class SourcePaused(WorkbenchError):
    """Imports of {source} were paused by {user} at {at}: {why}. A trial of up to {rows} rows may go on;
    resume them in the inventory when it is right."""


class UnknownRows(WorkbenchError):
    """Batch {batch} has no row on line {lines}."""


class StillRefused(WorkbenchError):
    """Line {line} of batch {batch} still cannot be imported: {why}"""


class NotWaiting(WorkbenchError):
    """Batch {batch} has no unmatched row that waits on line {lines}."""


class SingleRows(WorkbenchError):
    """{source} is a list of rows that Workbench has written. {instead}"""


class WrongReturn(WorkbenchError):
    """{source} is no file of rows of batch {batch}: {why}"""


class UncalculatedReturn(WorkbenchError):
    """Nothing was corrected: {source} has formulas whose value is not stored, so what their cells are to say is not
    known (worksheet {sheet}: {cells}). Open it in a spreadsheet program, save it there, and bring it back."""


class UnknownUpload(WorkbenchError):
    """There is no upload {upload} any more: uploads are kept for {days} days. Upload the file again."""


class UnknownRule(WorkbenchError):
    """There is no such rule or warning as {rule}; there are: {known}."""


class UnknownTemplate(WorkbenchError):
    """There is no template called {template} for {dataset}."""


class UnusableTemplate(WorkbenchError):
    """The template {template} cannot be used. {why}"""


class AmbiguousTemplate(WorkbenchError):
    """Several datasets have a template called {template}: {datasets}. Say which with --dataset."""


class TemplateTaken(WorkbenchError):
    """A template for everybody called {template} for {dataset} belongs to another tenant. Choose another name."""


class TemplateChanged(WorkbenchError):
    """{by} has changed the template {template} for {dataset} in the meantime: theirs stays, and yours was not saved.
    Look at it, and save yours again, or under another name."""


class TemplateExists(WorkbenchError):
    """There is a template called {template} for {dataset} already. Choose another name."""


class WrongTemplateName(WorkbenchError):
    """A template cannot be called {name}: {why}."""


class WrongStage(WorkbenchError):
    """Batch {batch} is {stage}; {action} needs one that is {needed}."""


class AlreadyCommitted(WorkbenchError):
    """Batch {batch} has already been committed, by {who}."""


class ReadAnew(WorkbenchError):
    """Run {later} has read later from Salesforce what batch {batch} has, and stands. Discard batch {batch}, and run the
    import again where something of it is still missing."""


class Held(WorkbenchError):
    """Batch {batch} is held, with invalid rows: {invalid}. Correct them, or let the good rows go on with
    --skip-errors."""


class HeldFor(Held):
    """Batch {batch} is held. {why}"""


class UnknownCheck(WorkbenchError):
    """There is no check called {check}. Those that there are: {known}."""


class HeldWhole(Held):
    """Batch {batch} is held: what {source} brings is imported whole or not at all, and {why}. Correct the rows, or the
    file, and import it again."""


class UnknownLimit(WorkbenchError):
    """{dataset} has no limit called {limit}. A limit is on created, updated or removed records, or on what is blanked,
    changed or missing: of a field (phone.blanked), or of any (blanked). Its fields: {known}."""


class UnknownTotal(WorkbenchError):
    """{dataset} has no control total called {total}. Known: {known}."""


class MadeIntoParts(WorkbenchError):
    """The rows of batch {batch} are made into others by {playbook}: to map its columns otherwise, import the file
    again."""


class StalePlan(WorkbenchError):
    """The plan of this import no longer holds: {changed} of its records changed since it was made ({examples}).
    Nothing was written. Plan it again."""


class PlannedAgain(WorkbenchError):
    """This import was planned again since somebody looked at its plan {seen}: it has plan {plan} now. Nothing was
    written. Look at what that does."""


class StaleUndo(WorkbenchError):
    """Since the undo of batch {batch} began, others have referred to its records or taken their keys. Nothing was taken
    back. Undo it again."""


class Unbalanced(WorkbenchError):
    """Batch {batch} does not add up and was not completed: {why}. Nothing was written; a new plan may add up."""


class Cancelled(WorkbenchError):
    """Cancelled by {user}; none of its rows were kept."""


class CorrectionCancelled(Cancelled):
    """Cancelled by {user}; every row is as it was."""


class AlreadyWaiting(WorkbenchError):
    """Batch {batch} already waits for another step ({step}). Let that end first, or cancel it."""


class NotThisMachine(WorkbenchError):
    """There is no sign-in yet, so the pages are for this machine only and cannot be served at {host}.
    Leave --host out, or use 127.0.0.1."""


class PortTaken(WorkbenchError):
    """Port {port} cannot be used: {why}. Choose another one with --port, or --port 0 for any that is free."""


class NotDone(WorkbenchError):
    """Batch {batch} cannot be signed off: {why}"""


class NotSigned(NotDone):
    """Batch {batch} cannot be verified: nobody has signed it."""


class OwnWork(WorkbenchError):
    """{user} ran batch {batch}; somebody else has to sign it off."""


class AlreadySigned(WorkbenchError):
    """Batch {batch} was signed off by {user} at {at}, and its evidence is frozen."""


class NotedSince(WorkbenchError):
    """Somebody else has written into the log of batch {batch} since: {words}. Nothing was written over that. Put your
    words to theirs."""


class SaidSince(WorkbenchError):
    """Something was said or done about batch {batch} since somebody looked at it, {who}. It was not signed. Look at it
    again."""


class BroughtIn(WorkbenchError):
    """Rows of batch {batch} that had been unmatched were brought in later by {runs}. Take that back first, the newest
    before the others."""


class ResolvesSigned(WorkbenchError):
    """Run {batch} has brought in rows of batch {of}, which {user} has signed off as resolved by it. What was signed
    stays; correct the records by another import."""


class AlreadyUndone(WorkbenchError):
    """Batch {batch} was already undone by batch {by}."""


class StillKept(WorkbenchError):
    """Batch {batch} was already undone by batch {by}, and what that kept cannot be taken back yet: {why}. Take back
    first what changed it or refers to it."""


class StillReferredTo(WorkbenchError):
    """Nothing of batch {batch} can be taken back while its records are referred to by {by}; {first}."""


class WrongQuestion(WorkbenchError):
    """The database cannot answer that: {why}."""


class DatabaseUnavailable(WorkbenchError):
    """The database cannot be reached: {why}"""


class DatabaseFull(WorkbenchError):
    """The database has no space left on its disk. Nothing was written; make room there and try again."""


class DatabaseBusy(WorkbenchError):
    """Somebody else was at work on the same records: {why}. Nothing was written; try again."""


class DatabaseOutdated(WorkbenchError):
    """The database is not set up for this version of Workbench. Run: workbench db upgrade"""


class UnusableKey(WorkbenchError):
    """The key {path} cannot be used: {why}."""


class NotConfigured(WorkbenchError):
    """{what} is not configured: {how}"""


class BrokenSuite(WorkbenchError):
    """{file} cannot be used as expectations: {why}"""


class NoSpace(WorkbenchError):
    """There is no space left under {home}. Nothing was written."""


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says where NoSpace is meant: the disk, a share of it, or the largest file is full."""


class NulInText(WorkbenchError):
    """A text has a NUL character (U+0000) in it, which the database cannot hold. Nothing was written."""


class HalfCharacter(WorkbenchError):
    """A text has half a character in it (a lone surrogate), which nothing keeps. Nothing was written."""


class NotText(WorkbenchError):
    """{what} is said in texts, by names: {said} is none."""
