// The bot's events: one card a turn, each step with its bar in time; other events between them.
import { el, keyed } from './dom.js';
import { clockWithSeconds, duration, knows, size, t } from './texts.js';

const TURNS_SHOWN = 6;
const EVENTS_KEPT = 400;
const JOINS_WITHIN_MS = 4000; // a message that was taken belongs to the next turn
const LONE = new Set(['bot.starting', 'bot.started', 'bot.killed', 'bot.ended', 'clock.set_forward', 'conversation.reset', 'trouble', 'file.retired', 'file.deleted', 'file.settled', 'part.dropped']);
const HIDDEN = new Set(['bot.stopped', 'file.intended']);
const ENDS = new Set(['bot.killed', 'bot.ended']);
const SAME_WITHIN_MS = 10000; // the same again is counted, not repeated
const SHOWN_ROUTES = new Set(['responses', 'files.retrieve']); // the others have an event of their own

export class Turns {
  constructor(section) {
    this.list = section.querySelector('.list');
    this.empty = section.querySelector('.empty');
    this.events = [];
    this.people = [];
    this.chosen = new Map(); // by turn: open or not
  }

  begin() {
    this.events = [];
  }

  add(events) {
    this.events = [...this.events, ...events].slice(-EVENTS_KEPT);
    this.show();
    clearTimeout(this.later); // what has not become a turn by then never will
    this.later = setTimeout(() => this.show(), JOINS_WITHIN_MS);
  }

  translate() {
    this.list.known?.clear();
    this.list.replaceChildren();
    this.show();
  }

  show() {
    const entries = grouped(this.events).slice(-TURNS_SHOWN).reverse();
    this.empty.hidden = entries.length > 0;
    const newest = entries.find((entry) => entry.turn);
    keyed(this.list, entries, {
      key: (entry) => entry.key,
      sign: (entry) => JSON.stringify([entry, this.nameOf(entry), this.isOpen(entry, newest)]),
      make: (entry) => (entry.turn ? this.card(entry, this.isOpen(entry, newest)) : lone(entry.events)),
    });
  }

  nameOf(entry) {
    const user = entry.events.find((event) => event.fields?.user)?.fields.user;
    return this.people.find((person) => person.id === user)?.name ?? '';
  }

  // The newest one, or what the person chose.
  isOpen(entry, newest) {
    return this.chosen.get(entry.key) ?? entry === newest;
  }

  card(entry, isOpen) {
    const { events } = entry;
    const from = Math.min(...events.map(began));
    const to = Math.max(...events.map((event) => event.at), from + 1);
    const done = events.find((event) => event.name === 'turn.done');
    const name = this.nameOf(entry);
    const details = el('details', { open: isOpen },
      el('summary', {},
        el('b', {}, name || '…'), el('time', {}, clockWithSeconds(from)),
        el('span', { class: `outcome ${done?.fields.outcome ?? (entry.isCut ? 'failed' : isDone(entry) ? 'answered' : '')}` },
          done ? outcome(done) : t(entry.isCut ? 'turn_cut' : isDone(entry) ? 'turn_done' : 'turn_running')),
        el('span', { class: 'total' }, duration(to - from))),
      el('ol', {}, ...events.map((event) => step(event, from, to))));
    details.querySelector('summary').addEventListener('click', () => this.chosen.set(entry.key, !details.open));
    return el('li', { class: `turn ${entry.isCut || isDone(entry) ? '' : 'is-running'}` }, details);
  }
}

// Events → turns and single ones, in the order of their beginning.
function grouped(events) {
  const entries = [];
  const turns = new Map();
  let taken = [];
  for (const event of events) {
    if (HIDDEN.has(event.name) || (event.name === 'openai.request' && !SHOWN_ROUTES.has(event.fields.route))) continue;
    if (event.name === 'update.accepted') { taken.push(event); continue; }
    if (event.turn) {
      let entry = turns.get(event.turn);
      if (!entry) {
        entry = { key: event.turn, turn: event.turn, events: taken.filter((one) => event.at - one.at < JOINS_WITHIN_MS) };
        taken = [];
        turns.set(event.turn, entry);
        entries.push(entry);
      }
      entry.events.push(event);
    } else if (LONE.has(event.name)) {
      if (ENDS.has(event.name)) for (const entry of turns.values()) entry.isCut ||= !isDone(entry);
      addLone(entries, event);
    }
  }
  if (taken.length && Date.now() - taken.at(-1).at < JOINS_WITHIN_MS) entries.push({ key: 'next', turn: 'next', events: taken });
  return entries;
}

function addLone(entries, event) {
  const last = entries.at(-1);
  const same = entries.findLast((entry) => !entry.turn)?.events.find((one) => one.name === event.name && one.level === event.level);
  if (same && event.at - same.at < SAME_WITHIN_MS) same.times = (same.times ?? 1) + 1;
  else if (last && !last.turn && last.events.length < 5) last.events.push({ ...event });
  else entries.push({ key: `e${event.number}`, events: [{ ...event }] });
}

const isDone = (entry) => entry.events.some((event) => event.name === 'turn.done' || event.name === 'part.delivered');

const began = (event) => event.at - (event.fields?.ms && event.name !== 'turn.done' ? event.fields.ms : 0);

function step(event, from, to) {
  const whole = to - from;
  const left = (100 * (began(event) - from)) / whole;
  const width = (100 * (event.at - began(event))) / whole;
  const vars = { '--left': `${left.toFixed(2)}%`, '--width': `${width.toFixed(2)}%` };
  const ms = event.fields?.ms;
  return el('li', { class: `step ${event.level} ${kindOf(event.name)}`, title: event.name },
    el('span', { class: 'what' }, title(event), detail(event)),
    el('span', { class: 'track', 'aria-hidden': 'true' }, el('i', { vars })),
    el('span', { class: 'ms' }, ms === undefined ? `+${duration(event.at - from)}` : duration(ms)));
}

function kindOf(name) {
  if (name.startsWith('image')) return 'k-image';
  if (name.startsWith('file')) return 'k-file';
  if (name.startsWith('openai') || name.startsWith('model')) return 'k-model';
  return 'k-line';
}

function title(event) {
  const route = event.fields?.route;
  const key = `e_${[event.name, route].filter(Boolean).join('_').replace(/\W/g, '_')}`;
  const n = event.fields?.count ?? event.fields?.files ?? event.fields?.days ?? 1;
  return knows(key) ? t(key, { n }) : event.name;
}

function detail(event) {
  const f = event.fields ?? {};
  const parts = [];
  if (f.bytes !== undefined) parts.push(size(f.bytes));
  if (f.code !== undefined && f.code !== 'ok') parts.push(String(f.code));
  if (event.name === 'turn.done' && f.input_tokens) parts.push(t('tokens', { n: f.input_tokens, m: f.output_tokens }));
  if (f.label !== undefined) parts.push(`${t('photo')} ${f.label}`);
  if (f.why) parts.push(f.why);
  return parts.length ? el('small', {}, parts.join(' · ')) : null;
}

function outcome(done) {
  const { outcome: how, reason } = done.fields;
  return how === 'answered' ? t('turn_done') : [how, reason].filter(Boolean).join(': ');
}

function lone(events) {
  return el('li', { class: 'lone' }, ...events.map((event) => el('p', { class: event.level, title: event.name },
    el('time', {}, clockWithSeconds(event.at)),
    el('span', {}, title(event), event.times ? ` × ${event.times}` : null, detail(event)))));
}
