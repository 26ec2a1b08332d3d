"""The password of the mail server that sends goes to the server that it was entered for."""

from collections.abc import Mapping
from typing import Final

from mailboxadmin.domain.delivery import SMTP_PORTS
from mailboxadmin.domain.errors import InvalidInput, InvalidInputs
from mailboxadmin.domain.mailbox import Encryption, Server
from mailboxadmin.domain.settings import SETTINGS

SMTP_PASSWORD: Final = "smtp_password"


def smtp_server(texts: Mapping[str, str]) -> Server | None:
    """The server that takes what is to be sent; None while none is named."""
    default = SETTINGS["smtp_encryption"]
    encryption = Encryption(texts.get("smtp_encryption") or default.format(default.default))
    port = int(texts.get("smtp_port") or SMTP_PORTS[encryption])
    host = texts.get("smtp_host") or ""
    return Server(host=host, port=port, encryption=encryption) if host else None


def keep_from_others(held: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Have it entered again, or taken away, when the server becomes another.

    Args:
        held: what is set, secrets among it.
        wanted: what is to be set.

    Raises:
        InvalidInputs: a stored password would go to another server.
    """
    before, after = smtp_server(held), smtp_server({**held, **wanted})
    if not held.get(SMTP_PASSWORD) or SMTP_PASSWORD in wanted or before in (None, after):
        return
    sentence = (
        f"It was entered for {before}. Enter it again with the new server, or take it away first."
    )
    raise InvalidInputs((InvalidInput(SMTP_PASSWORD, sentence),))
