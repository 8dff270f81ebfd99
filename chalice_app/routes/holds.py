"""Holds of the API: a reward put by, then captured or released."""

from chalice_app.acts import Hold, Nothing
from chalice_app.api import Ask, operation
from chalice_app.http import Answer
from chalice_app.routes.cards import answer_of, card_id_of
from chalice_app.schemas import Outcome
from wallet import runtime
from wallet.services.redeem import capture_hold, hold_reward, release_hold


@operation(body=Hold, answer=Outcome, statuses=(201, 200))
def post(ask: Ask[Hold]) -> Answer:
    """Puts a reward by: its cost is taken now, and comes back unless it is captured in time."""
    body = ask.body
    done = hold_reward(
        runtime.books(),
        ask.act_on_body(),
        card_id_of(ask),
        body.reward_id,
        minutes=body.minutes,
        confirmed=body.confirmed,
    )
    return answer_of(done)


@operation(body=Nothing, answer=Outcome, statuses=(201, 200))
def capture(ask: Ask[Nothing]) -> Answer:
    """Makes a hold final: the reward is handed over."""
    entry_id = ask.call.params["entry_id"]
    return answer_of(capture_hold(runtime.books(), ask.act_on_body(), entry_id))


@operation(body=Nothing, answer=Outcome, statuses=(201, 200))
def release(ask: Ask[Nothing]) -> Answer:
    """Gives back what a hold took."""
    entry_id = ask.call.params["entry_id"]
    return answer_of(release_hold(runtime.books(), ask.act_on_body(), entry_id))
