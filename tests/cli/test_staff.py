"""`mailboxadmin staff`, and the set-up code."""

import re

from sqlalchemy import text

PASSWORD = "a few words in a row"
LINK = re.compile(r"http://localhost:8000/invitation/\S+")


def test_a_person_without_a_password_gets_a_link(run):
    done = run("staff", "add", "Anna@Example.org", "--name", "Anna Keller")

    [address, link] = done.out.split()
    assert address == "anna@example.org"
    assert LINK.fullmatch(link)


def test_a_password_comes_from_standard_input(run):
    grace = ("g@example.org", "--role", "admin", "--password-stdin")
    added = run("staff", "add", *grace, stdin=PASSWORD)
    listed = run("staff", "list", "--json").objects

    assert added.status == 0
    assert PASSWORD not in added.out
    assert [(each["email"], each["role"], each["standing"]) for each in listed] == [
        ("g@example.org", "admin", "active")
    ]


def test_a_weak_or_missing_password_adds_nobody(run):
    weak = run("staff", "add", "g@example.org", "--password-stdin", stdin="short\n")
    empty = run("staff", "add", "g@example.org", "--password-stdin", stdin="\n")
    binary = run("staff", "add", "g@example.org", "--password-stdin", stdin=b"\xff\xfe")

    assert (weak.status, empty.status, binary.status) == (2, 2, 2)
    assert run("staff", "list", "--json").out == ""


def test_a_table_adds_everybody_or_nobody(run, tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("address,name,role\nanna@example.org,Anna,staff\nnobody\n")
    refused = run("staff", "add", "--csv", str(table))
    table.write_text(
        "address,name,role\nanna@example.org,Anna,staff\ngrace@example.org,Grace,admin\n"
    )
    added = run("staff", "add", "--csv", str(table))

    assert refused.status == 2
    assert "line 3" in refused.complaint
    assert len(LINK.findall(added.out)) == 2


def test_a_table_is_read_as_office_programs_save_it(run, tmp_path):
    table = tmp_path / "people.csv"
    table.write_bytes("chloe@example.org;Chloé".encode("cp1252"))

    run("staff", "add", "--csv", str(table))

    assert [line["name"] for line in run("staff", "list", "--json").objects] == ["Chloé"]


def test_a_person_is_added_with_the_link_or_not_at_all(run, office):
    with office.deps.store.write() as db:
        db.execute(
            text(
                "CREATE TRIGGER no_link BEFORE UPDATE OF invitation ON staff "
                "BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
            )
        )

    done = run("staff", "add", "anna@example.org")

    assert done.status == 1
    assert run("staff", "list", "--json").out == ""


def test_a_new_password_ends_the_sign_ins(run, office):
    office.person("anna@example.org")

    done = run("staff", "password", "anna@example.org", "--password-stdin", stdin=PASSWORD + "\n")

    assert done.status == 0
    [entry] = run("activity", "--code", "staff.password_changed", "--json").objects
    assert entry["actor"] == "command line"


def test_the_last_admin_cannot_be_disabled(run, office):
    office.admin("grace@example.org")
    office.person("anna@example.org")

    refused = run("staff", "disable", "grace@example.org")
    done = run("staff", "disable", "anna@example.org")

    assert refused.status == 2
    assert "only active admin" in refused.complaint
    assert done.status == 0


def test_a_setup_code_is_given_until_there_is_an_admin(run, office):
    first, second = run("setup-code").out.strip(), run("setup-code").out.strip()
    office.admin()
    late = run("setup-code")

    assert re.fullmatch(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", first)
    assert first != second
    assert late.status == 2


def test_a_link_is_made_for_who_forgot_the_password_and_ends_the_one_before(run):
    run("staff", "add", "anna@example.org", "--password-stdin", stdin=PASSWORD)

    first, second = (run("staff", "link", "Anna@example.org").out.split() for _ in range(2))

    assert first[0] == second[0] == "anna@example.org"
    assert LINK.fullmatch(first[1]) and LINK.fullmatch(second[1])
    assert first[1] != second[1]
    assert run("staff", "link", "nobody@example.org").status == 2


def test_a_person_is_deleted_only_with_yes(run):
    run("staff", "add", "anna@example.org", "--password-stdin", stdin=PASSWORD)

    asked = run("staff", "delete", "anna@example.org")
    kept = run("staff", "list", "--json").objects
    done = run("staff", "delete", "Anna@example.org", "--yes")

    assert (asked.status, len(kept), done.status) == (2, 1, 0)
    assert "anna@example.org is deleted" in done.out
    assert run("staff", "list", "--json").out == ""
