"""What it takes to start Dovecot 2.3 from one configuration file, as root or an ordinary user."""

import grp
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from mailboxadmin.demo.certificates import ServerCertificate
from mailboxadmin.demo.ports import LOOPBACK

#: The pre-login and post-login capabilities of Exchange: no CONDSTORE, ENABLE, SPECIAL-USE or MOVE.
EXCHANGE_CAPABILITY = "IMAP4rev1 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"


class DovecotUnavailable(Exception):
    """Dovecot 2.3 cannot be used on this machine; the text says in one sentence why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What differs between two servers of the bench."""

    #: IMAP ports on loopback: plain with STARTTLS, and TLS from the first byte.
    port: int
    ssl_port: int
    certificate: ServerCertificate
    #: Replaces the advertised capabilities; None leaves Dovecot's own.
    capability: str | None = None
    #: Connections one user may hold from one address before Dovecot answers [LIMIT].
    max_userip_connections: int = 100
    #: The ways to sign in that are offered.
    mechanisms: str = "plain login"
    #: Lines of Dovecot configuration put at the end.
    extra: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOwner:
    """The system account that owns the mail files."""

    uid: int
    gid: int
    is_root_server: bool

    @classmethod
    def of_this_process(cls) -> "MailOwner":
        """Root hands the mail to the account `mail`: Dovecot refuses to read mail as root."""
        if os.geteuid() == 0:
            mail = pwd.getpwnam("mail")
            return cls(uid=mail.pw_uid, gid=mail.pw_gid, is_root_server=True)
        return cls(uid=os.geteuid(), gid=os.getegid(), is_root_server=False)


def program(name: str) -> str:
    """Return the path of `dovecot` or `doveadm`, also where /usr/sbin is not in the PATH.

    Raises DovecotUnavailable when it is not installed.
    """
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        raise DovecotUnavailable(
            f"The program {name} is not installed; on Debian: apt-get install dovecot-imapd."
        )
    return path


def require_version_2_3(version_text: str) -> None:
    """Check the output of `dovecot --version`, for example '2.3.19.1 (9b53102964)'.

    Raises DovecotUnavailable for any other series than 2.3: 2.4 renamed the settings used here.
    """
    found = re.match(r"(\d+)\.(\d+)", version_text)
    if found is None or found.groups() != ("2", "3"):
        raise DovecotUnavailable(
            "The test bench needs Dovecot 2.3, because 2.4 has other setting names; here is"
            f" {version_text.strip() or 'a version without a number'}."
        )


def installed_version() -> str:
    """Return what `dovecot --version` prints; raises DovecotUnavailable without a Dovecot."""
    return subprocess.run(
        [program("dovecot"), "--version"], capture_output=True, text=True, check=True
    ).stdout


def configuration(folder: Path, owner: MailOwner, options: Options) -> str:
    """Return the whole configuration file of a server that lives in `folder`.

    Users come from a `dict` file: unlike a passwd-file, whose changes Dovecot sees only from the
    next second on, it is read again as soon as its inode changes.
    """
    capability = "" if options.capability is None else f"imap_capability = {options.capability}"
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = {LOOPBACK}
disable_plaintext_auth = no
auth_mechanisms = {options.mechanisms}
auth_failure_delay = 0
auth_verbose = yes
first_valid_uid = 0
mail_fsync = never
mail_max_userip_connections = {options.max_userip_connections}
{capability}
ssl = yes
ssl_cert = <{options.certificate.cert_file}
ssl_key = <{options.certificate.key_file}
mail_location = maildir:~/folders:INBOX=~/inbox:LAYOUT=fs
{_NAMESPACE}
passdb {{
  driver = dict
  mechanisms = plain login
  args = {folder}/passdb.conf
}}
userdb {{
  driver = static
  args = uid={owner.uid} gid={owner.gid} home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  service_count = 0
  {"" if owner.is_root_server else "chroot ="}
  inet_listener imap {{
    port = {options.port}
  }}
  inet_listener imaps {{
    port = {options.ssl_port}
    ssl = yes
  }}
}}
service anvil {{
  {"" if owner.is_root_server else "chroot ="}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{_internal_accounts(owner)}
{options.extra}
"""


def passdb_configuration(folder: Path) -> str:
    """Return the file that tells Dovecot where in the `dict` file a password stands."""
    return f"""
uri = file:{folder}/users.dict
default_pass_scheme = PLAIN
key passdb {{
  key = passdb/%u
  format = json
}}
passdb_objects = passdb
"""


def _internal_accounts(owner: MailOwner) -> str:
    """Only root can use Dovecot's own accounts, and must: imap-login refuses to be root."""
    if owner.is_root_server:
        return ""
    user, group = pwd.getpwuid(owner.uid).pw_name, grp.getgrgid(owner.gid).gr_name
    return "\n".join(
        [
            f"default_internal_user = {user}",
            f"default_login_user = {user}",
            f"default_internal_group = {group}",
        ]
    )


_NAMESPACE = "\n".join(
    ["namespace inbox {", "inbox = yes", "separator = /"]
    + [
        line
        for name, use in [
            ("Sent", "Sent"),
            ("Drafts", "Drafts"),
            ("Trash", "Trash"),
            ("Junk", "Junk"),
        ]
        for line in (f"mailbox {name} {{", f"special_use = \\{use}", "auto = create", "}")
    ]
    + ["}"]
)
