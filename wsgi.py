"""For WSGI servers: `gunicorn wsgi:app`. `mailboxadmin serve` needs nothing of this."""

import atexit
import os
import sys

from mailboxadmin.app import create_app, start_background
from mailboxadmin.domain.errors import MailboxAdminError

#: How long the end of the process waits for runs.
STOP_S = 8.0

# Database, log and backups are for this user only.
os.umask(0o077)
try:
    app = create_app()
    background = start_background(app)
except MailboxAdminError as fault:
    sys.exit(f"mailboxadmin: {fault}")
atexit.register(background.stop, timeout_s=STOP_S)
