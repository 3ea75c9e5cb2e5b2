// The bot's events: one card a turn, each step with its bar in time; other events between them.
import { el, keyed } from './dom.js';
import { clockWithSeconds, duration, knows, size, t } from './texts.js';

const TURNS_SHOWN = 6;
const EVENTS_KEPT = 400;
const TICK_MS = 500;
const JOINS_WITHIN_MS = 4000; // a message that was taken belongs to the next turn
const LONE = new Set(['urgent.done', 'bot.starting', 'bot.started', 'bot.killed', 'bot.ended', 'clock.set_forward', 'conversation.reset', 'trouble', 'file.retired', 'file.deleted', 'file.settled', 'part.dropped']);
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
    setInterval(() => this.tick(), TICK_MS);
  }

  begin() {
    this.events = [];
  }

  add(events) {
    this.events = [...this.events, ...events].slice(-EVENTS_KEPT);
    const anew = this.events.findLastIndex((event) => event.name === 'demo.anew');
    this.events = this.events.slice(anew + 1);
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

  // What runs goes on in time, also while nothing happens.
  tick() {
    for (const card of this.list.querySelectorAll('.is-running')) {
      card.querySelector('.total').textContent = duration(Math.max(0, Date.now() - Number(card.dataset.from)), 1);
    }
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
    const isRunning = !entry.isCut && !isDone(entry);
    const waits = isRunning ? waitsFor(entry) : null;
    const details = el('details', { open: isOpen },
      el('summary', {},
        el('b', {}, name || '…'), el('time', {}, clockWithSeconds(from)),
        el('span', { class: `outcome ${done?.fields.outcome ?? (entry.isCut ? 'failed' : isRunning ? '' : 'answered')}` },
          done ? outcome(done) : t(entry.isCut ? 'turn_cut' : !isRunning ? 'turn_done' : waits === 'w_taken' ? 'turn_waits' : 'turn_running')),
        el('span', { class: 'total' }, duration(isRunning ? Math.max(0, Date.now() - from) : to - from))),
      waits ? el('p', { class: 'waits' }, t(waits), el('span', { class: 'dots', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'))) : null,
      el('ol', {}, ...events.map((event) => step(event, from, to))));
    details.querySelector('summary').addEventListener('click', () => this.chosen.set(entry.key, !details.open));
    return el('li', { class: `turn ${isRunning ? 'is-running' : ''}`, 'data-from': from }, details);
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
      const busy = [...turns.values()].some((one) => !isDone(one) && !one.isCut);
      let entry = turns.get(event.turn);
      if (!entry) {
        entry = { key: event.turn, turn: event.turn, events: taken.filter((one) => busy || event.at - one.at < JOINS_WITHIN_MS) };
        taken = [];
        turns.set(event.turn, entry);
        entries.push(entry);
      }
      // What was asked has been answered: one step, not two.
      if (event.name === 'openai.request') entry.events = entry.events.filter((one) => one.name !== 'openai.asked');
      entry.events.push(event);
    } else if (LONE.has(event.name)) {
      if (event.name === 'urgent.done') { // it waits for no turn, and begins none by itself
        taken.pop();
        if (event.fields.kind === 'command') continue; // /reset and /stop are seen by what they do
      }
      if (ENDS.has(event.name)) for (const entry of turns.values()) entry.isCut ||= !isDone(entry);
      addLone(entries, event);
    }
  }
  const isBusy = [...turns.values()].some((one) => !isDone(one) && !one.isCut);
  if (taken.length && (isBusy || Date.now() - taken.at(-1).at < JOINS_WITHIN_MS)) entries.push({ key: 'next', turn: 'next', events: taken });
  return entries;
}

function addLone(entries, event) {
  const last = entries.at(-1);
  const same = entries.findLast((entry) => !entry.turn)?.events.find((one) => one.name === event.name && one.level === event.level && one.fields?.kind === event.fields?.kind);
  if (same && event.at - same.at < SAME_WITHIN_MS) same.times = (same.times ?? 1) + 1;
  else if (last && !last.turn && last.events.length < 5) last.events.push({ ...event });
  else entries.push({ key: `e${event.number}`, events: [{ ...event }] });
}

const DONE = new Set(['turn.done', 'turn.delivered', 'part.delivered']);
const isDone = (entry) => entry.events.some((event) => DONE.has(event.name));

const REQUEST_ID = /,? req_\w+/; // for whoever asks OpenAI's support, not for here
const WHOLE = new Set(['turn.done', 'turn.delivered']); // their milliseconds are the turn's
const WAITS = {
  'update.accepted': 'w_taken', 'openai.asked': 'w_model', 'model.first_words': 'w_words', 'openai.request': 'w_words',
  'assistant.again': 'w_again', 'turn.done': 'w_delivery',
};

// What comes next, after the last step that is known.
const waitsFor = (entry) => WAITS[entry.events.at(-1).name] ?? 'w_prepare';

const began = (event) => event.at - (event.fields?.ms && !WHOLE.has(event.name) ? event.fields.ms : 0);

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
  if (/^(image|document|sound)/.test(name)) return 'k-image';
  if (name.startsWith('file')) return 'k-file';
  if (name.startsWith('openai') || name.startsWith('model')) return 'k-model';
  return 'k-line';
}

function title(event) {
  const route = event.fields?.route ?? (event.name === 'urgent.done' ? event.fields.kind : undefined);
  const key = `e_${[event.name, route].filter(Boolean).join('_').replace(/\W/g, '_')}`;
  const n = event.fields?.count ?? event.fields?.files ?? event.fields?.days ?? 1;
  return knows(key) ? t(key, { n }) : event.name;
}

function detail(event) {
  const f = event.fields ?? {};
  const parts = [];
  if (f.bytes !== undefined) parts.push(size(f.bytes));
  if (f.seconds) parts.push(t('s', { n: f.seconds }));
  if (f.parts > 1) parts.push(t('parts', { n: f.parts }));
  if (f.pages) parts.push(t('pages', { n: f.pages }));
  if (f.code !== undefined && f.code !== 'ok') parts.push(String(f.code).replace(REQUEST_ID, ''));
  if (event.name === 'turn.done' && f.input_tokens) parts.push(t('tokens', { i: f.input_tokens, n: f.output_tokens }));
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
