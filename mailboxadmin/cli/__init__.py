"""The command line: a command parses, makes one service call and prints."""

from mailboxadmin.cli.program import Program

#: Each command and the module it is loaded from, so that one does not wait for the others.
main = Program(
    name="mailboxadmin",
    help="Keeps the mailboxes of a small office connected, and says what broke and who mends it.",
    modules={
        "serve": "serve",
        "demo": "demo",
        "setup-code": "setup_code",
        "staff": "staff",
        "mailbox": "mailbox",
        "check": "check",
        "sync": "sync",
        "messages": "messages",
        "mark": "messages",
        "import": "import_",
        "export": "export",
        "activity": "activity",
        "settings": "settings",
        "oauth": "oauth",
        "backup": "backup",
        "restore": "backup",
        "secrets": "secrets",
        "erase": "erase",
        "doctor": "doctor",
        "debug": "debug",
        "answers": "answers",
    },
)
