"""The acceptance tests run on the same real PostgreSQL as the integration tests, by the same fixtures and rule."""

from tests.integration.conftest import (
    home,
    open_wb,
    pytest_generate_tests,
    server,
    sheet,
    template,
    templates,
    url,
    wb,
)

__all__ = ["home", "open_wb", "pytest_generate_tests", "server", "sheet", "template", "templates", "url", "wb"]
