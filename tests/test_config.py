"""Every variable of the environment is read, and every fault stops the start with one line."""

import base64
import os
from pathlib import Path

import pytest

from mailboxadmin.config import Config, ConfigFault, prepare_instance

# Fixed, because they name test cases, which two workers must call alike.
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OLDER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()


def read(**variables: str) -> Config:
    return Config.from_environment(variables)


def test_an_empty_environment_gives_the_documented_defaults(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    config = read()

    assert config.instance == tmp_path / "instance"
    assert config.database_url == f"sqlite:///{tmp_path}/instance/mailboxadmin.db"
    assert config.scheduler is True
    assert config.metrics_token is None
    assert config.base_url == "http://localhost:8000"
    assert config.trusted_proxies == 0
    assert config.provider_urls == {}


def test_every_variable_is_taken(tmp_path):
    config = read(
        MAILBOXADMIN_INSTANCE=str(tmp_path / "office"),
        MAILBOXADMIN_DATABASE_URL="sqlite:////var/mail.db",
        MAILBOXADMIN_SCHEDULER="off",
        MAILBOXADMIN_METRICS_TOKEN="0123456789abcdef",
        MAILBOXADMIN_BASE_URL="https://mail.example.org/",
        MAILBOXADMIN_SECRET_KEYS=f"{KEY}, {OLDER_KEY}",
        MAILBOXADMIN_TRUSTED_PROXIES="2",
        MAILBOXADMIN_OUTLOOK_AUTHORITY="https://login.example.org/tenant",
        MAILBOXADMIN_GMAIL_TOKEN_URL="http://127.0.0.1:9999/token",
    )

    assert config.instance == tmp_path / "office"
    assert config.database_url == "sqlite:////var/mail.db"
    assert config.scheduler is False
    assert config.metrics_token == "0123456789abcdef"
    assert config.base_url == "https://mail.example.org"
    assert config.keys() == (KEY, OLDER_KEY)
    assert config.trusted_proxies == 2
    assert config.provider_urls["OUTLOOK_AUTHORITY"] == "https://login.example.org/tenant"
    assert config.provider_urls["GMAIL_TOKEN_URL"] == "http://127.0.0.1:9999/token"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("MAILBOXADMIN_INSTANCE", "/srv/what?"),
        ("MAILBOXADMIN_DATABASE_URL", "postgresql://db/mail"),
        ("MAILBOXADMIN_DATABASE_URL", "sqlite://"),
        ("MAILBOXADMIN_DATABASE_URL", "sqlite:///:memory:"),
        ("MAILBOXADMIN_SCHEDULER", "maybe"),
        ("MAILBOXADMIN_METRICS_TOKEN", "short"),
        ("MAILBOXADMIN_METRICS_TOKEN", "0123456789abcde f"),
        ("MAILBOXADMIN_BASE_URL", "mail.example.org"),
        ("MAILBOXADMIN_BASE_URL", "https://mail.example.org:99999"),
        ("MAILBOXADMIN_BASE_URL", "https://[mail"),
        ("MAILBOXADMIN_BASE_URL", "https://mail.example.org/mailbox-admin"),
        ("MAILBOXADMIN_BASE_URL", "https://mail\n.example.org"),
        ("MAILBOXADMIN_SECRET_KEYS", "not-a-key"),
        ("MAILBOXADMIN_SECRET_KEYS", ","),
        ("MAILBOXADMIN_SECRET_KEYS", f"{KEY},kéy"),
        ("MAILBOXADMIN_TRUSTED_PROXIES", "-1"),
        ("MAILBOXADMIN_TRUSTED_PROXIES", "11"),
        ("MAILBOXADMIN_GMAIL_AUTHORIZE_URL", "http://accounts.example.org"),
        ("MAILBOXADMIN_GMAIL_TOKEN_URL", "ftp://token"),
        ("MAILBOXADMIN_GMAIL_REVOKE_URL", "https://"),
        ("MAILBOXADMIN_OUTLOOK_AUTHORITY", "https://[login"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
        ("SSL_CERT_FILE", os.devnull),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_names_the_variable(variable, value):
    with pytest.raises(ConfigFault) as caught:
        read(**{variable: value})

    assert str(caught.value).startswith(f"{variable}: ")
    assert "\n" not in str(caught.value)


def test_a_bad_secret_is_not_repeated_in_the_message():
    with pytest.raises(ConfigFault) as key:
        read(MAILBOXADMIN_SECRET_KEYS="my-secret-key")
    with pytest.raises(ConfigFault) as token:
        read(MAILBOXADMIN_METRICS_TOKEN="my-token")

    assert "my-secret-key" not in str(key.value)
    assert "my-token" not in str(token.value)


def test_secrets_are_not_in_the_printed_config():
    config = read(MAILBOXADMIN_SECRET_KEYS=KEY, MAILBOXADMIN_METRICS_TOKEN="0123456789abcdef")

    assert KEY not in repr(config)
    assert "0123456789abcdef" not in repr(config)


def test_the_key_file_is_made_once_for_this_user_only(tmp_path):
    config = read(MAILBOXADMIN_INSTANCE=str(tmp_path / "office"))
    prepare_instance(config)

    first = config.keys()
    second = config.keys()

    assert first == second
    assert config.key_file.stat().st_mode & 0o777 == 0o600
    assert config.instance.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", ["", "no key\n", "\udcff\udcfe"])
def test_a_key_file_without_a_key_is_named(tmp_path, content):
    config = read(MAILBOXADMIN_INSTANCE=str(tmp_path))
    config.key_file.write_text(content, errors="surrogateescape")

    with pytest.raises(ConfigFault, match="holds no key") as caught:
        config.keys()

    assert str(config.key_file) in str(caught.value)


def test_a_key_file_that_cannot_be_read_is_named(tmp_path):
    config = read(MAILBOXADMIN_INSTANCE=str(tmp_path))
    config.key_file.mkdir()

    with pytest.raises(ConfigFault, match="cannot be read"):
        config.keys()


def test_an_instance_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "office").write_text("")

    with pytest.raises(ConfigFault, match="MAILBOXADMIN_INSTANCE"):
        prepare_instance(read(MAILBOXADMIN_INSTANCE=str(tmp_path / "office")))


def test_a_folder_with_other_things_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "apt").mkdir()

    with pytest.raises(ConfigFault, match="holds other things"):
        prepare_instance(read(MAILBOXADMIN_INSTANCE=str(tmp_path)))

    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_folder_with_our_database_is_ours_whatever_else_is_in_it(tmp_path):
    config = read(MAILBOXADMIN_INSTANCE=str(tmp_path), MAILBOXADMIN_SECRET_KEYS=KEY)
    config.database_file.touch()
    (tmp_path / "office.backup").touch()

    prepare_instance(config)

    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_what_we_put_into_the_folder_is_ours_without_database_and_key(tmp_path):
    for name in ("locks", "logs", "debug", "serve.lock", "scheduler.lock"):
        (tmp_path / name).touch()

    prepare_instance(read(MAILBOXADMIN_INSTANCE=str(tmp_path), MAILBOXADMIN_SECRET_KEYS=KEY))

    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("url", ["sqlite:////nowhere/mail.db", "sqlite:///nowhere/mail.db"])
def test_a_database_in_a_folder_that_does_not_exist_is_refused(tmp_path, url):
    config = read(MAILBOXADMIN_INSTANCE=str(tmp_path), MAILBOXADMIN_DATABASE_URL=url)

    with pytest.raises(ConfigFault, match=r"^MAILBOXADMIN_DATABASE_URL: .*/nowhere;"):
        prepare_instance(config)


def test_a_database_that_is_a_folder_is_refused(tmp_path):
    config = read(
        MAILBOXADMIN_INSTANCE=str(tmp_path), MAILBOXADMIN_DATABASE_URL=f"sqlite:///{tmp_path}"
    )

    with pytest.raises(ConfigFault, match=r"^MAILBOXADMIN_DATABASE_URL: .* is a folder; name a"):
        prepare_instance(config)


def test_a_database_may_be_in_a_new_instance_folder(tmp_path):
    folder = tmp_path / "office"
    url = f"sqlite:///{folder}/mail.db"

    prepare_instance(read(MAILBOXADMIN_INSTANCE=str(folder), MAILBOXADMIN_DATABASE_URL=url))

    assert folder.is_dir()


def test_the_folder_of_a_checkout_is_taken(tmp_path: Path):
    (tmp_path / "README.md").write_text("The instance folder")

    prepare_instance(read(MAILBOXADMIN_INSTANCE=str(tmp_path)))

    assert tmp_path.stat().st_mode & 0o777 == 0o700
