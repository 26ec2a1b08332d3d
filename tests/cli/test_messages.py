"""`mailboxadmin messages` and `mark`."""

from tests.cli.conftest import store_messages


def test_messages_are_listed_newest_first_with_the_promised_keys(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 3, removed=1)

    listed = run("messages", "anna@example.org", "--json").objects

    assert [line["uid"] for line in listed] == [3, 2, 1]
    assert [line["removed"] for line in listed] == [True, False, False]
    assert listed[1] == {
        "id": listed[1]["id"],
        "folder": "INBOX",
        "uid": 2,
        "message_id": "<2@example.org>",
        "subject": "Order 2 für Grün",
        "from": "Bea <bea@example.org>",
        "date": "2026-01-05T10:00:00Z",
        "seen": False,
        "size": 57,
        "removed": False,
    }


def test_a_hundred_unless_the_limit_says_otherwise(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 120)

    assert len(run("messages", "anna@example.org", "--json").objects) == 100
    assert len(run("messages", "anna@example.org", "--limit", "110", "--json").objects) == 110


def test_one_folder_can_be_chosen(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 2)
    store_messages(office, anna.mailbox_id, 1, folder="Archive")

    archive = run("messages", "anna@example.org", "--folder", "Archive", "--json")
    missing = run("messages", "anna@example.org", "--folder", "Nowhere", "--json")

    assert [line["folder"] for line in archive.objects] == ["Archive"]
    assert missing.status == 2


def test_the_owner_sees_that_the_list_was_read(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 2)

    run("messages", "anna@example.org", "--json")

    [entry] = run("activity", "--code", "messages.listed", "--json").objects
    assert entry["mailbox"] == "anna@example.org"
    assert entry["actor"] == "command line"
    assert entry["detail"]["messages"] == 2
    assert entry["message"] == "The list of messages was read by command line: 2 lines."


def test_a_list_of_one_message_has_one_line(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)

    run("messages", "anna@example.org", "--json")

    [entry] = run("activity", "--code", "messages.listed", "--json").objects
    assert entry["message"] == "The list of messages was read by command line: 1 line."


def test_marking_is_a_local_click(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 3)
    ids = [str(line["id"]) for line in run("messages", "anna@example.org", "--json").objects]

    done = run("mark", "anna@example.org", *ids, "--read")

    assert done.out == "1 changed, 2 were so before.\n"
    assert all(line["seen"] for line in run("messages", "anna@example.org", "--json").objects)
    [entry] = run("activity", "--code", "read_status.marked", "--json").objects
    assert entry["detail"]["count"] == 1


def test_messages_of_another_mailbox_cannot_be_marked(run, office):
    anna, ben = office.person("anna@example.org"), office.person("ben@example.org")
    store_messages(office, anna.mailbox_id, 1)
    store_messages(office, ben.mailbox_id, 2)
    [first, second] = run("messages", "ben@example.org", "--json").objects

    done = run("mark", "anna@example.org", str(first["id"]), "--read")

    assert done.status == 2
    after = run("messages", "ben@example.org", "--json").objects
    assert [line["seen"] for line in after] == [first["seen"], second["seen"]]


def test_a_table_shows_no_control_characters(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 1)

    lines = run("messages", "anna@example.org").out.splitlines()

    assert lines[0].split() == ["ID", "FOLDER", "DATE", "SEEN", "FROM", "SUBJECT"]
    assert "Order 1 für Grün" in lines[1]


def test_with_sync_read_status_marking_says_what_the_server_is_to_be_told(run, office):
    anna = office.person("anna@example.org")
    store_messages(office, anna.mailbox_id, 3, removed=1)
    run("settings", "set", "sync_read_status", "yes")
    ids = [str(line["id"]) for line in run("messages", "anna@example.org", "--json").objects]

    done = run("mark", "anna@example.org", *ids, "--unread")
    again = run("mark", "anna@example.org", ids[2], "--unread")

    assert done.out == "2 changed, 1 were so before.\nThe server is told of 1 at the next sync.\n"
    assert again.out == "0 changed, 1 were so before.\nThe server is told of 1 at the next sync.\n"
