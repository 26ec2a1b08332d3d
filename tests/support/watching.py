"""A test of a connection, watched to its end as a browser without scripts does it.

page = ended(visitor, "/mailbox", visitor.post("/mailbox", do="test", password="a password"))
"""

import re
import time

from werkzeug.test import TestResponse

from tests.support.visitor import Visitor

CHECK_ID = re.compile(r'name="check_id" value="(\d+)"')
#: A ceiling: no test takes so long.
_PATIENCE_S = 90


def ended(visitor: Visitor, path: str, answer: TestResponse, **fields: str) -> TestResponse:
    """Look again, by the page's own button, until the test has ended.

    Args:
        path: where the form is.
        fields: what was typed and is in the form still.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while live := CHECK_ID.search(answer.text):
        assert time.monotonic() < deadline, answer.text
        typed = {"typed": "yes"} if 'name="typed"' in answer.text else {}
        answer = visitor.post(path, do="look", check_id=live[1], **typed, **fields)
    return answer
