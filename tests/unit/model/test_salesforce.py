"""How Salesforce is named and reached."""

import pytest

from workbench.model.errors import NotConfigured, WrongValue
from workbench.model.salesforce import SalesforceAccess, domain_of, object_of

PASSWORD = {"username": "ana@school.example", "password": "secret one", "security_token": "secret two"}
JWT = {"username": "ana@school.example", "consumer_key": "secret three", "private_key": "secret four"}
CLIENT = {"consumer_key": "secret three", "consumer_secret": "secret five", "domain": "school.my"}


def test_a_source_names_an_object() -> None:
    assert object_of("salesforce:Contact") == "Contact"
    assert object_of("Salesforce: Session__c") == "Session__c"
    assert object_of("contacts.csv") is None


@pytest.mark.parametrize("name", ["", "Contact Name", "Contact; DROP", "1st", "Kontakt:in"])
def test_what_no_object_can_be_called_is_refused(name: str) -> None:
    with pytest.raises(WrongValue, match="it is the API name of an object"):
        object_of(f"salesforce:{name}")


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ("", "login"),
        (" TEST ", "test"),
        ("school.my", "school.my"),
        ("https://school.my.salesforce.com/", "school.my"),
        ("https://school.lightning.force.com/lightning/page/home", "school.my"),
        ("school--dev.sandbox.lightning.force.com", "school--dev.sandbox.my"),
    ],
)
def test_a_domain_is_known_however_it_is_pasted(said: str, domain: str) -> None:
    assert domain_of(said) == domain


@pytest.mark.parametrize(
    "said", ["evil.example.com", "a b", "login.salesforce.com@evil", "school.my?x", "http://school.my"]
)
def test_a_domain_that_is_none_of_salesforces_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="your own domain at Salesforce"):
        domain_of(said)


def test_the_way_is_that_of_what_is_configured() -> None:
    assert SalesforceAccess().way is None
    assert SalesforceAccess(**PASSWORD).way == "password"
    assert SalesforceAccess(username="ana", password="x").way == "password"  # from a trusted network
    assert SalesforceAccess(**JWT).way == "JWT"
    assert SalesforceAccess(**CLIENT).way == "client credentials"
    assert SalesforceAccess(**PASSWORD | JWT).way == "JWT"


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ({"username": "ana"}, "a password it needs SF_PASSWORD."),
        ({"private_key": "x"}, "it needs SF_USERNAME and WORKBENCH_SALESFORCE_CONSUMER_KEY."),
        ({**CLIENT, "domain": "login"}, "client credentials it needs SF_DOMAIN."),
        ({"consumer_key": "x"}, "it needs SF_USERNAME and SF_PASSWORD."),
    ],
)
def test_what_is_missing_is_named(said: dict[str, str], lacking: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        _ = SalesforceAccess(**said).way
    assert lacking in str(refused.value)


def test_no_secret_is_shown() -> None:
    access = SalesforceAccess(**PASSWORD | JWT | CLIENT)
    assert "secret" not in repr(access)
    assert access.without_secrets("no secret one, secret three or secret five") == "no …, … or …"


def test_what_to_do_next_names_the_settings_of_the_way() -> None:
    assert SalesforceAccess(**PASSWORD).steps == (
        "Verify SF_USERNAME, SF_PASSWORD, SF_SECURITY_TOKEN.",
        "Check the network connection to login.salesforce.com.",
        "Verify that the Salesforce user has API access.",
        "Try again.",
    )
    assert "WORKBENCH_SALESFORCE_CONSUMER_SECRET" in SalesforceAccess(**CLIENT).steps[0]
