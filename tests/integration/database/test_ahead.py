"""Rows that name what another row of the same run makes: in their own part, or in a later one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.generic_csv import packed
from tests.imports import ask, messages, outcome, outcomes
from workbench import Workbench, open_sheets, verify_evidence
from workbench.model.batch import Batch
from workbench.model.sheet import Sheet

pytestmark = pytest.mark.both_servers

Bring = Callable[..., Batch]

INSTITUTIONS = "id,name,created_by\n"
USERS = "id,email,institution_id,invited_by\n"
ASSOCIATIONS = "user_id,program_id\n"
PROGRAMS = "id,name,institution_id,created_by\n"


@pytest.fixture
def bring(wb: Workbench, tmp_path: Path) -> Bring:
    """Imports entities as one ZIP, each with its lines, their cells between commas."""
    headers = {"institutions": INSTITUTIONS, "programs": PROGRAMS, "users": USERS, "user_programs": ASSOCIATIONS}

    def imported(dry_run: bool = False, **lines: str) -> Batch:
        files = {f"{name}.csv": headers[name] + text.replace(" ", "\n") + "\n" for name, text in lines.items()}
        path = packed(tmp_path / "export.zip", files, {"format_version": "1.0"})
        return wb.import_sheet(open_sheets(path), "generic_csv", skip_errors=True, dry_run=dry_run)

    return imported


def said(wb: Workbench, batch: Batch) -> dict[str, list[str]]:
    """The outcomes of each part, in the order of its lines."""
    parts = wb.batches.parts(batch)
    return {part.dataset.partition(".")[2]: [each for _, each in outcomes(wb, part)] for part in parts}


def users(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select u.source_id, i.source_id, v.source_id from generic_csv.users u
        left join generic_csv.institutions i on i.id = u.institution_id
        left join generic_csv.users v on v.id = u.invited_by order by 1""",
    )


def makers(url: str) -> list[tuple[object, ...]]:
    return ask(
        url,
        """select i.source_id, u.source_id from generic_csv.institutions i
        left join generic_csv.users u on u.id = i.created_by order by 1""",
    )


def test_users_who_invited_each_other_come_in_whichever_is_first(bring: Bring, wb: Workbench, url: str) -> None:
    done = bring(institutions="i,I,", users="a,a@b.org,i,b b,b@b.org,i,a c,c@b.org,i,d d,d@b.org,i,d")
    assert (done.stage, outcome(done)) == ("completed", (5, 0, 0, 0, 0))
    assert users(url) == [("a", "i", "b"), ("b", "i", "a"), ("c", "i", "d"), ("d", "i", "d")]


def test_an_institution_made_by_its_own_user_comes_in_and_is_taken_back(bring: Bring, wb: Workbench, url: str) -> None:
    done = bring(institutions="i,I,a", programs="p,P,i,a", users="a,a@b.org,i,", user_programs="a,p")
    assert outcome(done) == (4, 0, 0, 0, 0)
    assert makers(url) == [("i", "a")]
    again = bring(institutions="i,I,a", programs="p,P,i,a", users="a,a@b.org,i,", user_programs="a,p")
    assert outcome(again) == (0, 0, 4, 0, 0)
    undone = wb.undo(done)
    assert (undone.updated, undone.skipped) == (4, 0)
    assert (users(url), makers(url)) == ([], [])


def test_who_names_somebody_nowhere_is_unmatched_and_so_is_whoever_names_a_row_that_is_not_written(
    bring: Bring, wb: Workbench, url: str
) -> None:
    done = bring(
        institutions="i,I,",
        programs="p,P,i,",
        users="c,c@b.org,i,b b,b@b.org,i,a a,a@b.org,i,nobody d,d@b.org,i, e,bad,i, f,f@b.org,i,e g,g@b.org,i,d",
        user_programs="a,p c,p d,p g,p",
    )
    assert said(wb, done)["users"] == [
        *("unmatched:inviter",) * 3,
        "created",
        "invalid",
        "unmatched:inviter",
        "created",
    ]
    assert said(wb, done)["user_programs"] == ["unmatched:user", "unmatched:user", "created", "created"]
    assert users(url) == [("d", "i", None), ("g", "i", "d")]
    told = messages(wb, wb.batches.parts(done)[2])
    assert [told[line] for line in (2, 3, 4, 7)] == [
        f"Inviter not found: '{name}'" for name in ("b", "a", "nobody", "e")
    ]


def test_a_circle_that_leans_on_somebody_nowhere_is_unmatched_as_a_whole(bring: Bring, wb: Workbench, url: str) -> None:
    done = bring(institutions="i,I, j,,", users="a,a@b.org,i,b b,b@b.org,j,a c,c@b.org,i,c")
    assert said(wb, done)["users"] == ["unmatched:inviter", "unmatched:institution", "created"]


def test_a_maker_who_is_not_known_is_left_out_with_a_warning(bring: Bring, wb: Workbench, url: str) -> None:
    done = bring(institutions="i,I,nobody j,J,a", users="a,bad,i, b,b@b.org,j,")
    assert said(wb, done) == {"institutions": ["created", "created"], "users": ["invalid", "created"]}
    assert messages(wb, wb.batches.parts(done)[0]) == {
        2: "Creator not found: 'nobody'; left out",
        3: "Creator not found: 'a'; left out",
    }
    assert makers(url) == [("i", None), ("j", None)]
    later = bring(institutions="j,J,b")
    assert (outcome(later), makers(url)) == ((0, 1, 0, 0, 0), [("i", None), ("j", "b")])


def test_users_alone_may_invite_each_other_and_a_row_given_twice_is_one(bring: Bring, wb: Workbench, url: str) -> None:
    bring(institutions="i,I,")
    done = bring(users="a,a@b.org,i,b b,b@b.org,i, b,b@b.org,i, c,c@b.org,i,b")
    assert said(wb, done)["users"] == ["created", "created", "skipped:duplicate", "created"]
    assert users(url) == [("a", "i", "b"), ("b", "i", None), ("c", "i", "b")]


def test_the_dry_run_is_the_commit(bring: Bring, wb: Workbench, url: str) -> None:
    planned = bring(dry_run=True, institutions="i,I,a", users="b,b@b.org,i,a a,a@b.org,i,b c,c@b.org,i,x d,d@b.org,i,c")
    meant = said(wb, planned)
    assert users(url) == []
    assert said(wb, wb.commit(planned)) == meant
    assert [who for who, _, _ in users(url)] == ["a", "b"]


def test_an_undo_keeps_whom_others_name_by_now_and_whoever_those_name(bring: Bring, wb: Workbench, url: str) -> None:
    done = bring(institutions="i,I,a", users="a,a@b.org,i,b b,b@b.org,i, c,c@b.org,i,b d,d@b.org,i,c")
    bring(users="e,e@b.org,i,a")
    undone = wb.undo(done)
    assert users(url) == [("a", "i", "b"), ("b", "i", None), ("e", "i", "a")]
    assert makers(url) == [("i", "a")]
    assert (undone.updated, undone.skipped) == (2, 3)


def test_an_undo_takes_back_what_a_known_user_was_given(bring: Bring, wb: Workbench, url: str) -> None:
    bring(institutions="i,I,", users="a,a@b.org,i,")
    done = bring(institutions="i,I,n", users="a,a@b.org,i,n n,n@b.org,i,a")
    assert users(url) == [("a", "i", "n"), ("n", "i", "a")]
    undone = wb.undo(done)
    assert (undone.updated, undone.skipped) == (3, 0)
    assert (users(url), makers(url)) == ([("a", "i", None)], [("i", None)])


def test_whoever_waits_for_an_inviter_is_healed_with_all_who_wait_for_them(
    bring: Bring, wb: Workbench, url: str
) -> None:
    done = bring(institutions="i,I,", users="c,c@b.org,i,b b,b@b.org,i,a x,x@b.org,i,nobody")
    assert said(wb, done)["users"] == ["unmatched:inviter"] * 3
    bring(users="a,a@b.org,i,")
    assert users(url) == [("a", "i", None), ("b", "i", "a"), ("c", "i", "b")]
    assert [row["reason"] for row in wb.rows.each(wb.batches.parts(done)[1])] == ["resolved", "resolved", "inviter"]
    (swept,) = wb.batches.sweeps(wb.batches.parts(done)[1])
    wb.undo(swept)
    assert [row["reason"] for row in wb.rows.each(wb.batches.parts(done)[1])] == ["inviter"] * 3


def test_a_circle_that_waits_for_something_else_is_healed_together(bring: Bring, wb: Workbench, url: str) -> None:
    bring(institutions="i,I,")
    bring(users="a,a@b.org,i,b b,b@b.org,j,a c,c@b.org,i,b d,d@b.org,k,a e,e@b.org,i,d")
    assert users(url) == []
    bring(institutions="j,J,")
    assert users(url) == [("a", "i", "b"), ("b", "j", "a"), ("c", "i", "b")]
    bring(institutions="k,K,")
    assert [who for who, _, _ in users(url)] == ["a", "b", "c", "d", "e"]


def test_a_signed_circle_is_proven_and_its_evidence_is_whole(bring: Bring, wb: Workbench, tmp_path: Path) -> None:
    done = bring(institutions="i,I,a", users="a,a@b.org,i,b b,b@b.org,i,a c,c@b.org,i,nobody")
    wb.explain(wb.batches.parts(done)[1], [4], "Left the school")
    wb.sign_off(done)
    assert wb.verify(done)
    wb.evidence(done, tmp_path / "evidence.zip")
    assert verify_evidence(tmp_path / "evidence.zip")


def test_a_row_that_waited_gives_a_user_who_has_come_since_the_inviter_that_she_lacks(
    bring: Bring, wb: Workbench, url: str
) -> None:
    waiting = bring(institutions="i1,One,", users="u3,c@a.org,i1,u4")
    bring(users="u3,c@a.org,i1,")
    last = bring(users="u4,d@a.org,i1,")
    assert outcome(last) == (1, 0, 0, 0, 0)
    assert users(url) == [("u3", "i1", "u4"), ("u4", "i1", None)]
    assert wb.reconcile(waiting).unexplained == 0


def test_a_row_that_waited_replaces_no_inviter_of_a_user_who_has_come_since(
    bring: Bring, wb: Workbench, url: str
) -> None:
    bring(institutions="i1,One,", users="u1,a@a.org,i1, u3,c@a.org,i1,u4")
    bring(users="u3,c@a.org,i1,u1")
    bring(users="u4,d@a.org,i1,")
    assert users(url) == [("u1", "i1", None), ("u3", "i1", "u1"), ("u4", "i1", None)]


def test_a_row_put_right_lets_those_that_name_it_come_in(bring: Bring, wb: Workbench, url: str) -> None:
    planned = bring(dry_run=True, institutions="i,I,", users="f,f@b.org,i,e e,bad,i,f g,g@b.org,i,f")
    assert said(wb, planned)["users"] == ["unmatched:inviter", "invalid", "unmatched:inviter"]
    wb.correct(wb.batches.parts(planned)[1], {3: {"email": "e@b.org"}})
    wb.plan(planned)
    done = wb.commit(planned)
    assert said(wb, done)["users"] == ["created"] * 3
    assert users(url) == [("e", "i", "f"), ("f", "i", "e"), ("g", "i", "f")]


def test_one_sheet_of_one_dataset_may_name_its_own_rows(wb: Workbench, sheet: Callable[..., Sheet], url: str) -> None:
    wb.import_sheet(sheet("id,name\ni,I\n"), "generic_csv.institutions")
    text = USERS + "a,a@b.org,i,b\nb,b@b.org,i,a\nc,c@b.org,i,d\n"
    done = wb.import_sheet(sheet(text), "generic_csv.users")
    assert outcome(done) == (2, 0, 0, 1, 0)
    assert users(url) == [("a", "i", "b"), ("b", "i", "a")]
    assert wb.undo(done).updated == 2
    assert users(url) == []
