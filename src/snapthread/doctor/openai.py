"""OpenAI, or the server in its place: key, model, pictures, credit, prices."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.doctor.clocks import check_clock
from snapthread.doctor.service import Reply, Service
from snapthread.doctor.sight import SightResult, look
from snapthread.model.preferences import Offer
from snapthread.ports import Way
from snapthread.ports.model_ends import days_left, end_of, replacement_of

KEY: Final = "openai.key"
MODEL: Final = "openai.model"
MODELS: Final = "openai.models"
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")  # never a sentence: that may quote the key
CREDIT: Final = re.compile(r"quota|credit|billing|spend_limit|usage_limit")
LEFT_SOON_DAYS: Final = 90
REGION: Final = "unsupported_country_region_territory"
SEES: Final = {
    "blind": "It answers without having looked: it drops pictures in silence. Choose a model that"
    " sees, or set OPENAI_SEES=no, and photos are answered with a short explanation.",
    "refuses": "It takes no picture: choose a model that sees, or set OPENAI_SEES=no.",
    "no_files": "It takes no files: set IMAGE_TRANSPORT=auto, and pictures travel within the"
    " request; or OPENAI_SEES=no, and photos are answered with a short explanation.",
    "beside": "It answered something else than it was asked, so nobody knows whether it looks at"
    " pictures: send the bot one. OPENAI_SEES=yes asks no more.",
    "unknown": "It could not be asked.",
}


async def check_openai(
    service: Service,
    now: datetime,
    *,
    offer: Offer,
    effort: str,
    sees: str,
    ways: Collection[Way],
    lists_deployments: bool,
    knows_price: Callable[[str], bool],
    speech: str,
    needs_price: bool,
) -> list[Check]:
    listed = await service.ask("GET", "/models")
    key = _key(listed)
    checks = [key, *([check_clock("openai", listed, now)] if listed.status else [])]
    if key.ok is False:
        return checks
    listing = _Listing(listed, offer, now, lists_deployments)
    others = [name for name in offer.every_model if name != offer.model]
    checks += [*listing.model(), *([listing.others(others)] if others else [])]
    if _is_missing(checks):
        return checks
    looked = None
    if sees != "no":
        is_believed = sees == "yes"
        looked = await look(
            service, model=offer.model, effort=effort, ways=ways, is_believed=is_believed
        )
    models = [*offer.every_model, *([speech] if speech else [])]
    price = _price([model for model in models if not knows_price(model)], needs_price)
    return [*checks, *_pictures(looked, is_believed=sees == "yes"), price]


def _is_missing(checks: list[Check]) -> bool:
    return any(check.name == MODEL and check.ok is False for check in checks)


def code_of(reply: Reply) -> str:
    """The error's code or type, where it is a name."""
    error = reply.body.get("error")
    fields = error if isinstance(error, Mapping) else {}
    names = (str(fields.get("code") or ""), str(fields.get("type") or ""))
    return next((name for name in names if NAME.fullmatch(name)), "")


def _key(listed: Reply) -> Check:
    code = code_of(listed)
    if code == REGION:
        why = "It does not serve this country: set OPENAI_PROXY to a proxy elsewhere."
        return broken(KEY, f"{why} TELEGRAM_PROXY does not help here.")
    match listed.status:
        case 0:
            return broken(KEY, f"The server: {listed.why}.")
        case 401:
            return broken(KEY, "The key is not accepted: set OPENAI_API_KEY to a valid one.")
        case 403:
            return warning(KEY, "The key may not list models: its permissions are restricted.")
        case 404 | 405:
            return warning(KEY, "The server lists no models; check OPENAI_BASE_URL ends in /v1.")
        case 407:
            return broken(KEY, "The proxy wants user and password: check OPENAI_PROXY.")
        case 429:
            return warning(KEY, "The server is asked too often: try again in a minute.")
        case status if status >= 500:
            return broken(KEY, f"The server answers {status}: try again in a minute.")
    if listed.is_ok and isinstance(listed.body.get("data"), list):
        return good(KEY, "The key is accepted.")
    return broken(KEY, "What answers does not speak OpenAI's language: check OPENAI_BASE_URL.")


@dataclass(frozen=True, slots=True)
class _Listing:
    """The list of models, held against what may be asked."""

    listed: Reply
    offer: Offer
    now: datetime
    lists_deployments: bool

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        return [row for row in self.listed.body["data"] if isinstance(row, Mapping)]

    def row(self, model: str) -> Mapping[str, Any] | None:
        return next((row for row in self.rows if row.get("id") == model), None)

    def model(self) -> list[Check]:
        """The operator's own: without it nobody is answered."""
        model = self.offer.model
        if not self.listed.is_ok:
            return [warning(MODEL, f"Whether {model} is there could not be looked up.")]
        found = self.row(model)
        if found is None and not self.lists_deployments:
            told = "Azure lists models, not deployments: below, it is asked."
            why = f"Whether {model} is a deployment could not be looked up."
            return [warning(MODEL, f"{why} {told}")]
        if found is None:
            return [broken(MODEL, f"{model} is not there for this key: {self._advice(model)}")]
        return [good(MODEL, f"{model} is there."), self._end(found, model)]

    def others(self, models: Sequence[str]) -> Check:
        """The choices of people: the worst of them is told."""
        if not self.listed.is_ok or not self.lists_deployments:
            return warning(MODELS, f"Whether {', '.join(models)} are there could not be looked up.")
        ends = [self._end(found, name) for name in models if (found := self.row(name))]
        if missing := [name for name in models if not self.row(name)]:
            named = ", ".join(f"{name} ({self.offer.setting_of(name)})" for name in missing)
            told = "whoever chose it is not answered. Take it out."
            return broken(MODELS, f"{named}: not there for this key, and {told}")
        if told_of := [end for end in ends if not end.ok]:
            worst = min(told_of, key=lambda end: end.ok is not False)
            return replace(worst, name=MODELS, say=" ".join(end.say for end in told_of))
        return good(MODELS, f"{', '.join(models)}: there too.")

    def _advice(self, model: str) -> str:
        other = replacement_of(model)
        if other and self.row(other):
            return f"set OPENAI_MODEL={other}, which took its place."
        return "set OPENAI_MODEL to one that the server lists."

    def _end(self, row: Mapping[str, Any], model: str) -> Check:
        name, ends_at = "openai.model_end", end_of(row)
        if ends_at is None:
            return good(name, "No end of it is announced.")
        left = days_left(ends_at, self.now)
        other = replacement_of(model)
        setting = self.offer.setting_of(model)
        named = f"Set OPENAI_MODEL={other}." if setting == "OPENAI_MODEL" else ""
        instead = f" {named or f'Name {other} in {setting}.'}" if other else ""
        if left < 0:
            return broken(name, f"{model} was switched off on {ends_at}.{instead}")
        told = f"{model} is switched off on {ends_at}, in {left} days.{instead}"
        return warning(name, told) if left <= LEFT_SOON_DAYS else good(name, told)


def _pictures(looked: SightResult | None, *, is_believed: bool) -> list[Check]:
    if looked is None:
        return [
            good(
                "openai.sight",
                "OPENAI_SEES=no: photos are answered with a short explanation and cost nothing.",
            )
        ]
    checks = [_transport(looked)]
    if looked.answer is not None:
        deletion = [_deletion(looked.deletion)] if looked.way == "files" else []
        checks += [_sight(looked, is_believed=is_believed), *deletion, _credit(looked.answer)]
    return checks


def _transport(looked: SightResult) -> Check:
    name = "openai.files"
    if looked.way == "inline":
        return good(name, "Pictures travel within the request.")
    if looked.answer is not None:
        return good(name, "A picture was uploaded.")
    if looked.verdict == "no_files" or looked.upload is None:
        return broken(name, SEES["no_files"])
    return broken(name, f"A picture could not be uploaded: {_describe(looked.upload)}.")


def _sight(looked: SightResult, *, is_believed: bool) -> Check:
    name = "openai.sight"
    if looked.verdict == "sees":
        return good(name, "A tiny picture was seen.")
    if is_believed and looked.verdict != "unknown":
        return warning(
            name, "A tiny picture was not seen; OPENAI_SEES=yes believes that others are."
        )
    if looked.verdict == "beside":
        return warning(name, SEES["beside"])
    if looked.verdict == "unknown" and looked.answer is not None:
        return broken(name, f"{SEES['unknown']} {_describe(looked.answer)}.")
    return broken(name, SEES[looked.verdict])


def _deletion(deletion: Reply | None) -> Check:
    name = "openai.deletion"
    if deletion is not None and deletion.is_ok:
        return good(name, "It was deleted again.")
    return broken(name, "It could not be deleted; it expires within an hour. May the key delete?")


def _credit(answer: Reply) -> Check:
    name = "openai.credit"
    if CREDIT.search(code_of(answer)):
        return broken(name, "The credit is spent, or a limit is reached: top up, or raise it.")
    if not answer.is_ok:
        return warning(name, "It could not be seen, since no question was answered.")
    return good(name, "A question was answered.")


def _price(unknown: list[str], is_needed: bool) -> Check:
    name = "openai.price"
    if not unknown:
        return good(name, "Its price is known.")
    told = f"The price of {', '.join(unknown)} is unknown: name it in PRICES_FILE."
    if is_needed:
        return broken(name, f"{told} A limit of money needs it.")
    return warning(name, told)


def _describe(reply: Reply) -> str:
    if not reply.status:
        return reply.why
    code = code_of(reply)
    return f"the server answers {reply.status}{f', {code}' if code else ''}"
