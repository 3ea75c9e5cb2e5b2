"""The page of one person, with what an operator may do for or against them."""

from collections.abc import Iterator
from typing import Final

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.cards import card, dead_card, limits_card, shares_card
from snapthread.adapters.web.admin.figure import CellKind
from snapthread.adapters.web.admin.formats import day, format_cell
from snapthread.adapters.web.admin.language import current_language, tr
from snapthread.adapters.web.admin.markup import NOTHING, Html, join
from snapthread.adapters.web.admin.person import PersonReport

NO_CSV: Final = 0  # `snapthread usage --user ID --csv` has more than this page
TILES: Final[tuple[tuple[str, str, CellKind], ...]] = (
    ("messages", "Messages", "count"),
    ("images", "Images", "count"),
    ("documents", "Documents", "count"),
    ("voice_s", "Voice", "seconds"),
    ("cost_micros", "Cost", "micros"),
)
PERIOD: Final = "30 days"
BESIDE: Final = ("this month", "today")


def person_page(person: PersonReport, form: str, told: str = "") -> Html:
    """`told`: what was wrong with the last press."""
    parts_of_it = (_top(person, form), parts.MAIN(cards=join(_cards(person, form, told))))
    # It comes not anew by itself: that would empty the form.
    return parts.WHOLE(body=join(parts_of_it), refresh=NOTHING, language=current_language())


def _top(person: PersonReport, form: str) -> Html:
    return parts.PERSON_TOP(
        id=person.user_id,
        day=day(person.at.date().isoformat()),
        at=person.at,
        form=form,
        state=_state(person),
    )


def _state(person: PersonReport) -> Html:
    if person.state.is_banned:
        return parts.WRONG(told=tr("Banned."))
    return parts.NOTE(note=tr("An admin, without limits.")) if person.state.is_admin else NOTHING


def _cards(person: PersonReport, form: str, told: str) -> Iterator[Html]:
    yield _tiles(person)
    yield limits_card(person.limits, NO_CSV)
    yield shares_card(person.ages, NO_CSV, 1)
    yield dead_card(person.dead, NO_CSV, form)
    yield card(person.turns, NO_CSV, "wide")
    yield card(person.decisions, NO_CSV, "wide")
    yield card(person.days, NO_CSV, "wide")
    yield card(person.models, NO_CSV, "wide")
    note = parts.WRONG(told=tr(told)) if told else NOTHING
    yield parts.ACTS(note=note, acts=join(_acts(person, form)))


def _acts(person: PersonReport, form: str) -> Iterator[Html]:
    fields = {"id": person.user_id, "form": form}
    if not person.state.is_admin:
        yield (parts.UNBAN if person.state.is_banned else parts.BAN)(**fields)
        yield parts.SET_LIMITS(**fields, limits=person.state.own_limits)
    yield parts.ERASE(**fields)


def _tiles(person: PersonReport) -> Html:
    tiles = [
        parts.TILE(
            name=tr(name),
            value=format_cell(person.totals[PERIOD][key], kind),
            today=join(
                parts.BESIDE(name=tr(when), value=format_cell(person.totals[when][key], kind))
                for when in BESIDE
            ),
        )
        for key, name, kind in TILES
    ]
    files, size_bytes = person.storage
    size = parts.BESIDE(name=tr("Size"), value=format_cell(size_bytes, "bytes"))
    tiles += [
        parts.TILE(name=tr("Files held now"), value=format_cell(files, "count"), today=size),
        parts.TILE(name=tr("Waits now"), value=format_cell(person.waiting, "count"), today=NOTHING),
    ]
    return parts.TILES(days=PERIOD.partition(" ")[0], tiles=join(tiles))
