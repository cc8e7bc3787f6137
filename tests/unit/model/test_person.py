from workbench.model.person import same_person


def test_neither_case_nor_blanks_make_another_person() -> None:
    assert same_person("tomas", " Tomas ")
    assert same_person("Élise Groß", "éLISE GROSS")
    assert not same_person("Jose", "José")
    assert not same_person(None, None)
