"""The steps of an explanation as the API shows them."""

from collections.abc import Iterable

from chalice_app.explanation_words import step_text
from chalice_app.quote_schemas import StepOut, TextOut
from wallet.domain.explanation.steps import Step
from wallet.domain.vocabulary import ProgramKind


def step_documents(steps: Iterable[Step], kind: ProgramKind) -> list[StepOut]:
    """The steps, in words of all languages."""
    by_stamps = kind is ProgramKind.STAMPS
    return [
        StepOut(
            rule_id=step.rule_id,
            points=0 if by_stamps else step.adds,
            stamps=step.adds if by_stamps else 0,
            text=TextOut(
                en=step_text(step, "en"), pl=step_text(step, "pl"), hu=step_text(step, "hu")
            ),
        )
        for step in steps
    ]
