"""How it goes: today's figures, the last 30 days, who joined, and what to do next."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalice_app.charts import Point, broad_chart, narrow_chart
from chalice_app.console import chosen_program, console_language, console_page, own_programs
from chalice_app.formats import money, number, short_date
from chalice_app.http import Answer, Call
from chalice_app.member_rows import member_lines
from chalice_app.pages import redirect
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.domain.ids import ProgramId
from wallet.domain.programs import Program
from wallet.domain.vocabulary import ProgramKind, RewardKind
from wallet.services.fold_statistics import Tally
from wallet.services.list_members import list_members
from wallet.services.sessions import Session, SessionKind
from wallet.texts import texts

_DAYS = 30
_NEWEST = 5
# Counting reads them all; what is more is said to be more.
_COUNTED_MAX = 1000


class Figure(Struct, frozen=True, kw_only=True):
    """A number, what it is, and what it compares with."""

    label: str
    value: str
    note: str
    is_up: bool = False


def show(call: Call) -> Answer:
    """Who has no programme is led to make one."""
    session = needed_session(call, SessionKind.CONSOLE)
    programs = own_programs(session)
    if not programs:
        return redirect("/console/programs/new")
    program = chosen_program(call, programs)
    language = console_language(call, session)
    days = _days(program)
    members, _ = list_members(runtime.directory(), program.id, after=None, limit=_NEWEST)
    points = [Point(short_date(at, language), tally.earns) for at, tally in days.items()]
    return console_page(
        call,
        "today.html",
        session,
        tab="today",
        program=program,
        programs=programs,
        figures=_figures(program, list(days.values()), language),
        charts={"narrow": narrow_chart(points, language), "broad": broad_chart(points, language)},
        points=[(point.label, number(point.value, language)) for point in reversed(points)],
        visits=sum(point.value for point in points),
        members=member_lines(members, {program.id: program}, language, now=runtime.now()),
        has_till=_has_till(session),
    )


def _days(program: Program) -> Mapping[date, Tally]:
    """The last days of the shop's own calendar, oldest first, empty ones too."""
    today = runtime.now().astimezone(ZoneInfo(program.time_zone)).date()
    wanted = [today - timedelta(days=back) for back in range(_DAYS - 1, -1, -1)]
    found = runtime.statistics().days(program.id, wanted[0].isoformat(), wanted[-1].isoformat())
    return {at: found.get(at.isoformat(), Tally()) for at in wanted}


def _figures(program: Program, days: list[Tally], language: str) -> list[Figure]:
    say = texts(language)
    total = _sum(days)
    return [
        Figure(
            label=say.gettext("Visits today"),
            value=number(days[-1].earns, language),
            note=_in_days(number(total.earns, language), language),
        ),
        _members(program.id, language),
        Figure(
            label=say.gettext("Rewards given today"),
            value=_count(days[-1].redeems, language),
            note=_in_days(_count(total.redeems, language), language),
        ),
        _given(program, days[-1], total, language),
        *_donated(program, total, language),
    ]


def _members(program_id: ProgramId, language: str) -> Figure:
    roll = runtime.directory().roll
    since = runtime.now() - timedelta(days=_DAYS)
    limit = _COUNTED_MAX + 1
    every = roll.count(program_id, since=None, limit=limit)
    new = roll.count(program_id, since=since, limit=limit)
    said = texts(language).ngettext("{count} new in 30 days", "{count} new in 30 days", new)
    return Figure(
        label=texts(language).gettext("Members"),
        value=_counted(every, language),
        note=said.format(count=_counted(new, language)),
        is_up=new > 0,
    )


def _given(program: Program, today: Tally, total: Tally, language: str) -> Figure:
    """What was paid with the card; where tills tell no amounts, what was given."""
    say = texts(language).gettext
    if total.turnover:
        label = say("Turnover with the card today")
        value, note = (money(each.turnover, program.currency, language) for each in (today, total))
    elif program.kind is ProgramKind.STAMPS:
        label = say("Stamps given today")
        value, note = (_count(each.stamps_given, language) for each in (today, total))
    else:
        label = say("Points given today")
        value, note = (_count(each.points_given, language) for each in (today, total))
    return Figure(label=label, value=value, note=_in_days(note, language))


def _donated(program: Program, days: Tally, language: str) -> list[Figure]:
    """What all rewards together gave to good causes, where the programme has such."""
    given = runtime.statistics().total(program.id).donated
    if not given and all(each.kind is not RewardKind.DONATION for each in program.rewards):
        return []
    recent = money(days.donated, program.currency, language)
    return [
        Figure(
            label=texts(language).gettext("Given to good causes"),
            value=money(given, program.currency, language),
            note=_in_days(recent, language),
        )
    ]


def _count(given: int, language: str) -> str:
    """Where more was undone than given, the undoing is of days before."""
    return number(max(given, 0), language)


def _in_days(count: str, language: str) -> str:
    return texts(language).gettext("{count} in 30 days").format(count=count)


def _counted(count: int, language: str) -> str:
    if count > _COUNTED_MAX:
        return f"{number(_COUNTED_MAX, language)}+"
    return number(count, language)


def _sum(days: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in days:
        total = total.plus(tally)
    return total


def _has_till(session: Session) -> bool:
    tills = runtime.tillbox().tills.tills(session.merchant_id)
    return any(till.revoked_at is None for till in tills)
