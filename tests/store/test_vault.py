"""The ring of keys: sealed with the newest, opened with any, read anew when the file changes."""

import os
import stat

import pytest
from cryptography.fernet import Fernet

from mailboxadmin.domain.errors import SecretUnreadable
from mailboxadmin.store.key_file import keep_newest, put_before, read_keys, read_or_make_keys
from mailboxadmin.store.vault import Vault


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "secret.key"
    read_or_make_keys(file)
    return file


def vault_of(file):
    return Vault(read_keys(file), file=file)


def test_the_file_is_made_for_this_user_only(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(read_keys(file)) == 1


def test_a_key_that_is_there_stays(file):
    before = file.read_bytes()

    read_or_make_keys(file)

    assert file.read_bytes() == before


def test_a_new_key_goes_before_the_others_and_the_file_stays_private(file):
    [old] = read_keys(file)

    put_before(file)

    new, kept = read_keys(file)
    assert (new != old, kept) == (True, old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret.key"]


def test_the_newest_alone_is_kept(file):
    put_before(file)
    new, _ = read_keys(file)

    keep_newest(file)

    assert read_keys(file) == (new,)


def test_what_a_killed_change_left_goes_with_the_next(file):
    left = file.with_name(".secret.key.99999")
    left.write_text("an old key\n")

    put_before(file)

    assert not left.exists()


def test_what_a_link_leads_to_is_changed_and_the_link_stays(file, tmp_path):
    link = tmp_path / "elsewhere" / "secret.key"
    link.parent.mkdir()
    link.symlink_to(file)

    put_before(link)

    assert link.is_symlink()
    assert len(read_keys(file)) == 2


def test_keys_may_stand_in_one_line_too(tmp_path):
    file = tmp_path / "secret.key"
    file.write_text("one,two\n\nthree\r\n")

    assert read_keys(file) == ("one", "two", "three")


def test_a_running_process_seals_with_a_new_key_at_once_and_opens_what_the_old_one_sealed(file):
    vault = vault_of(file)
    sealed = vault.seal("word")

    put_before(file)

    assert vault.open(sealed) == "word"
    assert not vault.is_newest(sealed)
    assert vault.is_newest(vault.seal("word"))
    assert Fernet(read_keys(file)[0]).decrypt(vault.seal("word")) == b"word"


def test_what_was_read_before_the_old_key_went_is_opened_after_it(file):
    vault = vault_of(file)
    sealed = vault.seal("word")

    put_before(file)
    vault.seal("a look at the file")
    keep_newest(file)

    assert vault.open(sealed) == "word"
    with pytest.raises(SecretUnreadable):
        vault_of(file).open(sealed)


def test_what_is_derived_follows_the_newest_key(file):
    vault = vault_of(file)
    before = vault.derived_key("cookies")

    put_before(file)

    assert vault.derived_key("cookies") != before
    assert vault.derived_key("cookies") == vault_of(file).derived_key("cookies")
    assert vault.derived_key("cookies") != vault.derived_key("invitation")


@pytest.mark.parametrize("content", [None, "", "no key\n"])
def test_a_file_that_was_spoilt_while_we_run_changes_nothing(file, content):
    vault = vault_of(file)
    sealed = vault.seal("word")

    if content is None:
        file.unlink()
    else:
        file.write_text(content)

    assert vault.open(sealed) == "word"
    assert vault.is_newest(vault.seal("another"))


def test_the_owner_of_the_file_stays_who_it_was(file, monkeypatch):
    given = []
    monkeypatch.setattr(os, "chown", lambda path, user, group: given.append((user, group)))

    put_before(file)

    assert given == [(file.stat().st_uid, file.stat().st_gid)]
