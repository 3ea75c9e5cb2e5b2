"""Items that a turn adds to the conversation: the question, and what was answered."""

from dataclasses import dataclass

from snapthread.model import HistoryItem, Role
from snapthread.model.context import text_tokens
from snapthread.ports import AnswerCompleted, Clock
from snapthread.turn.question import question_item
from snapthread.turn.quotas import Quotas
from snapthread.turn.state import TurnState
from snapthread.turn.transcript import ModelTexts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemBuilder:
    """Builds them as the model will read them again."""

    quotas: Quotas
    t: ModelTexts
    clock: Clock

    def question(self, turn: TurnState, *, first_label: int = 1) -> HistoryItem:
        if turn.is_continuation:
            return self._item("user", self.t("go_on"))
        return question_item(
            turn.messages,
            turn.results,
            turn.context,
            first_label=first_label,
            t=self.t,
            file_tokens=self.quotas.profile_of(turn.meter).file_tokens,
            now=self.clock(),
        )

    def answer(self, turn: TurnState, answered: AnswerCompleted) -> tuple[HistoryItem, ...]:
        """The commentary as an item of its own: it goes back to the model as well."""
        answer = self.assistant_item(turn, turn.text, answered.phase)
        if not answered.commentary or turn.is_continuation:
            return (answer,)
        return (self.assistant_item(turn, answered.commentary, "commentary"), answer)

    def assistant_item(self, turn: TurnState, text: str, phase: str | None = None) -> HistoryItem:
        """The model's answer as an item; of one that is continued, all of it."""
        redo = turn.claim.redo
        if redo is not None and redo.is_continuation:
            text = f"{redo.answer.rstrip()} {text.lstrip()}"
        return self._item("assistant", text, phase)

    def _item(self, role: Role, text: str, phase: str | None = None) -> HistoryItem:
        return HistoryItem(
            role=role, text=text, at=self.clock(), tokens=text_tokens(text), phase=phase
        )
