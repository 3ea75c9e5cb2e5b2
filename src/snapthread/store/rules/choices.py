"""Choices of people for themselves, and of groups' admins for their group.

Promises: ports/choices.py.
"""

import json

from snapthread.model.people import Caller
from snapthread.model.preferences import FIELDS, NO_PREFERENCES, Field, Preferences
from snapthread.store.requests import Get
from snapthread.store.rules.standings import person
from snapthread.store.schema.people import PEOPLE, PREFERENCES, PreferenceRow
from snapthread.store.transaction import Transaction


def caller(tx: Transaction, user_id: int, owner: str) -> Caller:
    tx.expect(Get(PEOPLE, (user_id,)), Get(PREFERENCES, (owner,)))
    return Caller(person=person(tx, user_id), preferences=preferences(tx, owner))


def preferences(tx: Transaction, owner: str) -> Preferences:
    """A choice that this version does not know is left out."""
    row = tx.get(PREFERENCES, owner)
    if row is None:
        return NO_PREFERENCES
    return Preferences(**{k: v for k, v in json.loads(row.choices).items() if k in FIELDS})


def choose(tx: Transaction, owner: str, field: Field, value: str) -> Preferences:
    row = tx.get(PREFERENCES, owner)
    choices = json.loads(row.choices) if row else {}
    choices = {name: kept for name, kept in {**choices, field: value}.items() if kept}
    if choices:
        tx.put(PREFERENCES, PreferenceRow(owner, json.dumps(choices, ensure_ascii=False)))
    elif row is not None:
        tx.delete(row)
    return preferences(tx, owner)


def forget(tx: Transaction, owner: str) -> None:
    row = tx.get(PREFERENCES, owner)
    if row is not None:
        tx.delete(row)


def move(tx: Transaction, owner: str, new: str) -> None:
    row = tx.get(PREFERENCES, owner)
    if row is not None:
        tx.delete(row)
        tx.put(PREFERENCES, row._replace(owner=new))
