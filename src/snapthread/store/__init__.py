"""The store: what its verbs mean (rules/), over what keeps rows (sqlite/, redis/).

A verb such as `accept` is one function in rules/, given a transaction: it reads rows, decides, and
says which rows it writes. A backend makes all of these writes or none. `Store`, below, names every
verb once, in the order of the ports that promise them.

rules/               what each verb decides; its first page names them in a message's order
schema/              the tables: rows as NamedTuples, their keys and indexes
table.py             how a table and an index are declared
requests.py          what a transaction asks a backend for
transaction.py       the transaction that a rule is given
verb.py              functions as methods, and the protocol of a backend
codec.py             messages, records and times as they are stored
sqlite/              rows in one file of SQLite
redis/               rows on a server, Redis or Valkey
folder.py            images in a folder, beside a file of SQLite
first_generation.py  what `adopt` reads of the first generation's Redis
"""

from datetime import datetime
from pathlib import Path
from typing import Final, Self

from snapthread.ports import Blobs, Clock
from snapthread.store.rules import (
    accepting,
    admission,
    adopting,
    asking_anew,
    audit,
    broadcasts,
    choices,
    claiming,
    composing,
    deletions,
    delivering,
    editing,
    erasing,
    exchanges,
    exporting,
    feedback,
    finishing,
    groups,
    history,
    leases,
    leaving,
    moving,
    outgoing,
    page_questions,
    people,
    processes,
    queues,
    quotas,
    readiness,
    reconciling,
    records,
    retiring,
    rewinding,
    shown_files,
    standings,
    tallies,
    uploads,
    urgent,
)
from snapthread.store.sqlite import SqliteBackend
from snapthread.store.verb import Verbs, reads, writes

TIDIED_AT_ONCE: Final = 500  # some milliseconds: others write between


class Store(Verbs):
    """`ports.Store` on any backend."""

    @classmethod
    async def open(cls, where: Path | str, *, create: bool = True) -> Self:
        """A file of SQLite (a path, or ":memory:"), or the address of a Redis or Valkey server.

        Raises StoreBusy, StoreFull, StoreDenied, StoreTooNew, StoreDamaged; StoreMissing where a
        file is not there and not to be made.
        """
        if isinstance(where, str) and "://" in where:
            from snapthread.store.redis import RedisBackend  # its client is needed here only

            return cls(await RedisBackend.open(where))
        return cls(await SqliteBackend.open(where, create=create))

    async def check(self) -> None:
        await self.backend.check()

    def blobs(self, clock: Clock) -> Blobs:
        """Images that lie beside the rows: in a folder, or on the server."""
        return self.backend.blobs(clock)

    async def close(self) -> None:
        await self.backend.close()

    async def tidy(self, now: datetime) -> int:
        """In runs of `TIDIED_AT_ONCE` of each kind: nobody waits long."""
        tidied = 0
        while count := await self._tidy_some(now, limit=TIDIED_AT_ONCE):
            tidied += count
        return tidied

    _tidy_some = writes(processes.tidy)
    installation = writes(processes.installation)
    remember = writes(processes.remember)
    recall = reads(processes.recall)
    take_job = writes(processes.take_job)
    start_cooldown = writes(processes.start_cooldown)
    note_replica = writes(processes.note_replica)
    forget_replica = writes(processes.forget_replica)
    replicas = reads(processes.replicas)
    backlog = reads(queues.backlog)
    failing_deletions = reads(deletions.failing_deletions)

    # ------------------------------------------------------------ queues

    accept = writes(accepting.accept, is_quick=True)
    accept_and_claim = writes(claiming.accept_and_claim, is_quick=True)
    claim = writes(claiming.claim, is_serial=True, is_quick=True)
    renew = writes(leases.renew, is_quick=True)
    release = writes(leases.release, is_quick=True)
    take_stragglers = writes(claiming.take_stragglers, is_quick=True)
    urgent_commands = reads(urgent.urgent_commands, is_quick=True)
    put_off = writes(leases.put_off)
    next_wake = reads(readiness.next_wake, is_quick=True)
    poll_changes = reads(processes.poll_changes, is_quick=True)
    waiting = reads(queues.waiting)
    replay = writes(queues.replay)
    drop_dead_letter = writes(queues.drop_dead_letter)

    # ------------------------------------------------------------ conversations

    history_page = reads(history.history_page)
    compose = writes(composing.compose, is_quick=True)
    finish = writes(finishing.finish, is_quick=True)
    note_stream = writes(delivering.note_stream, is_quick=True)
    note_guest = writes(delivering.note_guest, is_quick=True)
    last_question = reads(rewinding.last_question)
    last_exchange = reads(exchanges.last_exchange)
    exchange = reads(exchanges.exchange)
    reopen = writes(asking_anew.reopen)
    ask_again = writes(asking_anew.ask_again)
    knows = reads(editing.knows)
    is_being_answered = reads(editing.is_being_answered)
    edit = writes(editing.edit)
    reset = writes(urgent.reset)
    stop = writes(urgent.stop)
    complete_command = writes(urgent.complete_command)
    choose_pages = writes(page_questions.choose_pages)
    answer_press = writes(urgent.answer_press)
    enqueue = writes(outgoing.enqueue)
    was_said = reads(outgoing.was_said)
    mark_sent = writes(delivering.mark_sent, is_quick=True)
    conclude = writes(delivering.conclude, is_quick=True)
    drop_outbox = writes(delivering.drop_outbox)

    # ------------------------------------------------------------ groups

    last_asker = reads(groups.last_asker)
    asker_in_turn = reads(groups.asker_in_turn)
    leave_group = writes(groups.leave_group)
    move_group = writes(moving.move_group)
    group_usage = reads(records.group_usage)
    note_topic = writes(groups.note_topic)
    take_unnamed = writes(groups.take_unnamed)
    end_topic = writes(groups.end_topic)

    # ------------------------------------------------------------ the ledger

    intend = writes(uploads.intend, is_quick=True)
    record_upload = writes(uploads.record_upload, is_quick=True)
    fail_upload = writes(uploads.fail_upload)
    image_of = reads(shown_files.image_of)
    files_by_id = reads(shown_files.files_by_id)
    files_due = writes(deletions.files_due)
    retire = writes(retiring.retire)
    mark_lost = writes(retiring.mark_lost)
    replace_file = writes(retiring.replace_file)
    delete_file = writes(deletions.delete_file)
    retry_later = writes(deletions.retry_later)
    retire_leaving = writes(leaving.retire_leaving)
    retire_stranded = writes(leaving.retire_stranded)
    make_room = writes(leaving.make_room)
    forget = writes(leaving.forget)
    borrow = writes(leases.borrow)
    unknown_files = reads(reconciling.unknown_files)
    live_after = reads(reconciling.live_after)

    # ------------------------------------------------------------ people

    erase = writes(erasing.erase)
    adopt = writes(adopting.adopt)
    note_blocked = writes(people.note_blocked)
    export = reads(exporting.export)
    storage_of = reads(people.storage_of)
    files_owned = reads(people.files_owned)
    blocked_before = reads(people.blocked_before)

    person = reads(standings.person)
    people = reads(standings.people)
    count_people = reads(standings.count_people)
    find_people = writes(standings.find_people)
    ban = writes(standings.ban)
    unban = writes(standings.unban)
    set_limits = writes(standings.set_limits)
    decisions = reads(audit.decisions)
    ask_in = writes(admission.ask_in)
    decide = writes(admission.decide)
    make_invite = writes(admission.make_invite)
    open_invites = reads(admission.open_invites)
    end_invite = writes(admission.end_invite)
    use_invite = writes(admission.use_invite)
    draft_broadcast = writes(broadcasts.draft_broadcast)
    start_broadcast = writes(broadcasts.start_broadcast)
    drop_broadcast = writes(broadcasts.drop_broadcast)
    broadcast_to_send = reads(broadcasts.broadcast_to_send)
    next_people = reads(broadcasts.next_people)
    note_reached = writes(broadcasts.note_reached)
    finish_broadcast = writes(broadcasts.finish_broadcast)
    recent_broadcasts = reads(broadcasts.recent_broadcasts)
    broadcast = reads(broadcasts.broadcast)
    people_left = reads(broadcasts.people_left)
    caller = reads(choices.caller, is_quick=True)
    preferences = reads(choices.preferences)
    choose = writes(choices.choose)

    # ------------------------------------------------------------ quotas and records

    reserve = writes(quotas.reserve, is_quick=True, may_lag=True)
    reserve_and_compose = writes(quotas.reserve_and_compose, is_quick=True, may_lag=True)
    revise = writes(quotas.revise, is_quick=True)
    settle_stale = writes(quotas.settle_stale)
    spending = reads(tallies.spending)
    usage = reads(records.usage)
    note_reaction = writes(feedback.note_reaction)
    feedback = reads(feedback.feedback)
    records_after = reads(records.records_after)
    last_records = reads(records.last_records)
