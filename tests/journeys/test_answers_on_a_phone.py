"""Answers that nobody knows, on a phone: the words first, how often they came beneath."""

from mailboxadmin.domain.errors import Facts, Happening
from mailboxadmin.domain.finding import Phase
from mailboxadmin.services.verdict.findings import finding_for
from tests.support.office import PASSWORD

SAID = "The moon is full, and nobody may come in before it is new again"


def test_the_count_stands_beneath_the_words_it_counts(serve, open_page):
    office = serve(scheduler=False)
    office.admin()
    anna = office.person("anna@example.org")
    facts = Facts(phase=Phase.AUTH, happening=Happening.ANSWER_NO, server_said=SAID)
    finding_for(office.deps, anna.mailbox_id, facts)
    page = open_page(office)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/login")
    page.get_by_label("Address").fill("grace@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.goto("/troubleshooting")

    words, count = (
        page.locator(f".table-answers {cell}").bounding_box() for cell in ("td.words", "td.num")
    )
    assert words["y"] + words["height"] <= count["y"]
    assert abs(words["x"] - count["x"]) < 1
