"""Of a database's address nothing is shown that may belong to a secret."""

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from workbench.database.address import shown
from workbench.database.store import _discreet


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("postgresql://ana:s3cret@127.0.0.1:1/none", "postgresql://ana:***@127.0.0.1:1/none"),
        ("postgresql://ana@db.example/school", "postgresql://ana@db.example/school"),
        ("postgres://:s3cret@[::1]:5432/school", "postgresql://:***@[::1]:5432/school"),
        ("postgresql://ana%40corp:s%403@db/school?sslmode=require", "postgresql://ana%40corp:***@db/school"),
        ("postgresql://a:1,b:2/school", "postgresql://a:1,b:2/school"),
        ("postgresql://ana@/school?host=%2Frun%2Fpg&port=5433", "postgresql://ana@:5433/school?host=%2Frun%2Fpg"),
        ("postgresql://db/school?user=ana&pass%77ord=s3cret", "postgresql://db/school"),
        ("postgresql://db/school?sslpassword=a&host=b", "postgresql://db/school"),
        ("host=db password = s3cret user=ana", "postgresql://ana:***@db/"),
        ("host=db password='s3 \\' cret' dbname = school", "postgresql://:***@db/school"),
        ("PASSWORD=x host=db", None),
        ("host=db passfile=/home/ana/pass service=school sslpassword=s3cret", "postgresql://db/"),
        ("hostaddr=127.0.0.1 port=5432", "postgresql://:5432/?hostaddr=127.0.0.1"),
        ("postgresql://ana@corp:s3cret@db/school", None),
        ("postgresql://ana:s3/cret@db/school", None),
        ("postgresql://ana:12/34@db/school", None),
        ("postgresql://ana:s3?cret@db/school", None),
        ("postgresql://db?password=s3@cret", None),
        ("postgresql:///ana:s3cret@db/school", None),
        ("postgresql://db:s3cret", None),
        ("PGPASSWORD=s3cret host=db", None),
        ("password=s3 cret host=db", None),
        ("dbname=postgresql://ana:s3cret@db/school", None),
        ("mysql://ana:s3cret@db/school", None),
        ("s3cret", None),
    ],
)
def test_what_is_shown_is_what_was_surely_understood(url: str, known: str | None) -> None:
    assert shown(url) == known


SECRETS = st.text("SECRT019@:/?#&=% '\"\\,;[]", min_size=3)
"""Everything else in these addresses is in lower case."""
WAYS = [
    "postgresql://ana:{}@db:5432/school",
    "postgresql://ana@corp:{}@db:5432/school",
    "postgresql://:{}@db/school",
    "postgresql:///ana:{}@db/school",
    "postgresql://db:5432/school?user=ana&password={}",
    "postgresql://db/school?password={}&host=%2frun",
    "postgresql://db/school?pass%77ord={}&sslmode=require",
    "postgresql://ana@db/school?sslpassword={}&passfile=x",
    "postgresql://db/school?pgpassword={}",
    "postgresql://db?password={}",
    "host=db password={} dbname=school",
    "host=db password = {} dbname=school",
    "password={}",
    "pgpassword={} host=db",
    "host=db sslpassword={}",
    "host=db passfile={} service={}",
    "{}",
]

RIGHT = [way for way in WAYS if not any(wrong in way for wrong in ("@corp", ":///", "pgpassword")) and way != "{}"]
"""Those that are addresses, when their values are quoted as they have to be."""


@given(secret=SECRETS, way=st.sampled_from(WAYS))
@example(secret="S@/R", way=WAYS[0])
@example(secret="R@C/S@T", way=WAYS[0])
@example(secret="S@C?HOST=R", way=WAYS[0])
@example(secret="%C0", way=WAYS[0])
def test_no_piece_of_a_secret_is_shown_however_it_was_typed(secret: str, way: str) -> None:
    told = shown(way.replace("{}", secret)) or ""
    assert not set(told.replace("%2F", "").replace("%40", "")) & set("SECRT")
    assert not set(told) & set("019;\"'\\")


@given(secret=SECRETS, way=st.sampled_from(RIGHT))
def test_what_is_quoted_rightly_hides_the_secret_alone(secret: str, way: str) -> None:
    in_words = "'" + secret.replace("\\", "\\\\").replace("'", "\\'") + "'"
    url = way.replace("{}", quote(secret, safe="") if "://" in way else in_words)
    told = shown(url)
    assert told is not None
    assert not set(told.replace("%2F", "")) & set("SECRT019;\"'\\")


@given(user=st.text("ab.@-", min_size=1), database=st.text("cd_1", min_size=1), port=st.integers(1, 65535))
def test_what_is_shown_is_an_address_of_the_same_place(user: str, database: str, port: int) -> None:
    url = f"postgresql://{quote(user, safe='')}@db:{port}/{database}"
    assert conninfo_to_dict(shown(url) or "x") == conninfo_to_dict(url)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('database "school" does not exist', 'database "school" does not exist'),
        ('database "ana:s3cret@db/school" does not exist', 'database "..." does not exist'),
        ('database "a"b@s3cret" does not exist', 'database "..." does not exist'),
        ('no entry for host "::1", user "x:y", no encryption', 'no entry for host "...", no encryption'),
        ('no entry for host "10.0.0.1", user "ana"', 'no entry for host "10.0.0.1", user "ana"'),
        ("the database system is starting up", "the database system is starting up"),
    ],
)
def test_a_name_that_may_be_half_an_address_is_left_out_of_what_the_server_says(said: str, told: str) -> None:
    assert _discreet(said) == told
