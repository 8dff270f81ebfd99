"""What no answer may be, whatever was asked."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.chalice_app.gateway import Reply
from tests.chalice_app.hostile.knock import Knock
from tests.chalice_app.hostile.scene import Rival

_WRONG = 422
# Fields that are marked as the group in which they stand.
_GROUPS = {"kind": "fieldset", "own": "color"}
_INJECTED = re.compile(r"<zq|<script>zq|9802547|javascript:zq")


@dataclass
class _Markup(HTMLParser):
    """The elements of a page: what is called wrong, and what stands under each id."""

    language: str = ""
    wrong: dict[str, str] = field(default_factory=dict)
    alerts: int = 0
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = said.get("lang", "")
        if said.get("aria-invalid") == "true":
            self.wrong[said.get("name", tag)] = said.get("aria-describedby", "")
        self.alerts += said.get("role") == "alert"
        self.ids.add(said.get("id", ""))


def faults_of(
    knock: Knock, reply: Reply, records: Sequence[dict[str, Any]], rival: Rival
) -> list[str]:
    """What is wrong with the answer, and with what was written meanwhile."""
    body = reply.body.decode("utf-8", "replace")
    faults = [*_general(reply, body), *_told_of(knock, reply, body, rival)]
    if reply.status >= 400 and records:
        faults.append(f"refused, and written: {[_key(each) for each in records]}")
    if not knock.door.public and _names(json.dumps(records, default=str), rival):
        faults.append("something of the rival's was written")
    if reply.headers.get("content-type", "").startswith("text/html"):
        return faults + _page_faults(knock, reply, body)
    return faults + _document_faults(knock, reply)


def _general(reply: Reply, body: str) -> list[str]:
    faults = []
    if reply.status >= 500 or reply.status == 429:
        faults.append(f"status {reply.status}")
    if "Traceback" in body or "/wallet/" in body:
        faults.append("a traceback")
    # The headers as the gateway writes them.
    if any(set("\r\n\x00") & set(value) for value in reply.headers.values()):
        faults.append("a header of two lines")
    location = reply.headers.get("location", "")
    if location and (not re.match(r"/(?!/)|https://stempel\.test/", location)):
        faults.append(f"leads to {location[:80]}")
    return faults


def _told_of(knock: Knock, reply: Reply, body: str, rival: Rival) -> list[str]:
    if knock.door.public:
        return []
    said = knock.said()
    told = body + json.dumps(dict(reply.headers))
    words = [word for word in rival.words if word in told and word not in said]
    ids = [
        name
        for name, text in rival.ids.items()
        if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", told) and text not in said
    ]
    return [f"tells of the rival: {words} {ids}"] if words or ids else []


def _names(text: str, rival: Rival) -> bool:
    return rival.shop.merchant_id in text or rival.ids["card_id"] in text


def _page_faults(knock: Knock, reply: Reply, body: str) -> list[str]:
    faults = []
    found = _INJECTED.search(body)
    if found:
        faults.append(f"injected: {body[max(0, found.start() - 60) : found.end() + 20]}")
    markup = _Markup()
    markup.feed(body)
    if markup.language != "hu" and knock.place not in ("headers", "?lang"):
        faults.append(f"speaks {markup.language}")
    if not knock.address.is_page:
        faults.append("a page where a document is asked for")
    if reply.status == _WRONG:
        faults += _form_faults(knock, markup)
    return faults


def _form_faults(knock: Knock, markup: _Markup) -> list[str]:
    """A form that comes back says what is wrong, beside the field; a till says it on top."""
    lost = [name for name, about in markup.wrong.items() if not set(about.split()) <= markup.ids]
    if lost or not (markup.wrong or markup.alerts):
        return [f"does not say what is wrong: {lost}"]
    group = _GROUPS.get(knock.place, knock.place)
    spoilt = knock.place in knock.fields and not knock.address.path.startswith("/till/")
    if spoilt and markup.wrong and group not in markup.wrong:
        return [f"{knock.place} is wrong, but it says {sorted(markup.wrong)}"]
    return []


def _document_faults(knock: Knock, reply: Reply) -> list[str]:
    if reply.status < 400:
        return []
    if knock.address.is_page and not knock.by_script:
        return [f"no page, but {reply.headers.get('content-type')}"]
    if reply.headers.get("content-type") != "application/problem+json":
        return [f"no problem document, but {reply.headers.get('content-type')}"]
    document = reply.json
    missing = {"type", "title", "status", "detail"} - set(document)
    if missing or document["status"] != reply.status:
        return [f"a problem without {missing}"]
    if reply.status == _WRONG and not document.get("field"):
        return ["a problem that names no field"]
    return []


def _key(record: dict[str, Any]) -> str:
    keys = record["dynamodb"]["Keys"]
    return f"{record['eventName']} {keys['pk']['S'][:30]} {keys['sk']['S'][:30]}"
