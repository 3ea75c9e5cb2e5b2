// What lies behind the chats: what runs, how to break it, the files, the last request.
import { post } from './api.js';
import { el, icon, keyed, toast } from './dom.js';
import { current, size, span, t } from './texts.js';
import { Turns } from './turns.js';

const DAY_S = 86400;
const SURE_MS = 5000;
const BREAKERS = [
  ['error', 'bolt', () => post('fault', { kind: 'error' })],
  ['hang', 'hourglass', () => post('fault', { kind: 'hang' })],
  ['cut', 'cut', () => post('fault', { kind: 'cut' })],
  ['kill', 'skull', () => post('kill')],
  ['pass', 'calendar', () => post('pass', { days: 30 })],
];

export class Panel {
  constructor(element) {
    this.element = element;
    const part = (name) => element.querySelector(`.${name}`);
    this.status = part('status');
    this.buttons = part('buttons');
    this.armed = part('armed');
    this.hint = part('breakers .hint');
    this.turns = new Turns(part('turns'));
    this.files = { list: part('files .list'), empty: part('files .empty'), count: part('files .count') };
    this.lines = { list: part('lines .list'), empty: part('lines .empty') };
    this.anew = part('anew');
    this.anew.addEventListener('click', () => this.startAnew());
    this.state = null;
    setInterval(() => this.state && this.showAges(), 1000);
  }

  translate() {
    this.buttons.replaceChildren(...BREAKERS.map(([name, picture, act]) => el('button', {
      type: 'button', class: `breaker ${name}`, 'aria-describedby': 'break-hint',
      onclick: async () => { if (await act() && (name === 'kill' || name === 'pass')) toast(t(`done_${name}`)); },
      onpointerenter: () => this.explain(name), onfocus: () => this.explain(name),
      onpointerleave: () => this.explain(null), onblur: () => this.explain(null),
    }, icon(picture), el('span', {}, t(`b_${name}`)))));
    this.explain(null);
    this.askAnew(false);
    this.status.known?.clear();
    this.status.replaceChildren();
    this.files.list.known?.clear();
    this.files.list.replaceChildren();
    this.turns.translate();
    if (this.state) this.update(this.state);
  }

  update(state) {
    this.state = state;
    const { status, people } = state;
    this.turns.people = people;
    this.showStatus(status);
    this.showArmed(status);
    this.showFiles(state.files, status.real.openai);
    this.showLines(state.lines[state.person ?? 0], state.files);
    this.showAges();
  }

  // ---------------------------------------------------------------- what runs

  showStatus({ bot, model, clock }) {
    const days = Math.round(clock.ahead_s / DAY_S);
    const said = { starting: t('bot_is_starting'), running: t('bot_running', { pid: bot.pid }), killed: t('bot_killed'), stopped: t('bot_stopped') };
    const isReady = model.standing === 'ready' || model.standing === 'real';
    const tiles = [
      [t('s_bot'), bot.state === 'running' ? 'good' : bot.state === 'starting' ? 'busy' : 'bad', said[bot.state], t('lives', { n: bot.starts })],
      [t('s_model'), isReady ? 'good' : model.standing === 'failed' || model.standing === 'absent' ? 'off' : 'busy', model.name, `${t(`model_${model.standing}`)} ${model.why}`],
      [t('s_clock'), days ? 'busy' : 'good', days ? t('clock_ahead', { n: days }) : t('clock_now'), '', days > 0],
    ];
    keyed(this.status, tiles, {
      key: (tile) => tile[0],
      make: ([name, how, what, more, isAhead]) => el('div', { class: `tile ${how}` }, el('span', { class: 'tile-name' }, name), el('b', {}, what),
        more ? el('small', {}, more) : null,
        isAhead ? el('button', { type: 'button', class: 'link', onclick: beginAnew }, t('anew_now')) : null),
    });
  }

  // The first press asks, the second one does it.
  async startAnew() {
    const isSure = this.isSure;
    this.askAnew(!isSure);
    if (isSure) await beginAnew();
  }

  askAnew(isSure) {
    this.isSure = isSure;
    this.anew.textContent = t(isSure ? 'anew_sure' : 'anew');
    clearTimeout(this.asking);
    if (isSure) this.asking = setTimeout(() => this.askAnew(false), SURE_MS);
  }

  showArmed({ faults, real }) {
    const count = faults.reduce((sum, fault) => sum + (fault.left ?? 1), 0);
    const signature = `${count} ${current()} ${real.openai}`;
    if (this.armed.signature === signature) return;
    this.armed.signature = signature;
    this.armed.replaceChildren(...(count ? [t('armed', { n: count }), ' ',
      el('button', { type: 'button', class: 'link', onclick: () => post('mend') }, t('disarm'))] : []));
    for (const name of ['error', 'hang', 'cut']) this.buttons.querySelector(`.${name}`).disabled = real.openai;
    this.buttons.querySelector('.pass').disabled = real.openai || real.telegram;
    this.anew.hidden = real.openai || real.telegram;
  }

  explain(name) {
    this.hint.textContent = t(name === null ? 'break_hint' : `d_${name}`);
  }

  // ---------------------------------------------------------------- files

  showFiles(files, isReal) {
    const live = files.filter((file) => !file.gone);
    this.files.count.textContent = live.length ? String(live.length) : '';
    this.files.empty.hidden = files.length > 0;
    this.files.empty.textContent = t(isReal ? 'real_openai_hint' : 'files_empty');
    keyed(this.files.list, files, {
      key: (file) => file.id,
      sign: (file) => JSON.stringify([file, this.ownerOf(file)]),
      make: (file) => fileCard(file, this.ownerOf(file)),
    });
  }

  ownerOf(file) {
    return this.state.people.find((person) => person.id === file.person)?.name;
  }

  showAges() {
    const nowS = this.state.nowS();
    for (const card of this.files.list.children) {
      const { created, expires } = card.dataset;
      const age = card.querySelector('.age');
      if (age) age.textContent = t('age', { age: span(nowS - created) });
      const left = card.querySelector('.left');
      if (left && expires) left.textContent = t('expires', { time: span(expires - nowS) });
      const life = card.querySelector('.life');
      if (life) life.style.setProperty('--life', Math.max(0, (expires - nowS) / (expires - created)).toFixed(4));
    }
  }

  // ---------------------------------------------------------------- the last request

  showLines(request, files) {
    const signature = JSON.stringify([request, files.map((file) => [file.id, file.gone]), current()]);
    if (this.lines.signature === signature) return;
    this.lines.signature = signature;
    this.lines.empty.hidden = Boolean(request);
    if (!request) { this.lines.list.replaceChildren(); return; }
    const gone = new Set(files.filter((file) => file.gone).map((file) => file.id));
    const { list } = this.lines;
    const wasAt = list.scrollTop;
    list.replaceChildren(requestHead(request),
      el('details', { class: 'instructions' }, el('summary', {}, t('instructions')), el('p', {}, request.instructions ?? '')),
      el('ol', {}, ...request.lines.map((line) => el('li', { class: `line ${line.role}` },
        el('b', {}, t(line.role === 'assistant' ? 'role_assistant' : 'role_user')),
        el('div', {}, ...line.parts.map((part) => linePart(part, gone)))))));
    list.scrollTop = wasAt;
  }
}

async function beginAnew() {
  if (await post('anew')) toast(t('done_anew'));
}

function fileCard(file, owner) {
  const label = file.label.replace(/^photo\b/, t('photo')).replace(/^document\b/, t('document')) || t(file.is_document ? 'document' : 'photo');
  const name = owner ? `${label} · ${owner}` : label;
  const data = { 'data-created': file.created_at, 'data-expires': file.expires_at ?? '' };
  const picture = file.is_document ? el('span', { class: 'paper' }, icon('file'))
    : el('img', { src: file.url, alt: name, width: '64', height: '64', loading: 'lazy' });
  if (file.gone) {
    return el('li', { class: `file is-gone ${file.gone}`, ...data }, picture,
      el('div', {}, el('b', {}, name), el('small', {}, t(`gone_${file.gone}`)), el('small', {}, size(file.size))));
  }
  const vanish = async () => { if (await post('vanish', { file: file.id })) toast(t('done_vanish')); };
  return el('li', { class: 'file', title: `${file.id}\n${file.name}`, ...data }, picture,
    el('div', {}, el('b', {}, name), el('small', {}, `${size(file.size)} · `, el('span', { class: 'age' })),
      el('small', { class: 'left' }), el('i', { class: 'life', 'aria-hidden': 'true' })),
    el('button', { type: 'button', class: 'tool vanish', title: t('vanish'), 'aria-label': t('vanish_this', { name }), onclick: vanish }, icon('scissors')));
}

function requestHead(request) {
  const { status } = request;
  const how = status === null ? t('request_waiting') : status === 200 ? t('request_ok') : t('request_status', { n: status });
  return el('p', { class: 'request-head' },
    el('b', {}, t('request', { n: request.number })),
    el('code', {}, request.model), el('span', {}, t('request_files', { n: request.files })),
    el('span', { class: `badge ${status === 200 ? 'good' : status === null ? 'busy' : 'bad'}` }, how),
    request.dead.length ? el('span', { class: 'badge bad' }, t('request_dead')) : null);
}

function linePart(part, gone) {
  if (part.file === undefined) return el('p', { class: /^\[.*\]$/s.test(part.text) ? 'note' : '' }, part.text);
  return el('figure', { class: gone.has(part.file) ? 'is-gone' : '' },
    part.is_document ? el('span', { class: 'paper' }, icon('file')) : el('img', { src: part.url, alt: '', width: '72', height: '72', loading: 'lazy' }),
    el('figcaption', {}, part.file));
}
