// The bot's events: one card a turn, each step with its bar in time; other events between them.
import { el, icon, keyed } from './dom.js';
import { clockWithSeconds, duration, knows, size, t } from './texts.js';

const TURNS_SHOWN = 8;
const EVENTS_KEPT = 400;
const JOINS_WITHIN_MS = 8000; // a message that was taken belongs to the next turn
const LONE = new Set(['bot.starting', 'bot.started', 'bot.killed', 'bot.ended', 'clock.set_forward', 'conversation.reset', 'trouble', 'file.retired', 'file.deleted', 'file.settled', 'part.dropped']);
const HIDDEN = new Set(['bot.stopped', 'file.intended']);

export class Turns {
  constructor(section) {
    this.list = section.querySelector('.list');
    this.empty = section.querySelector('.empty');
    this.events = [];
    this.people = [];
  }

  begin() {
    this.events = [];
  }

  add(events) {
    this.events = [...this.events, ...events].slice(-EVENTS_KEPT);
    this.show();
  }

  translate() {
    this.list.known?.clear();
    this.list.replaceChildren();
    this.show();
  }

  show() {
    const entries = grouped(this.events).slice(-TURNS_SHOWN).reverse();
    this.empty.hidden = entries.length > 0;
    keyed(this.list, entries, {
      key: (entry) => entry.key,
      sign: (entry) => JSON.stringify([entry, this.nameOf(entry)]),
      make: (entry) => (entry.turn ? this.card(entry) : lone(entry.events)),
    });
  }

  nameOf(entry) {
    const user = entry.events.find((event) => event.fields?.user)?.fields.user;
    return this.people.find((person) => person.id === user)?.name ?? '';
  }

  card(entry) {
    const { events } = entry;
    const from = Math.min(...events.map(began));
    const to = Math.max(...events.map((event) => event.at), from + 1);
    const done = events.find((event) => event.name === 'turn.done');
    const name = this.nameOf(entry);
    return el('li', { class: `turn ${done ? '' : 'is-running'}` },
      el('p', { class: 'turn-head' },
        el('b', {}, name || '…'), el('time', {}, clockWithSeconds(from)),
        el('span', { class: `outcome ${done?.fields.outcome ?? ''}` }, done ? outcome(done) : t('turn_running')),
        el('span', { class: 'total' }, duration(to - from))),
      el('ol', {}, ...events.map((event) => step(event, from, to))));
  }
}

// Events → turns and single ones, in the order of their beginning.
function grouped(events) {
  const entries = [];
  const turns = new Map();
  let taken = [];
  for (const event of events) {
    if (HIDDEN.has(event.name)) continue;
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
      const last = entries.at(-1);
      if (last && !last.turn && last.events.length < 4) last.events.push(event);
      else entries.push({ key: `e${event.number}`, events: [event] });
    }
  }
  if (taken.length) entries.push({ key: 'next', turn: 'next', events: taken });
  return entries;
}

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
  if (event.name === 'turn.done' && f.input_tokens) parts.push(`${f.input_tokens} → ${f.output_tokens} tokens`);
  if (f.images) parts.push(t('album_count', { n: f.images }).split(',')[0]);
  if (f.label !== undefined) parts.push(`photo ${f.label}`);
  if (f.why) parts.push(f.why);
  return parts.length ? el('small', {}, parts.join(' · ')) : null;
}

function outcome(done) {
  const { outcome: how, reason } = done.fields;
  return how === 'answered' ? t('turn_done') : [how, reason].filter(Boolean).join(': ');
}

function lone(events) {
  return el('li', { class: 'lone' }, ...events.map((event) => el('p', { class: event.level, title: event.name },
    el('time', {}, clockWithSeconds(event.at)), el('span', {}, title(event), detail(event)))));
}
