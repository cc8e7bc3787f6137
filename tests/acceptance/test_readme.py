"""What the README shows is what a reader gets."""

from tests import folder, readme


def test_the_readme_shows_what_its_commands_print() -> None:
    with folder.short() as place:
        shown = readme.run(place / "home")
    assert [readme.masked(block) for block in shown] == [readme.masked(block) for block in readme.written()]
