"""`mailboxadmin debug on` and `debug off`."""

from mailboxadmin.services.debug.debugging import switches_on


def test_on_for_one_mailbox_says_until_when_and_where(run, office):
    office.person("anna@example.org")

    done = run("debug", "on", "--mailbox", "Anna@example.org", "--minutes", "5")

    assert done.status == 0
    assert "The dialogue of anna@example.org is recorded until 2026-03-02T09:05:00Z." in done.out
    assert str(office.deps.instance / "debug") in done.out
    [switch] = switches_on(office.deps)
    assert (switch.address, switch.by) == ("anna@example.org", "command line")


def test_on_is_for_all_and_for_an_hour_when_nothing_is_said(run, office):
    done = run("debug", "on")

    assert "all mailboxes is recorded until 2026-03-02T10:00:00Z" in done.out


def test_off_ends_all_and_says_whose(run, office):
    office.person("anna@example.org")
    run("debug", "on", "--mailbox", "anna@example.org")
    run("debug", "on")

    done = run("debug", "off")
    again = run("debug", "off")

    assert (done.status, again.status) == (0, 0)
    assert done.out.splitlines() == [
        "The dialogue of all mailboxes is recorded no more.",
        "The dialogue of anna@example.org is recorded no more.",
    ]
    assert again.out == "It was not on.\n"
    assert switches_on(office.deps) == ()


def test_wrong_input_is_one_line_and_status_2(run, office):
    for wrong in (("--minutes", "0"), ("--minutes", "1441"), ("--mailbox", "nobody@example.org")):
        done = run("debug", "on", *wrong)

        assert done.status == 2
        assert len(done.err.splitlines()) == 1
        assert done.out == ""
