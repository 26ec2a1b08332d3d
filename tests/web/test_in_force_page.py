"""What is in force for each mailbox, where it comes from, and how its read status is."""

from mailboxadmin.domain.activity import COMMAND_LINE
from mailboxadmin.services.office.settings import change_settings
from tests.support import broken, states
from tests.support.office import Office

PAGE = "/troubleshooting/mailboxes"


def test_each_value_has_its_origin_and_what_is_suspicious_stands_beside_it(office: Office, at_desk):
    office.admin("grace@example.org")
    change_settings(office.deps, {"check_every_minutes": "10"}, actor=COMMAND_LINE)
    broken.a_folder_misspelt(office, None)
    broken.configured(office, "jonas@gmail.com", "abcd efgh ijkl mnop", sync_read_status="yes")
    states.somebody(office, "Nobody Yet")

    page = at_desk("grace@example.org").get(PAGE).text

    anna, jonas = page.split('id="in-force"')[1].split("<tr>")[2:4]
    assert '<code>imap_host</code> mail.example.org <span class="small text-secondary">own' in anna
    assert '<code>check_every_minutes</code> 10 <span class="small text-secondary">office' in anna
    assert '<code>imap_port</code> 993 <span class="small text-secondary">follows the enc' in anna
    assert "“Entwurfe” does not exist on the server; “Entwürfe” does" in anna
    assert ">Off</span>" in anna and "the server was not asked yet" in anna
    assert "imap.gmail.com" in jonas and "known provider" in jonas and ">On</span>" in jonas
    assert "0 clicks waiting, 0 messages without UID" in jonas
    assert "Nobody Yet" not in page.split('id="in-force"')[1]


def test_an_empty_office_says_what_comes_here_and_staff_does_not_see_it(office: Office, at_desk):
    office.admin("grace@example.org")
    grace, anna = at_desk("grace@example.org"), at_desk(office.person("anna@example.org").email)

    assert "No mailbox is configured yet." in grace.get(PAGE).text
    assert f'href="{PAGE}#in-force"' in grace.get("/troubleshooting").text
    assert anna.get(PAGE).status_code == 403
