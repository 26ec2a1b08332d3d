"""`mailboxadmin settings`."""

import pytest

from mailboxadmin.domain.settings import SETTINGS, Kind


def test_list_gives_every_key_with_what_holds_and_its_default(run):
    run("settings", "set", "check_every_minutes", "10")
    run("settings", "set", "folders", "--value-stdin", stdin="INBOX\nArchive/2024\n")

    listed = {line["key"]: line for line in run("settings", "list", "--json").objects}

    assert list(listed) == list(SETTINGS)
    assert listed["check_every_minutes"] == {
        "key": "check_every_minutes",
        "value": 10,
        "default": 5,
    }
    assert listed["folders"]["value"] == ["INBOX", "Archive/2024"]
    assert listed["imap_host"] == {"key": "imap_host", "value": None, "default": None}
    assert listed["imap_encryption"]["value"] == "ssl"
    assert listed["sync_since_days"] == {"key": "sync_since_days", "value": 0, "default": 0}
    assert listed["trash_folder"] == {"key": "trash_folder", "value": None, "default": None}


def test_what_is_not_chosen_has_its_default_as_value(run):
    listed = run("settings", "list", "--json").objects

    assert [line["value"] for line in listed] == [line["default"] for line in listed]


def test_an_empty_value_is_the_default_again(run):
    run("settings", "set", "parallel_syncs", "3")

    done = run("settings", "set", "parallel_syncs", "")

    assert done.out == "parallel_syncs: 3 -> 8\n"


def test_a_change_is_in_the_log(run):
    run("settings", "set", "parallel_syncs", "3")

    [entry] = run("activity", "--code", "settings", "--json").objects

    assert entry["actor"] == "command line"
    assert entry["detail"]["changes"]["parallel_syncs"] == {"before": "8", "after": "3"}


@pytest.mark.parametrize("key", ["fetch_only_unread", "sync_read_status"])
def test_yes_and_no_are_words_everywhere(run, key):
    done = run("settings", "set", key, "Yes")
    wrong = run("settings", "set", key, "true")

    listed = {line["key"]: line for line in run("settings", "list", "--json").objects}
    assert done.out == f"{key}: no -> yes\n"
    assert (wrong.status, "yes, no" in wrong.complaint) == (2, True)
    assert listed[key] == {"key": key, "value": "yes", "default": "no"}


NUMBERS = [key for key, setting in SETTINGS.items() if setting.kind is Kind.INTEGER]


@pytest.mark.parametrize("key", NUMBERS)
def test_what_is_out_of_the_limits_is_refused_with_them(run, key):
    setting = SETTINGS[key]

    inside = run("settings", "set", key, str(setting.maximum))
    low = run("settings", "set", key, str(setting.minimum - 1))
    high = run("settings", "set", key, str(setting.maximum + 1))

    assert (inside.status, low.status, high.status) == (0, 2, 2)
    least = {"auto_refresh_seconds": 30}.get(key, setting.minimum)
    assert f"from {least} to {setting.maximum}" in high.complaint
    assert low.complaint == high.complaint


def test_a_mistyped_option_is_no_value(run):
    done = run("settings", "set", "help_contact", "--value-stdni")

    assert done.status == 2
    assert "No such option" in done.complaint


SECRETS = [key for key, setting in SETTINGS.items() if setting.is_secret]


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_comes_by_standard_input_and_is_told_as_set_or_unset(run, key):
    done = run("settings", "set", key, "--value-stdin", stdin="canary~1-of-the-office\n")
    again = run("settings", "set", key, "--value-stdin", stdin="canary~2-of-the-office\n")

    listed = {line["key"]: line for line in run("settings", "list", "--json").objects}
    table = run("settings", "list").out
    removed = run("settings", "set", key, "")
    assert (done.out, again.out) == (f"{key}: not set -> set\n", f"{key}: set -> changed\n")
    assert listed[key] == {"key": key, "value": "set", "default": "unset"}
    assert "canary" not in table
    assert removed.out == f"{key}: set -> removed\n"


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_on_the_command_line_is_refused_without_repeating_it(run, key):
    done = run("settings", "set", key, "canary~1-of-the-office")

    assert done.status == 2
    assert done.complaint.startswith(f"{key} is a secret; give it with --value-stdin.")
    assert "canary" not in done.out + done.err
    assert run("activity", "--json").objects == []


def test_a_day_is_printed_as_it_is_written(run):
    run("settings", "set", "outlook_secret_expires_on", "2027-03-31")

    listed = {line["key"]: line["value"] for line in run("settings", "list", "--json").objects}

    assert listed["outlook_secret_expires_on"] == "2027-03-31"


def test_without_encryption_it_warns(run):
    warned = run("settings", "set", "imap_encryption", "NONE")
    safe = run("settings", "set", "imap_encryption", "starttls")

    assert warned.status == 0
    assert warned.complaint.startswith("Without encryption, passwords and mail can be read")
    assert safe.err == ""


def test_a_password_that_stays_behind_is_told_as_one(run, office):
    anna = office.person("anna@example.org")
    run("settings", "set", "imap_host", "a.example.org")
    run("mailbox", "set", anna.email, "--password-stdin", stdin="quite secret")

    done = run("settings", "set", "imap_host", "b.example.org")

    assert done.complaint.startswith("1 password was entered for the server before and is not sent")


def test_several_names_stand_apart_in_the_table(run):
    run("settings", "set", "folders", "INBOX\nSent Items")

    assert "INBOX, Sent Items  INBOX" in run("settings", "list").out


def test_people_get_a_table(run):
    lines = run("settings", "list").out.splitlines()

    assert lines[0].split() == ["KEY", "VALUE", "DEFAULT"]
    assert len({line.index(line.split()[1]) for line in lines}) == 1
