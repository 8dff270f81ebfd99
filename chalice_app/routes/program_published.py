"""After publishing: the link, its code, and the poster to print."""

from chalice_app.console import console_page, own_program
from chalice_app.http import Answer, Call
from chalice_app.joining import join_link
from chalice_app.passes import sample_stamps
from chalice_app.program_words import promise
from chalice_app.qr import qr_code
from chalice_app.visitors import needed_session
from wallet import runtime
from wallet.services.sessions import SessionKind
from wallet.texts import texts


def show(call: Call) -> Answer:
    """Where customers join, and what to do with it."""
    session = needed_session(call, SessionKind.CONSOLE)
    program = own_program(session, call.params["program_id"])
    link = join_link(program)
    return console_page(
        call,
        "published.html",
        session,
        tab="programs",
        program=program,
        link=link,
        qr=qr_code(link),
    )


def poster(call: Call) -> Answer:
    """The poster as PDF, in the programme's language."""
    from wallet.art.poster import Poster, draw_poster

    session = needed_session(call, SessionKind.CONSOLE)
    program = own_program(session, call.params["program_id"])
    say = texts(program.locale).gettext
    design = program.design
    pdf = draw_poster(
        Poster(
            language=program.locale,
            name=program.name,
            promise=promise(program, program.locale),
            steps=(
                (say("Scan this"), say("with your camera")),
                (say("Add your name"), say("and you have the card")),
                (say("Show the card"), say("at every visit")),
            ),
            foot=say("No app. Apple Wallet and Google Wallet."),
            address=join_link(program),
            design=design,
            stamps=sample_stamps(program.stamps_target) - 1 if program.stamps_target else 0,
            target=program.stamps_target,
            logo=runtime.logos().logo(design.logo) if design.logo else None,
        )
    )
    name = f'inline; filename="{program.id}.pdf"'
    return Answer(
        body=pdf,
        content_type="application/pdf",
        headers={"Cache-Control": "no-store", "Content-Disposition": name},
    )
