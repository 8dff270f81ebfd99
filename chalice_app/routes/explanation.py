"""Why an entry is what it is, worked out again from the history of its card."""

import msgspec

from chalice_app.api import Ask, operation
from chalice_app.explanation_documents import step_documents
from chalice_app.http import Answer, json_answer
from chalice_app.quote_schemas import ExplanationOut
from wallet import runtime
from wallet.services.explain import explain_entry


@operation(answer=ExplanationOut)
def get(ask: Ask[None]) -> Answer:
    """Which rule, version, inputs, rounding and limit made each point of an entry."""
    entry, program, explanation = explain_entry(
        runtime.books(), ask.key.merchant_id, ask.call.params["entry_id"]
    )
    document = ExplanationOut(
        entry_id=entry.id,
        program_version=entry.program_version,
        steps=step_documents(explanation.steps, program.kind),
        agrees=explanation.agrees,
    )
    return json_answer(msgspec.json.encode(document))
