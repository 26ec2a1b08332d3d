"""The consent at the local provider: the page, and what was pressed on it, back to the app."""

from collections.abc import Mapping

from mailboxadmin.demo.provider_desk import SentBack, Wish
from mailboxadmin.demo.provider_pages import Choice, ConsentView, consent_page, error_page
from mailboxadmin.demo.provider_replies import Reply, as_page, callback_error, sent_back
from mailboxadmin.demo.provider_request import House, Request
from mailboxadmin.demo.provider_spoilt import spoilt
from mailboxadmin.demo.provider_values import Endpoint, LineFault, Problem, Refusal, Refused
from mailboxadmin.demo.provider_words import refusal_for
from mailboxadmin.domain.oauth import AppKey


def authorize(house: House, key: AppKey, tenant: str, request: Request) -> Reply:
    """The consent page at GET; at POST the browser sent back with a code or an error.

    The page's form goes to the page's own address, so the whole wish comes again and is
    looked at again: nothing is kept between the two.
    """
    try:
        wish = house.desk.wish(key, tenant, request.query)
    except Refused as problem:
        refusal = refusal_for(key, problem.problem, problem.words)
        return as_page(error_page(key, refusal), refusal.status)
    except SentBack as back:
        refusal = refusal_for(key, back.refused.problem, back.refused.words)
        return _back(house, key, back.redirect_uri, back.state, refusal)
    fault = house.faults.take(Endpoint.AUTHORIZE, key, wish.login_hint)
    if isinstance(fault, Refusal):
        return _back(house, key, wish.redirect_uri, wish.state, fault)
    if isinstance(fault, LineFault):
        return spoilt(fault, lambda: _asked(house, wish))
    return _chosen(house, wish, request.form) if request.method == "POST" else _asked(house, wish)


def _asked(house: House, wish: Wish, status: int = 200) -> Reply:
    view = ConsentView(
        key=wish.app.key,
        app_name=house.app_name,
        address=wish.login_hint or house.other_address,
        other_address=house.other_address,
        scopes=tuple(sorted(wish.scopes)),
    )
    return as_page(consent_page(view), status)


def _chosen(house: House, wish: Wish, form: Mapping[str, str]) -> Reply:
    """What somebody pressed on the consent page, brought to the app."""
    key, choice = wish.app.key, form.get("choice", "")
    if choice not in set(Choice):
        return _asked(house, wish, 400)
    if choice == Choice.CANCEL:
        refusal = refusal_for(key, Problem.DECLINED, {})
        return _back(house, key, wish.redirect_uri, wish.state, refusal)
    code = house.desk.agreed(
        wish,
        form.get("account", "").strip() or wish.login_hint or house.other_address,
        mail=choice != Choice.WITHOUT_MAIL,
        brief=choice == Choice.BRIEFLY,
    )
    return sent_back(wish.redirect_uri, {"code": code, "state": wish.state})


def _back(house: House, key: AppKey, redirect_uri: str, state: str, refusal: Refusal) -> Reply:
    answer = {**callback_error(key, refusal, house.now), "state": state}
    return sent_back(redirect_uri, answer)
