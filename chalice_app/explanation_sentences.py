"""The sentences of an explanation, in a language."""

from collections.abc import Mapping
from functools import cache

from wallet.domain.explanation.steps import Say
from wallet.texts import texts


@cache
def sentences(language: str) -> Mapping[Say, str]:
    """Every sentence that a step can say, with places for its facts."""
    say = texts(language).gettext
    return {
        Say.VERSION: say("Counted under version {version} of the programme, as of {moment}."),
        Say.PURCHASE: say("Purchase: {amount}. Of this counts: {eligible}."),
        Say.VISIT: say("A visit without an amount."),
        Say.EXCLUDED: say("Goods that do not count: {amount}."),
        Say.TAX: say("Tax that does not count: {amount}."),
        Say.BELOW_MINIMUM: say("This is less than the minimum of {minimum}, so it gives nothing."),
        Say.NOTHING_COUNTS: say("Nothing of it counts, so it gives nothing."),
        Say.PURCHASES_FULL: say(
            "Purchases that count {window}: at most {count}. This one is beyond "
            "that and gives nothing."
        ),
        Say.COOL_DOWN: say(
            "It came soon after another purchase, within the pause of {pause}; "
            "somebody confirmed that it counts."
        ),
        Say.NOTHING: say("No rule gives anything for this."),
        Say.PER_PURCHASE: say("For the purchase."),
        Say.PER_ITEM: say("{goods}."),
        Say.PIECES: say("{pieces} \u00d7 {gain} = {units}."),
        Say.STEPS: say(
            "{what}: {amount} + {carry} kept from before = {total}. Whole steps of "
            "{step}: {steps}. Kept for next time: {rest}."
        ),
        Say.STEPS_FRESH: say(
            "{what}: {amount}. Whole steps of {step}: {steps}. Kept for next time: {rest}."
        ),
        Say.EACH: say("{steps} \u00d7 {gain} = {units}."),
        Say.MULTIPLIER: say("Multiplier \u00d7 {times}: {base} \u00d7 {together} = {exact}."),
        Say.MULTIPLIER_FLOORED: say("Rounded down: {floored}."),
        Say.MULTIPLIERS: say(
            "Multiplier \u00d7 {times}, together with those before \u00d7 {together}: {base} "
            "\u00d7 {together} = {exact}."
        ),
        Say.MULTIPLIERS_MOST: say("At most \u00d7 {most} is allowed."),
        Say.MULTIPLIER_BEATEN: say(
            "Multiplier \u00d7 {times}: the highest counts alone, so this one adds nothing."
        ),
        Say.MORE: say("This adds: {units}."),
        Say.BONUS: say("Bonus."),
        Say.CHALLENGE: say("Challenge: days with a visit so far: {seen} of {needed} ({span})."),
        Say.CHALLENGE_WON: say("The challenge is won."),
        Say.ACTION: say("For the action “{action}”."),
        Say.WELCOME: say("A welcome to a new member."),
        Say.BIRTHDAY: say("For a birthday."),
        Say.WIN_BACK: say("The card had not been used for a while: {span}."),
        Say.OUTSIDE: say("Given outside a purchase."),
        Say.GIFT: say("Given by hand, whatever the rules say: {units}."),
        Say.GIVES: say("It gives: {units}."),
        Say.CONDITION: say("It counts {condition}."),
        Say.LIMITED: say(
            "Limit {window}: at most {most}. Room was left for: {left}. Cut off: {cut}."
        ),
        Say.OFFERS_FULL: say("The card holds as many offers as it can. Not given: {count}."),
        Say.PENDING: say("Pending until {day}, counts from then on: {units}."),
        Say.ENDS: say("Valid until the end of {day}: {units}."),
        Say.ENDS_IDLE: say("If the card is not used, everything on it ends at the end of {day}."),
        Say.OWED_PAID: say("Pays what was owed: {units}."),
        Say.DEBT_FILLED: say("Fills what lay below zero: {units}."),
        Say.OFFER_GIVEN: say("Offer given: {offer}. Valid until the end of {day}."),
        Say.OFFER_GONE: say("Offer taken off the card: {offer}."),
        Say.LOT_SPENT: say("Taken from what was valid until the end of {day}: {units}."),
        Say.LOT_SPENT_LASTING: say("Taken from what does not end: {units}."),
        Say.PENDING_LESS: say("Taken from what was still pending: {units}."),
        Say.BELOW_ZERO: say("The balance did not reach; it lies below zero by: {units}."),
        Say.OWED: say("The balance did not reach; owed, and paid by what comes next: {units}."),
        Say.ENDED_BEFORE: say("These had ended already and are not taken again: {units}."),
        Say.FORGIVEN: say("The balance did not reach and stops at zero; forgiven: {units}."),
        Say.REFUND: say(
            "Purchase of {day}: {paid}. Refunded now: {refund}, before: {earlier}. "
            "Left of it: {net}."
        ),
        Say.REFUND_STEPS: say(
            "{what}: {carry} waited on the card; the refund takes {amount}. Whole "
            "steps of {step} taken back: {steps}. Kept for next time: {rest}."
        ),
        Say.REFUND_MULTIPLIER: say("At the multiplier of that purchase, \u00d7 {times}."),
        Say.LIMIT_LESS: say("Limit {window}: at most {most}. It cuts off less now by: {units}."),
        Say.TAKEN_BACK: say("Taken back: {units}."),
        Say.UNVISITED: say(
            "Nothing is left of the purchase that counts: the visit does not count any more."
        ),
        Say.UNDONE: say("Undone: {what}, {day}."),
        Say.REWARD: say("{reward} costs: {units}."),
        Say.REWARD_GIVES: say("The reward itself gives: {units}."),
        Say.OFTEN: say("Redeemed by this card {window}: {count} of at most {most}."),
        Say.OFFER_USED: say("Offer used: {offer}."),
        Say.MONEY_OFF: say("Points as money off: {points} = {amount}, so {units} = {total}."),
        Say.SPENT: say("Spent: {units}."),
        Say.HELD: say("Put by until {until}: {reward}. It costs: {units}."),
        Say.CAPTURED: say("Handed over, put by on {day}: {reward}."),
        Say.RELEASED: say("Not taken, put by on {day}: {reward}. Given back: {units}."),
        Say.EXPIRED: say("The time of these was over on {day}: {units}."),
        Say.IDLE: say("The card had not been used since {day}; what was on it ended: {units}."),
        Say.OFFER_ENDED: say("The time of an offer was over: {offer}."),
        Say.RIPE: say("No longer pending, counts from now on: {units}."),
        Say.REMINDED: say("A reminder went out; nothing changed."),
        Say.TIER: say("A period is over, and its sum decides the tier; nothing else changed."),
        Say.ADDED: say("Added by hand: {units}."),
        Say.REMOVED: say("Taken off by hand: {units}."),
        Say.REASON: say("The reason that was given: {reason}"),
        Say.MERGED_IN: say(
            "Another card of the same person was joined to this one. It brought: {units}."
        ),
        Say.MERGED_AWAY: say(
            "This card was joined to another of the same person. It took along: {units}."
        ),
        Say.UNMERGED: say("The joining of two cards was undone. It moved: {units}."),
        Say.CLOSED: say("The card was closed."),
        Say.VOIDED: say("The card was made void."),
        Say.DIFFERS: say(
            "Counted again, this comes out differently. The entry and the rules do not agree."
        ),
    }
