// The page: one stream of what changes comes in, and goes to the chats and to the panel.
import { ChatPane, avatar } from './chat.js';
import { el, icon } from './dom.js';
import { Panel } from './panel.js';
import { current, languages, speak, t, translate } from './texts.js';

const THEMES = ['auto', 'light', 'dark'];
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };
const find = (selector) => document.querySelector(selector);

const state = { people: [], chats: {}, live: {}, lines: {}, files: [], status: null };
const panes = new Map();
const panel = new Panel(find('.panel'));
let view = null; // a person's id, or "panel"
let person = null; // whose chat was looked at last
let isBoth = false;

const nowS = () => Date.now() / 1000 + (state.status?.clock.ahead_s ?? 0);

// ---------------------------------------------------------------- what comes in

const stream = new EventSource('api/stream');
for (const name of ['status', 'people', 'chats', 'live', 'lines', 'files']) {
  stream.addEventListener(name, (event) => { state[name] = JSON.parse(event.data); soon(); });
}
stream.addEventListener('events', (event) => panel.turns.add(JSON.parse(event.data)));
stream.addEventListener('open', () => { panel.turns.begin(); find('.offline').hidden = true; });
stream.addEventListener('error', () => { find('.offline').hidden = false; });

let waits = false;
function soon() { // sections come together; they are shown once
  if (waits) return;
  waits = true;
  queueMicrotask(() => { waits = false; show(); });
}

function show() {
  if (state.status === null) return;
  for (const one of state.people) {
    if (!state.chats[one.id] || !state.live[one.id]) continue;
    if (!panes.has(one.id)) begin(one);
    panes.get(one.id).update({ person: one, chat: state.chats[one.id], live: state.live[one.id], status: state.status, nowS: nowS() });
  }
  if (state.status.real.telegram) showReal();
  panel.update({ ...state, person, nowS });
}

function begin(one) {
  const pane = new ChatPane(one, lightbox);
  panes.set(one.id, pane);
  find('.chats').append(pane.element);
  person ??= one.id;
  showViews();
  if (panes.size === 1) look(one.id);
  find('.both').hidden = panes.size < 2;
}

function showReal() {
  if (find('.real')) return;
  find('.chats').append(el('p', { class: 'real' }, t('real_telegram', { name: state.status.bot.username })));
  showViews();
  look('panel');
}

// ---------------------------------------------------------------- views

function showViews() {
  const tab = (id, ...content) => el('button', {
    type: 'button', id: `tab-${id}`, 'aria-controls': `view-${id}`, 'data-view': id, onclick: () => look(id),
  }, ...content);
  find('.views').replaceChildren(
    ...[...panes.values()].map((pane) => tab(pane.person.id, avatar(pane.person), el('span', {}, pane.person.name))),
    tab('panel', t('behind')));
  arrange();
}

function look(id) {
  view = id;
  if (id !== 'panel') person = id;
  isBoth &&= id === 'panel';
  arrange();
  panel.update({ ...state, person, nowS });
  panes.get(id)?.scrollToEnd(false);
  panes.get(id)?.composer.focus();
}

function arrange() {
  document.body.dataset.view = view === 'panel' ? 'panel' : 'chat'; // on a phone only one of them
  document.body.classList.toggle('shows-both', isBoth);
  for (const [id, pane] of panes) pane.element.hidden = !isBoth && id !== person;
  for (const tab of find('.views').children) {
    const isShown = tab.dataset.view === String(view) || (isBoth && tab.dataset.view !== 'panel');
    tab.setAttribute('aria-pressed', String(isShown));
  }
  find('.both').setAttribute('aria-pressed', String(isBoth));
}

find('.skip').addEventListener('click', (event) => {
  const pane = panes.get(person);
  if (!pane) return;
  event.preventDefault();
  if (view === 'panel') look(person);
  pane.composer.input.focus();
});

find('.both').addEventListener('click', () => {
  isBoth = !isBoth;
  if (view === 'panel') view = person;
  arrange();
  for (const pane of panes.values()) pane.scrollToEnd(false);
});

// ---------------------------------------------------------------- language, theme, lightbox

function talk(language) {
  speak(language);
  remember('language', language);
  translate();
  find('.language').replaceChildren(t('other_language_short'));
  find('.both').replaceChildren(icon('both'));
  for (const pane of panes.values()) pane.translate();
  panel.translate();
  if (panes.size) showViews();
  dress(document.documentElement.dataset.theme);
  find('.lightbox .close').replaceChildren(icon('close'));
  find('.lightbox .close').setAttribute('aria-label', t('close'));
  for (const one of document.querySelectorAll('.top .tool')) one.title = one.getAttribute('aria-label');
}

function dress(theme) {
  document.documentElement.dataset.theme = theme;
  remember('theme', theme);
  const button = find('.theme');
  button.replaceChildren(icon(ICONS[theme]));
  button.setAttribute('aria-label', t('theme', { now: t(`theme_${theme}`) }));
  button.title = button.getAttribute('aria-label');
}

function lightbox(url, alt) {
  const dialog = find('.lightbox');
  dialog.querySelector('img').src = url;
  dialog.querySelector('img').alt = alt;
  dialog.showModal();
}

find('.language').addEventListener('click', () => talk(languages.find((one) => one !== current())));
find('.theme').addEventListener('click', () => dress(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length]));
find('.lightbox').addEventListener('click', () => find('.lightbox').close());

function remember(name, value) {
  try { localStorage.setItem(`snapthread.${name}`, value); } catch { /* private windows keep nothing */ }
}

function remembered(name, known) {
  try {
    const value = localStorage.getItem(`snapthread.${name}`);
    return known.includes(value) ? value : null;
  } catch { return null; }
}

document.documentElement.dataset.theme = remembered('theme', THEMES) ?? 'auto';
talk(remembered('language', languages) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en'));
