"""The sentences of an explanation, in a language."""

from collections.abc import Mapping
from functools import cache

from chalice_app.text_tables import _, said
from wallet.domain.explanation.steps import Say


@cache
def sentences(language: str) -> Mapping[Say, str]:
    """Every sentence that a step can say, with places for its facts."""
    return said(_SENTENCES, language)


_SENTENCES = {
    Say.VERSION: _("Counted under version {version} of the programme, as of {moment}."),
    Say.PURCHASE: _("Purchase: {amount}. Of this counts: {eligible}."),
    Say.VISIT: _("A visit without an amount."),
    Say.EXCLUDED: _("Goods that do not count: {amount}."),
    Say.TAX: _("Tax that does not count: {amount}."),
    Say.BELOW_MINIMUM: _("This is less than the minimum of {minimum}, so it gives nothing."),
    Say.NOTHING_COUNTS: _("Nothing of it counts, so it gives nothing."),
    Say.PURCHASES_FULL: _(
        "Purchases that count {window}: at most {count}. This one is beyond that and gives "
        "nothing."
    ),
    Say.COOL_DOWN: _(
        "It came soon after another purchase, within the pause of {pause}; somebody confirmed "
        "that it counts."
    ),
    Say.NOTHING: _("No rule gives anything for this."),
    Say.PER_PURCHASE: _("For the purchase."),
    Say.PER_ITEM: _("{goods}."),
    Say.PIECES: _("{pieces} \u00d7 {gain} = {units}."),
    Say.STEPS: _(
        "{what}: {amount} + {carry} kept from before = {total}. Whole steps of {step}: {steps}."
        " Kept for next time: {rest}."
    ),
    Say.STEPS_FRESH: _(
        "{what}: {amount}. Whole steps of {step}: {steps}. Kept for next time: {rest}."
    ),
    Say.EACH: _("{steps} \u00d7 {gain} = {units}."),
    Say.MULTIPLIER: _("Multiplier \u00d7 {times}: {base} \u00d7 {together} = {exact}."),
    Say.MULTIPLIER_FLOORED: _("Rounded down: {floored}."),
    Say.MULTIPLIERS: _(
        "Multiplier \u00d7 {times}, together with those before \u00d7 {together}: {base} \u00d7"
        " {together} = {exact}."
    ),
    Say.MULTIPLIERS_MOST: _("At most \u00d7 {most} is allowed."),
    Say.MULTIPLIER_BEATEN: _(
        "Multiplier \u00d7 {times}: the highest counts alone, so this one adds nothing."
    ),
    Say.MORE: _("This adds: {units}."),
    Say.BONUS: _("Bonus."),
    Say.CHALLENGE: _("Challenge: days with a visit so far: {seen} of {needed} ({span})."),
    Say.CHALLENGE_WON: _("The challenge is won."),
    Say.ACTION: _("For the action “{action}”."),
    Say.WELCOME: _("A welcome to a new member."),
    Say.BIRTHDAY: _("For a birthday."),
    Say.WIN_BACK: _("The card had not been used for a while: {span}."),
    Say.REFERRAL: _("Brought by a friend: the first purchase that counts for it."),
    Say.REFERRER: _("Thanks for bringing a friend, who has bought something by now."),
    Say.OUTSIDE: _("Given outside a purchase."),
    Say.GIFT: _("Given by hand, whatever the rules say: {units}."),
    Say.GIVES: _("It gives: {units}."),
    Say.CONDITION: _("It counts {condition}."),
    Say.LIMITED: _("Limit {window}: at most {most}. Room was left for: {left}. Cut off: {cut}."),
    Say.OFFERS_FULL: _("The card holds as many offers as it can. Not given: {count}."),
    Say.PENDING: _("Pending until {day}, counts from then on: {units}."),
    Say.ENDS: _("Valid until the end of {day}: {units}."),
    Say.ENDS_IDLE: _("If the card is not used, everything on it ends at the end of {day}."),
    Say.OWED_PAID: _("Pays what was owed: {units}."),
    Say.DEBT_FILLED: _("Fills what lay below zero: {units}."),
    Say.OFFER_GIVEN: _("Offer given: {offer}. Valid until the end of {day}."),
    Say.OFFER_GONE: _("Offer taken off the card: {offer}."),
    Say.LOT_SPENT: _("Taken from what was valid until the end of {day}: {units}."),
    Say.LOT_SPENT_LASTING: _("Taken from what does not end: {units}."),
    Say.PENDING_LESS: _("Taken from what was still pending: {units}."),
    Say.BELOW_ZERO: _("The balance did not reach; it lies below zero by: {units}."),
    Say.OWED: _("The balance did not reach; owed, and paid by what comes next: {units}."),
    Say.ENDED_BEFORE: _("These had ended already and are not taken again: {units}."),
    Say.FORGIVEN: _("The balance did not reach and stops at zero; forgiven: {units}."),
    Say.REFUND: _(
        "Purchase of {day}: {paid}. Refunded now: {refund}, before: {earlier}. Left of it: {net}."
    ),
    Say.REFUND_STEPS: _(
        "{what}: {carry} waited on the card; the refund takes {amount}. Whole steps of {step} "
        "taken back: {steps}. Kept for next time: {rest}."
    ),
    Say.REFUND_MULTIPLIER: _("At the multiplier of that purchase, \u00d7 {times}."),
    Say.LIMIT_LESS: _("Limit {window}: at most {most}. It cuts off less now by: {units}."),
    Say.TAKEN_BACK: _("Taken back: {units}."),
    Say.UNVISITED: _(
        "Nothing is left of the purchase that counts: the visit does not count any more."
    ),
    Say.UNDONE: _("Undone: {what}, {day}."),
    Say.REWARD: _("{reward} costs: {units}."),
    Say.REWARD_GIVES: _("The reward itself gives: {units}."),
    Say.OFTEN: _("Redeemed by this card {window}: {count} of at most {most}."),
    Say.OFFER_USED: _("Offer used: {offer}."),
    Say.MONEY_OFF: _("Points as money off: {points} = {amount}, so {units} = {total}."),
    Say.SPENT: _("Spent: {units}."),
    Say.HELD: _("Put by until {until}: {reward}. It costs: {units}."),
    Say.CAPTURED: _("Handed over, put by on {day}: {reward}."),
    Say.RELEASED: _("Not taken, put by on {day}: {reward}. Given back: {units}."),
    Say.EXPIRED: _("The time of these was over on {day}: {units}."),
    Say.IDLE: _("The card had not been used since {day}; what was on it ended: {units}."),
    Say.OFFER_ENDED: _("The time of an offer was over: {offer}."),
    Say.RIPE: _("No longer pending, counts from now on: {units}."),
    Say.REMINDED: _("A reminder went out; nothing changed."),
    Say.TIER: _("A period is over, and its sum decides the tier; nothing else changed."),
    Say.ADDED: _("Added by hand: {units}."),
    Say.REMOVED: _("Taken off by hand: {units}."),
    Say.REASON: _("The reason that was given: {reason}"),
    Say.MERGED_IN: _(
        "Another card of the same person was joined to this one. It brought: {units}."
    ),
    Say.MERGED_AWAY: _(
        "This card was joined to another of the same person. It took along: {units}."
    ),
    Say.UNMERGED: _("The joining of two cards was undone. It moved: {units}."),
    Say.CLOSED: _("The card was closed."),
    Say.VOIDED: _("The card was made void."),
    Say.DIFFERS: _(
        "Counted again, this comes out differently. The entry and the rules do not agree."
    ),
}
