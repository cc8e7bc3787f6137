"""Pathful (seed 001, Playbook A): who took part in which session, and who has an account.

Three sources are told apart by their headers. Of the Session Report each session becomes an event, an educator a
teacher of it and a professional a volunteer. The rows of the seed's export are attendances of teachers at events that
have to be known. Teachers are looked for in the roster of the session's academic year and never made up: a row of
another waits, and what is good of it goes on. Of the User Report educators become teachers' accounts, professionals
volunteers.
"""

from workbench.playbooks.pathful.export import EXPORT
from workbench.playbooks.pathful.sessions import SESSIONS, STATUSES
from workbench.playbooks.pathful.users import USERS

__all__ = ["EXPORT", "SESSIONS", "STATUSES", "USERS"]
