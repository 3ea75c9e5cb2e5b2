"""The pages of invitations and of broadcasts: without a script, each act a form."""

from datetime import datetime

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.cards import empty, frame
from snapthread.adapters.web.admin.everyone import BroadcastOverview
from snapthread.adapters.web.admin.figure import Figure
from snapthread.adapters.web.admin.formats import day
from snapthread.adapters.web.admin.language import current_language, tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, join
from snapthread.adapters.web.admin.tables import table
from snapthread.commands.broadcast_commands import BROADCAST_CHARS
from snapthread.commands.invitations import INVITE_DAYS, INVITE_DAYS_MOST, INVITE_MOST, INVITE_USES

NO_CSV = 0


def invites_page(
    invites: Figure, at: datetime, form: str, code: str, *, link: str = "", told: str = ""
) -> Html:
    """`code`: of the link that the form would make; empty where nobody needs an invitation."""
    making = parts.NEW_INVITE(
        form=form,
        code=code,
        uses=INVITE_USES,
        uses_most=INVITE_MOST,
        days=INVITE_DAYS,
        days_most=INVITE_DAYS_MOST,
    )
    act = parts.ACTS(
        note=join((_wrong(told), parts.LINK(link=link) if link else NOTHING)),
        acts=making if code else parts.NOT_NEEDED(),
    )
    return _whole("Invitations", at, form, join((act, _open(invites, form))))


def _open(invites: Figure, form: str) -> Html:
    if not invites.rows:
        return empty(invites, NO_CSV, "wide")
    acts = [parts.END_INVITE(id=row[0], form=form) for row in invites.rows]
    whole = table(invites.columns, invites.rows, acts=acts, most=len(acts))
    return frame(invites, NO_CSV, whole, "wide")


def broadcasts_page(shown: BroadcastOverview, form: str, *, text: str = "", told: str = "") -> Html:
    """While one is being sent it comes anew by itself, and has no form that this would empty."""
    is_sending = bool(shown.sending) and not text
    writing = parts.WRITE(form=form, text=text, most=BROADCAST_CHARS)
    act = parts.ACTS(note=_wrong(told), acts=parts.IS_SENDING() if is_sending else writing)
    cards = join((act, _last(shown, form)))
    return _whole("Broadcasts", shown.at, form, cards, is_new_soon=is_sending)


def preview_page(shown: BroadcastOverview, form: str, id: str, text: str) -> Html:
    return _whole(
        "Broadcasts",
        shown.at,
        form,
        parts.PREVIEW(
            text=text,
            people=shown.people,
            after=parts.COMES_AFTER() if shown.sending else NOTHING,
            id=id,
            form=form,
        ),
    )


def _last(shown: BroadcastOverview, form: str) -> Html:
    figure = shown.figure
    if not figure.rows:
        return empty(figure, NO_CSV, "wide")
    stops = [parts.STOP(id=id, form=form) if id in shown.sending else NOTHING for id in shown.ids]
    acts = stops if shown.sending else ()
    return frame(figure, NO_CSV, table(figure.columns, figure.rows, acts=acts), "wide")


def _wrong(told: str) -> Html:
    return parts.WRONG(told=tr(told)) if told else NOTHING


def _whole(title: str, at: datetime, form: str, cards: Html, *, is_new_soon: bool = False) -> Html:
    top = parts.EVERYONE_TOP(title=tr(title), day=day(at.date().isoformat()), at=at, form=form)
    return parts.WHOLE(
        body=join((top, parts.MAIN(cards=cards))),
        refresh=parts.REFRESH_SOON() if is_new_soon else NOTHING,
        language=current_language(),
    )
