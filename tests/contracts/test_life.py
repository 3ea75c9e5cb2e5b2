"""The laws of the store over whole lives: messages come, workers and cleaners work and crash,
leases are lost, uploads end late, conversations begin anew; a plain model says what must be so."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S, LONGEST_UPLOAD_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    FileName,
    Message,
    OutboxMessage,
    private_conversation,
)
from tests.contracts.builders import (
    ANN,
    BOB,
    MONTH_S,
    QUIET_S,
    Bench,
    command,
    cut_text,
    line,
    message,
    next_id,
    open_sqlite_in_memory,
    open_valkey,
    photo,
    picture,
    restart_ids,
    shown_as,
    texts,
    words,
)
from tests.contracts.model import ADMITTED, Row, Talk, Upload, Waiting, Worker, bundle_of

USERS = st.sampled_from([ANN, BOB])
KINDS = st.sampled_from(["text", "cut text", "photo", "photo", "album a", "album b"])
UPLOADS = st.sampled_from(["for long", "for long", "for short", "only begun"])
SHORT_S = 20.0
WORKERS_MAX = 2
STAGES = 7
ANY = st.integers(0, 9)
LIVES = itertools.count()  # each in a database of its own


class Life(RuleBasedStateMachine):
    """Two people, two workers, one cleaner, a moving clock."""

    def __init__(self) -> None:
        super().__init__()
        restart_ids()
        self.bench = self._bench()
        self.talks = {private_conversation(user): Talk() for user in (ANN, BOB)}
        self.rows: dict[FileName, Row] = {}
        self.at_openai: dict[str, FileName] = {}
        self.vanished: set[str] = set()
        self.uploads: list[Upload] = []
        self.workers: list[Worker] = []
        self.deletions: list[Deletion] = []
        self.never_were: list[FileName] = []  # looked for and not found
        self.seen: list[Message] = []
        self.old_resets: list[Message] = []

    def _bench(self) -> Bench:
        return Bench(open_sqlite_in_memory, Path())

    def teardown(self) -> None:
        try:
            self._drain()
        finally:
            self.bench.close()

    # ------------------------------------------------------------ time

    @rule(seconds=st.sampled_from([0.0, 0.3, QUIET_S, 2.0, 5.0, LEASE_S, 61.0, LONGEST_UPLOAD_S]))
    def time_passes(self, seconds: float) -> None:
        self.bench.wait(seconds)

    # ------------------------------------------------------------ messages come

    @rule(user=USERS, what=KINDS)
    def something_comes(self, user: int, what: str) -> None:
        self._comes(self._message(user, what))

    @rule(user=USERS, what=KINDS, steps=st.integers(0, STAGES), uploads=UPLOADS)
    def something_comes_and_is_worked_on(
        self, user: int, what: str, steps: int, uploads: str
    ) -> None:
        self._comes(self._message(user, what))
        self.bench.wait(QUIET_S)
        if len(self.workers) < WORKERS_MAX:
            self._claim()
        if self.workers:
            self._go_on(self.workers[-1], steps, uploads)

    def _message(self, user: int, what: str) -> Message:
        match what:
            case "text":
                return message(user=user, sent_at=self.bench.now)
            case "cut text":
                return cut_text(3000, user=user, sent_at=self.bench.now)
            case "photo":
                return photo(user=user)
            case album:
                return photo(user=user, album=album)

    @precondition(lambda self: any(talk.waiting or talk.lines for talk in self.talks.values()))
    @rule(user=USERS, at_once=st.booleans())
    def a_reset_comes(self, user: int, at_once: bool) -> None:
        reset = command(user=user)
        self.bench.send(reset)
        self.talks[reset.conversation].resets.append(reset)
        self.seen.append(reset)
        if at_once:
            self.the_oldest_reset_is_done()

    @precondition(lambda self: self.seen)
    @rule(which=ANY)
    def something_comes_again(self, which: int) -> None:
        assert self.bench.send(self.seen[which % len(self.seen)]) == frozenset()
        for reset in self.old_resets[-3:]:
            assert self.bench.reset(reset) is None
        for user in (ANN, BOB):
            self._check_user_files(user)

    def _comes(self, message: Message) -> None:
        assert self.bench.send(message) == {message.conversation}
        talk = self.talks[message.conversation]
        last = talk.waiting[-1] if talk.waiting else None
        newest = next((m for m in reversed(self.seen) if m.conversation == message.conversation), 0)
        before = last.message if last is not None and last.message is newest else None
        bundle = bundle_of(message, before, last.bundle if last else "")
        talk.waiting.append(Waiting(message=message, bundle=bundle, arrived_at=self.bench.now))
        self.seen.append(message)

    # ------------------------------------------------------------ workers

    @precondition(lambda self: len(self.workers) < WORKERS_MAX)
    @rule()
    def a_worker_claims(self) -> None:
        self._claim()

    def _claim(self) -> Worker | None:
        claim = self.bench.claim()
        if claim is not None:
            return self._check_claim(claim)
        assert not any(talk.must_be_ready(self.bench.now) for talk in self.talks.values())
        return None

    def _check_claim(self, claim: Claim) -> Worker:
        talk = self.talks[claim.conversation]
        assert talk.is_free(self.bench.now)
        assert claim.token > talk.token
        assert claim.epoch == talk.epoch
        talk.token, talk.holder = claim.token, claim
        talk.lease_until = self.bench.now + timedelta(seconds=LEASE_S)
        worker = Worker(claim=claim, lease_until=talk.lease_until)
        if talk.parts:
            assert texts(claim.outbox) == talk.parts
            assert claim.messages == ()
            worker.has_ended, worker.stage = True, 4
        else:
            worker.taken = self._check_messages(talk, claim)
        worker.parts = list(claim.outbox)
        self.workers.append(worker)
        return worker

    def _check_messages(self, talk: Talk, claim: Claim) -> list[Waiting]:
        """The oldest, with everything that belongs to it."""
        assert not talk.resets
        taken = talk.together(talk.waiting[0].bundle)
        assert claim.messages == _in_order(taken)
        assert claim.attempt == 1 + max(each.attempts for each in taken)
        assert claim.is_suspect == any(each.is_taken for each in taken)
        for each in taken:
            each.is_taken = True
        assert claim.is_late == (taken[0].bundle in talk.answered)
        assert claim.outbox == ()
        return taken

    @precondition(lambda self: self.workers)
    @rule(who=ANY)
    def a_worker_renews(self, who: int) -> None:
        worker = self._worker(who)
        held = self.bench.renew(worker.claim)
        assert held == self._holds(worker)
        if held:
            worker.lease_until = self.bench.now + timedelta(seconds=LEASE_S)
            self.talks[worker.claim.conversation].lease_until = worker.lease_until
        else:
            self.workers.remove(worker)

    @precondition(lambda self: self.workers)
    @rule(who=ANY, how=st.sampled_from(["crashes", "ends", "was stopped", "pauses"]))
    def a_worker_leaves(self, who: int, how: str) -> None:
        worker = self._worker(who)
        if how == "crashes":
            self.workers.remove(worker)
        else:
            self._give_back(worker, how == "was stopped", 30 if how == "pauses" else 0)

    def _give_back(self, worker: Worker, uncount: bool, pause_s: int) -> None:
        not_before = self.bench.now + timedelta(seconds=pause_s) if pause_s else None
        self.bench.release(worker.claim, not_before=not_before, uncount=uncount)
        if self._holds(worker):
            talk = self.talks[worker.claim.conversation]
            talk.holder, talk.not_before = None, not_before
            for each in worker.taken:
                each.attempts += not uncount
                each.is_taken = False
        self.workers.remove(worker)

    def _take_stragglers(self, worker: Worker) -> None:
        if not self._holds(worker):
            with pytest.raises(LeaseLost):
                self.bench.stragglers(worker.claim)
            return
        talk = self.talks[worker.claim.conversation]
        late = [
            each
            for bundle in {each.bundle for each in worker.taken}
            for each in talk.together(bundle)
            if each not in worker.taken and not talk.resets and not worker.has_ended
        ]
        assert self.bench.stragglers(worker.claim) == _in_order(late)
        for each in late:
            each.is_taken = True
        worker.taken += late

    def _holds(self, worker: Worker) -> bool:
        return self.talks[worker.claim.conversation].holder is worker.claim

    def _worker(self, who: int) -> Worker:
        return self.workers[who % len(self.workers)]

    @precondition(lambda self: self.workers)
    @rule(who=ANY, steps=st.integers(1, STAGES), uploads=UPLOADS)
    def a_worker_goes_on(self, who: int, steps: int, uploads: str) -> None:
        self._go_on(self._worker(who), steps, uploads)

    @precondition(lambda self: self.workers)
    @rule(who=ANY, steps=st.integers(1, STAGES), uploads=UPLOADS, looks=st.booleans())
    def a_worker_dies_and_another_takes_over(
        self, who: int, steps: int, uploads: str, looks: bool
    ) -> None:
        """The dead one's upload is told only then, or the cleaner looks for it first."""
        worker = self._worker(who)
        self._upload_all(worker, "only begun")
        late = self.uploads[-2:]
        self.workers.remove(worker)
        self.bench.wait(LEASE_S)
        for upload in late:
            self._arrives(upload)
        if looks:
            self.bench.wait(LONGEST_UPLOAD_S)
            self._look(crashes=False)
        if successor := self._claim():
            self._go_on(successor, steps, uploads)
        for upload in late:
            self._is_told(upload, MONTH_S)

    def _go_on(self, worker: Worker, steps: int, uploads: str) -> None:
        """The usual way, up to some point."""
        for _ in range(steps):
            match worker.stage:
                case 0:
                    self._upload_all(worker, uploads)
                case 1:
                    self._take_stragglers(worker)
                case 2:
                    self._compose(worker)
                case 3:
                    worker.parts += self._finish(worker, leave_out=9)
                case 4 | 5:
                    self._deliver(worker)
                case _:
                    self._give_back(worker, False, 0)
                    return
            worker.stage += 1

    @precondition(lambda self: self.workers)
    @rule(who=ANY, what=st.sampled_from(["stragglers", "compose", "finish", "upload"]), which=ANY)
    def a_worker_does_something(self, who: int, what: str, which: int) -> None:
        worker = self._worker(who)
        match what:
            case "stragglers":
                self._take_stragglers(worker)
            case "compose":
                self._compose(worker)
            case "finish":
                worker.parts += self._finish(worker, which)
            case _:
                self._begin_upload(worker, which)

    # ------------------------------------------------------------ the question

    def _compose(self, worker: Worker) -> None:
        key, now = worker.claim.conversation, self.bench.now
        if not self._holds(worker) or worker.lease_until <= now:
            with pytest.raises(LeaseLost):
                self.bench.compose(worker.claim)
            return
        for row in self._rows_of(key):
            if row.state in ADMITTED and row.leaves_at is not None and row.leaves_at <= now:
                row.retire()
        transcript = self.bench.compose(worker.claim)
        named = {image.file for item in transcript.items for image in item.images}
        assert transcript.live == {
            name: row.openai_id
            for name, row in self._images(key).items()
            if name in named or row.state == "uploaded"
        }
        assert [each.text for each in transcript.items] == self.talks[key].lines
        worker.asking = frozenset(transcript.live.values())
        assert worker.asking <= self.at_openai.keys() | self.vanished

    def _finish(self, worker: Worker, leave_out: int) -> tuple[OutboxMessage, ...]:
        number = next_id()
        lines = [line(text=f"{number} {[each.message.update_id for each in worker.taken]}")]
        kept = self._kept(worker, leave_out)
        lines += [shown_as(row.image_key) for row in kept]
        replies = (words(f"answer {number}"), words(f"and more {number}"))
        if not self._holds(worker) or worker.has_ended:
            with pytest.raises(LeaseLost):
                self.bench.finish(worker.claim, *lines, replies=replies)
            return ()
        parts = self.bench.finish(worker.claim, *lines, replies=replies)
        assert texts(parts) == [outgoing.text for outgoing in replies]
        self._ended(worker, kept)
        talk = self.talks[worker.claim.conversation]
        talk.lines += [each.text for each in lines]
        talk.parts += texts(parts)
        return parts

    def _kept(self, worker: Worker, leave_out: int) -> list[Row]:
        ids = {each.message.update_id for each in worker.taken}
        images = self._images(worker.claim.conversation).values()
        mine = [row for row in images if row.state == "uploaded" and row.update_id in ids]
        return [row for number, row in enumerate(mine) if number != leave_out]

    def _ended(self, worker: Worker, kept: list[Row]) -> None:
        talk = self.talks[worker.claim.conversation]
        ids = {each.message.update_id for each in worker.taken}
        for row in kept:
            row.state = "live"
        for row in self._rows_of(worker.claim.conversation):
            if row.update_id in ids and row.state in ("intended", "uploaded"):
                row.retire()
        for each in worker.taken:
            talk.waiting.remove(each)  # fails where it was answered before
            if each.message.album_id is not None:
                talk.answered.add(each.bundle)
        worker.has_ended, worker.asking = True, frozenset()

    def _deliver(self, worker: Worker) -> None:
        if worker.parts:
            part = worker.parts.pop(0)
            self.bench.delivered(worker.claim, part)
            talk = self.talks[worker.claim.conversation]
            talk.parts = [text for text in talk.parts if text != part.outgoing.text]

    @rule(user=USERS)
    def somebody_says_something(self, user: int) -> None:
        text = f"word {next_id()}"
        assert self.bench.say(text, user=user)
        self.talks[private_conversation(user)].parts.append(text)

    # ------------------------------------------------------------ uploads

    def _begin_upload(self, worker: Worker, which: int) -> None:
        pictured = [each.message for each in worker.taken if each.message.image]
        if pictured:
            self._intend(worker, pictured[which % len(pictured)], None)

    def _upload_all(self, worker: Worker, how: str) -> None:
        for each in worker.taken:
            if each.message.image:
                upload = self._intend(worker, each.message, None)
                if upload is not None and how != "only begun":
                    self._arrives(upload)
                    self._is_told(upload, MONTH_S if how == "for long" else SHORT_S)

    def _intend(self, worker: Worker, message: Message, lost: Row | None) -> Upload | None:
        """Law 1: the intent; the upload, where one is to be made."""
        place, image_key = (1000, lost.image_key) if lost is not None else (0, None)
        if not self._holds(worker) or worker.has_ended:
            with pytest.raises(LeaseLost):
                self.bench.intend(worker.claim, message, place=place, image_key=image_key)
            return None
        self.bench.wait(0.001)  # so that one is older
        file = self.bench.intend(worker.claim, message, place=place, image_key=image_key)
        assert message.image is not None
        same = [
            row
            for row in self._rows_of(worker.claim.conversation)
            if (row.update_id, row.place) == (message.update_id, place)
            and row.unique_id == message.image.unique_id
            and row.image_key == (image_key or row.name)
        ]
        usable = [
            row.name
            for row in same
            if row.state == "uploaded" and row.leaves_at and row.leaves_at > self.bench.now
        ]
        for row in same:
            if row.state == "intended":
                row.retire()
        if usable:
            assert (file.name, file.state) == (usable[0], "uploaded")
            return None
        assert (file.state, file.name in self.rows) == ("intended", False)
        self.rows[file.name] = Row(
            name=file.name,
            conversation=worker.claim.conversation,
            epoch=worker.claim.epoch,
            owner=message.user_id,
            update_id=message.update_id,
            place=place,
            unique_id=message.image.unique_id,
            image_key=image_key or file.name,
        )
        upload = Upload(name=file.name, began_at=self.bench.now)
        self.uploads.append(upload)
        return upload

    @precondition(lambda self: self.uploads)
    @rule(which=ANY, how=st.sampled_from(["arrives", "told", "told", "failed", "unknown"]))
    def an_upload_goes_on(self, which: int, how: str) -> None:
        upload = self.uploads[which % len(self.uploads)]
        match how:
            case "arrives":
                self._arrives(upload)
            case "told":
                self._arrives(upload)
                self._is_told(upload, SHORT_S if which % 2 else MONTH_S)
            case "failed":
                self._fails(upload, unknown=False)
            case _:
                self._fails(upload, unknown=True)

    def _arrives(self, upload: Upload) -> None:
        if upload.may_arrive(self.bench.now):
            upload.openai_id = f"file-{next_id()}"
            self.at_openai[upload.openai_id] = upload.name

    def _is_told(self, upload: Upload, stays_s: float) -> None:
        """Law 1: the result; perhaps very late, perhaps twice."""
        if upload.openai_id is None:
            return
        row = self.rows.get(upload.name)
        wanted = self.bench.uploaded(upload.name, upload.openai_id, leaves_in_s=stays_s)
        if row is not None and row.state == "intended" and row.epoch == self._epoch_of(row):
            assert wanted
            row.state, row.openai_id = "uploaded", upload.openai_id
            row.leaves_at = self.bench.now + timedelta(seconds=stays_s)
        elif row is not None and row.state in ADMITTED:
            assert wanted
        else:
            assert not wanted
            self._is_unwanted(upload.name, upload.openai_id)

    def _is_unwanted(self, name: FileName, openai_id: str) -> None:
        row = self.rows.setdefault(
            name,
            Row(
                name=name,
                conversation=None,
                epoch=0,
                owner=None,
                update_id=0,
                place=0,
                unique_id="",
                image_key=name,
            ),
        )
        row.retire()
        row.openai_id, row.is_taken = openai_id, False

    def _fails(self, upload: Upload, *, unknown: bool) -> None:
        if upload.openai_id is not None and not unknown:
            return
        self.bench.give_up(upload.name, unknown=unknown)
        row = self.rows.get(upload.name)
        if row is not None and row.openai_id is None:
            row.retire()
            if not unknown:
                del self.rows[upload.name]
        if not unknown:
            self.uploads.remove(upload)

    # ------------------------------------------------------------ images leave and come back

    @precondition(lambda self: self.workers)
    @rule(who=ANY, which=ANY, how=st.sampled_from(["retired", "intended", "told", "restored"]))
    def an_image_leaves(self, who: int, which: int, how: str) -> None:
        """Laws 3 and 4, or a crash in the middle of them."""
        worker = self._worker(who)
        images = list(self._images(worker.claim.conversation).values())
        if not images or not worker.taken or worker.has_ended or not self._holds(worker):
            return
        row = images[which % len(images)]
        if how == "retired":
            assert self.bench.retire(worker.claim, row.name) == 1
            row.retire()
            worker.asking -= {str(row.openai_id)}
        else:
            self.vanished.add(str(row.openai_id))
            self.at_openai.pop(str(row.openai_id), None)
            self._restore(worker, row, how)

    def _restore(self, worker: Worker, lost: Row, until: str) -> None:
        again = message(
            image=picture(lost.unique_id),
            update_id=worker.taken[0].message.update_id,
            user=worker.taken[0].message.user_id,
        )
        upload = self._intend(worker, again, lost)
        if upload is None or until == "intended":
            return
        self._arrives(upload)
        self._is_told(upload, MONTH_S)
        if until == "restored":
            new = self.rows[upload.name]
            assert self.bench.restored(worker.claim, new.name)
            new.state = lost.state
            lost.retire()
            worker.asking -= {str(lost.openai_id)}

    # ------------------------------------------------------------ resets

    @precondition(lambda self: any(talk.resets for talk in self.talks.values()))
    @rule()
    def the_oldest_reset_is_done(self) -> None:
        waiting = [reset for talk in self.talks.values() for reset in talk.resets]
        jumpers = self.bench.jumpers()
        assert list(jumpers) == sorted(waiting, key=lambda reset: reset.update_id)
        self._reset(jumpers[0])
        self._take_deletions(100)

    def _reset(self, reset: Message) -> None:
        talk, key = self.talks[reset.conversation], reset.conversation
        files = len(self._rows_of(key))
        said = f"cleared by {reset.update_id}"
        render = {files: words(said)}.__getitem__
        assert self.bench.run(self.bench.store.reset(reset, self.bench.now, render=render)) == files
        for row in self._rows_of(key):
            row.retire()
        talk.epoch += 1
        talk.token += 1
        talk.holder = talk.not_before = None
        talk.waiting = [each for each in talk.waiting if each.message.update_id > reset.update_id]
        talk.resets = [each for each in talk.resets if each.update_id > reset.update_id]
        talk.parts, talk.lines = [said], []
        talk.answered.clear()
        self.old_resets.append(reset)

    # ------------------------------------------------------------ the cleaner

    @rule(how=st.sampled_from(["take one", "take all", "gone", "gone", "crashed", "failed"]))
    def the_cleaner_deletes(self, how: str) -> None:
        if how in ("take one", "take all") or not self.deletions:
            self._take_deletions(1 if how == "take one" else 100)
        else:
            self._delete_one(how)

    @precondition(lambda self: self.uploads)
    @rule(crashes=st.booleans(), later=st.booleans())
    def the_cleaner_looks_for_uploads(self, crashes: bool, later: bool) -> None:
        if later:
            self.bench.wait(LONGEST_UPLOAD_S)
        if self.never_were:
            self._is_gone(self.never_were.pop(0))
        self._look(crashes=crashes)

    def _take_deletions(self, limit: int) -> None:
        due = self.bench.files_due(limit=limit)
        asking = [
            worker.asking
            for worker in self.workers
            if worker.lease_until > self.bench.now and not worker.has_ended
        ]
        for deletion in due:
            row = self.rows[deletion.name]
            assert (row.state, row.openai_id) == ("retired", deletion.openai_id)
            assert not any(deletion.openai_id in ids for ids in asking)
            row.is_taken = True
        self.deletions += due

    def _delete_one(self, ending: str) -> None:
        deletion = self.deletions.pop(0)
        if ending == "failed":
            self.bench.try_later(deletion.name, self.bench.now + timedelta(seconds=5))
            return
        self._delete(deletion)
        if ending == "gone":
            self._is_gone(deletion.name)

    def _delete(self, deletion: Deletion) -> None:
        """Promise 1: never what a conversation in use holds."""
        assert not any(
            deletion.openai_id == row.openai_id
            for key in self.talks
            for row in self._images(key).values()
        )
        self.at_openai.pop(str(deletion.openai_id), None)

    def _is_gone(self, name: FileName) -> None:
        self.bench.gone(name)
        row = self.rows.get(name)
        if row is not None and (row.openai_id is None or row.is_taken):
            assert row.state == "retired"
            del self.rows[name]

    def _look(self, *, crashes: bool) -> bool:
        due = self.bench.intents_due(limit=100)
        for deletion in due:
            row = self.rows[deletion.name]
            assert row.openai_id is None
            row.retire()
        for deletion in () if crashes else due:
            found = [id for id, name in self.at_openai.items() if name == deletion.name]
            for openai_id in found:
                assert not self.bench.uploaded(deletion.name, openai_id)
                self._is_unwanted(deletion.name, openai_id)
            if not found:
                self.never_were.append(deletion.name)
        return bool(due)

    # ------------------------------------------------------------ what must be so

    def _check_user_files(self, user: int) -> None:
        known = {row.openai_id for row in self.rows.values() if row.owner == user}
        assert self.bench.user_files(user) == known - {None}

    def _rows_of(self, key: ConversationKey) -> list[Row]:
        return [row for row in self.rows.values() if row.conversation == key]

    def _epoch_of(self, row: Row) -> int | None:
        return self.talks[row.conversation].epoch if row.conversation else None

    def _images(self, key: ConversationKey) -> dict[FileName, Row]:
        """One file for each image: the live one, else the oldest."""
        rows = [row for row in self._rows_of(key) if row.state in ADMITTED]
        rows.reverse()
        rows.sort(key=lambda row: row.state == "live")
        return {row.image_key: row for row in rows}

    # ------------------------------------------------------------ the end

    def _drain(self) -> None:
        """Let everything end by itself: nothing is lost, and nothing is left behind."""
        self.workers.clear()
        for upload in self.uploads[::2]:
            self._is_told(upload, MONTH_S)
        self._answer_all()
        self._clean_all()
        for user in (ANN, BOB):
            self._check_user_files(user)
        live = {row.openai_id for row in self.rows.values()}
        assert [row for row in self.rows.values() if row.state != "live"] == []
        assert self.at_openai.keys() == live - self.vanished

    def _answer_all(self) -> None:
        for _ in range(500):
            while jumpers := self.bench.jumpers():
                self._reset(jumpers[0])
            wake = self.bench.next_wake()
            if wake is None:
                break
            self.bench.now = wake
            worker = self._check_claim(self.bench.take())
            self._take_stragglers(worker)
            self._compose(worker)
            if not worker.has_ended:
                worker.parts += self._finish(worker, leave_out=0)
            while worker.parts:
                self._deliver(worker)
            self._give_back(worker, False, 0)
        for talk in self.talks.values():
            assert (talk.waiting, talk.resets, talk.parts) == ([], [], [])
        assert self.bench.jumpers() == ()
        assert self.bench.claim() is None

    def _clean_all(self) -> None:
        self.deletions.clear()
        for _ in range(50):
            self.bench.wait(LONGEST_UPLOAD_S)
            self._take_deletions(100)
            looked = self._look(crashes=False)
            while self.never_were:
                self._is_gone(self.never_were.pop(0))
            if not self.deletions and not looked:
                return
            while self.deletions:
                self._delete_one("gone")
        raise AssertionError("the cleaning does not end")


def _in_order(taken: list[Waiting]) -> tuple[Message, ...]:
    return tuple(sorted((each.message for each in taken), key=lambda each: each.message_id))


class LifeOnValkey(Life):
    """The same, in scripts."""

    def _bench(self) -> Bench:
        return Bench(open_valkey, Path(f"life-{next(LIVES)}"))


class LongLife(Life):
    """The same, for minutes."""


class LongLifeOnValkey(LifeOnValkey):
    """The same, for minutes, in scripts."""


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestLifeOnValkey = LifeOnValkey.TestCase
TestLifeOnValkey.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestLongLife = pytest.mark.soak(LongLife.TestCase)
TestLongLife.settings = settings(max_examples=5_000, stateful_step_count=80, deadline=None)
TestLongLifeOnValkey = pytest.mark.soak(LongLifeOnValkey.TestCase)
TestLongLifeOnValkey.settings = settings(max_examples=1_000, stateful_step_count=80, deadline=None)
