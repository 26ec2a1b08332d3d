"""`python -m mailboxadmin`."""

from mailboxadmin.cli import main

main()
