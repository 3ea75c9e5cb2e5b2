"""Runs a turn: a claimed question becomes an answer, as a stream of events.

The turn never sends to the chat: it yields, and the reader sets the pace.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from snapthread.errors import EmptyAnswer, OutputSpent
from snapthread.formatting import split_plain
from snapthread.images.request import FileResult
from snapthread.model import HistoryItem
from snapthread.ports import AnswerCompleted, RequestBounds
from snapthread.turn.asker import Asker
from snapthread.turn.composer import Composer
from snapthread.turn.items import ItemBuilder
from snapthread.turn.question_reader import QuestionReader
from snapthread.turn.result import PartialAnswer, TurnResult
from snapthread.turn.state import TurnState


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TurnRunner:
    """Runs turns: files and sounds in, question out, answer back."""

    reader: QuestionReader
    composer: Composer
    asker: Asker
    items: ItemBuilder

    def bounds_of(self, turn: TurnState) -> RequestBounds | None:
        """The room of the request, where it can be composed before anything is brought in."""
        return self.composer.bounds_of(turn)

    async def run(self, turn: TurnState) -> AsyncGenerator[PartialAnswer | TurnResult, None]:
        """PartialAnswer, any number of times, then TurnResult. Raises our errors; the claim is not
        finished."""
        if turn.is_continuation:
            turn.question = self.items.question(turn)
        else:
            await self.reader.read(turn)
        if turn.lacks_usable_media:
            yield turn.result()
            return
        if turn.claim.is_stopped:  # where nothing was waited for, it did not hear of it yet
            yield self.stop_result(turn)
            return
        async with aclosing(self.asker.ask(turn)) as said:
            async for one in said:
                yield one
        yield self._finish_answer(turn)

    def _finish_answer(self, turn: TurnState) -> TurnResult:
        answered = turn.answered
        if answered is None:
            raise RuntimeError("asking ends with an answer, or an error")
        if not split_plain(turn.text):
            raise _empty_answer(answered)
        return turn.result(*self.items.answer(turn, answered))

    def stop_result(self, turn: TurnState) -> TurnResult:
        """The result of a turn that the person stopped: the question stays, and what was
        said."""
        question = self._question_as_it_is(turn)
        ended = turn.result(*[self.items.assistant_item(turn, turn.shown)] * bool(turn.shown))
        has_asked = (question.text or question.images) and not turn.is_continuation
        return replace(
            ended,
            items=ended.items or (question,) * bool(has_asked),  # an unheard sound says nothing
            text=turn.shown,
            is_stopped=True,
            unseen=turn.unseen_files,
        )

    def _question_as_it_is(self, turn: TurnState) -> HistoryItem:
        """The question; without its files where it was stopped before it could be asked."""
        if turn.question is None:
            turn.results = tuple(FileResult(request=one) for one in turn.requests)
            turn.question = self.items.question(turn)
        return turn.question


def _empty_answer(answered: AnswerCompleted) -> OutputSpent | EmptyAnswer:
    return OutputSpent() if answered.cut == "max_output_tokens" else EmptyAnswer()
