"""The stage: on AWS one may stand before every path, as in https://host/prod/console.

Views and templates write a path as it stands in the table of addresses. It is put behind the stage
here, on its way out, so that no page can forget to.
"""

import re
from html import escape

from wallet import runtime

# A path of ours in a page. What a stranger typed cannot look like one: there a quote is escaped.
_PATH = re.compile(r' (?:href|src|action|formaction)="(?=/)')


def stage() -> str:
    """What stands before every path, as `/prod`; mostly nothing."""
    return runtime.settings().stage


def behind_stage(path: str) -> str:
    """The path as a browser has to ask for it."""
    return stage() + path


def markup_behind_stage(text: str) -> str:
    """A page whose links, forms, scripts and pictures stand behind the stage."""
    before = escape(stage())
    return _PATH.sub(lambda found: found[0] + before, text) if before else text
