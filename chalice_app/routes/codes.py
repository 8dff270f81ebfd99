"""Single-use codes of the API."""

import msgspec

from chalice_app.acts import Codes, MakeCodes
from chalice_app.api import Ask, operation, time_of
from chalice_app.http import Answer, json_answer
from wallet import runtime
from wallet.domain.errors import NotFoundError
from wallet.domain.ids import ProgramId, is_program_id
from wallet.domain.merchants import Scope
from wallet.services.codes import Wanted, make_codes


@operation(body=MakeCodes, answer=Codes, scope=Scope.FULL, statuses=(201, 200))
def post(ask: Ask[MakeCodes]) -> Answer:
    """Makes single-use codes, each worth one action of the programme, once."""
    program_id, body = ask.call.params["program_id"], ask.body
    if not is_program_id(program_id):
        raise NotFoundError("program")
    wanted = Wanted(
        action=body.action,
        count=body.count,
        expires_at=time_of("expires_at", body.expires_at),
    )
    made = make_codes(runtime.code_press(), ask.act_on_body(), ProgramId(program_id), wanted)
    document = msgspec.json.encode({"codes": made.codes})
    return json_answer(document, status=200 if made.replayed else 201)
