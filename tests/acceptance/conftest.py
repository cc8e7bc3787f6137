"""The acceptance tests run on the same real PostgreSQL as the integration tests, by the same fixtures."""

from tests.integration.conftest import home, open_wb, server, sheet, template, templates, url, wb

__all__ = ["home", "open_wb", "server", "sheet", "template", "templates", "url", "wb"]
