"""What makes a Dovecot take tokens: an oauth2 passdb that asks a provider at every sign-in."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenQuestions:
    """Where a Dovecot asks about a token, and how.

    `url`: with the name and the secret of the asker in it, as `http://id:secret@127.0.0.1:1/…`.
    `mode`: `post` sends the token in a form; `auth` shows it as if it were the user, and takes
    every refusal for a fault of the provider ([UNAVAILABLE]).
    """

    url: str
    mode: str = "post"

    def configuration(self, folder: Path) -> str:
        """The passdbs; their settings are written into `folder`.

        Two, because Dovecot says nothing of the user it asks for: it compares the name in the
        sign-in with one attribute of the answer, first the account's own address, then the mailbox
        that it opens as a delegate.
        """
        own = self._passdb(folder, "email", verbose="no")
        # The last one's refusals are logged, so that each sign-in is counted once.
        return own + self._passdb(folder, "shared", verbose="yes")

    def _passdb(self, folder: Path, attribute: str, *, verbose: str) -> str:
        file = folder / f"oauth2-{attribute}.conf"
        file.write_text(
            f"""
introspection_mode = {self.mode}
introspection_url = {self.url}
force_introspection = yes
username_attribute = {attribute}
active_attribute = active
active_value = true
scope = imap
"""
        )
        return f"""
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {file}
  auth_verbose = {verbose}
}}
"""
