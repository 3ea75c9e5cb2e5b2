// The page: one stream of what changes comes in, and goes to the chats and to the panel.
import { ChatPane } from './chat.js';
import { el, icon } from './dom.js';
import { GroupPane } from './group.js';
import { Panel } from './panel.js';
import { current, languages, speak, t, translate } from './texts.js';

const THEMES = ['auto', 'light', 'dark'];
const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };
const find = (selector) => document.querySelector(selector);

const state = { people: [], groups: [], chats: {}, live: {}, lines: {}, files: [], status: null };
const panes = new Map();
const panel = new Panel(find('.panel'));
let view = null; // a chat's id, or "panel"
let chat = null; // which one was looked at last
let isBoth = false;

const nowS = () => Date.now() / 1000 + (state.status?.clock.ahead_s ?? 0);

// ---------------------------------------------------------------- what comes in

const stream = new EventSource('api/stream');
for (const name of ['status', 'people', 'groups', 'chats', 'live', 'lines', 'files']) {
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
  for (const one of state.people) showChat(one, { person: one });
  for (const one of state.groups) showChat(one, { group: one });
  if (state.status.real.telegram) showReal();
  showPanel();
}

function showChat({ id }, whose) {
  if (!state.chats[id] || !state.live[id]) return;
  if (!panes.has(id)) begin(id, whose);
  panes.get(id).update({ ...whose, chat: state.chats[id], live: state.live[id], status: state.status, nowS: nowS() });
}

function showPanel() {
  const everybody = [...state.groups.flatMap((group) => group.members), ...state.people];
  panel.update({ ...state, people: everybody, person: panes.get(chat)?.person.id ?? null, nowS });
}

function begin(id, whose) {
  const pane = whose.group ? new GroupPane(whose.group, lightbox, showPanel) : new ChatPane(whose.person, lightbox);
  panes.set(id, pane);
  find('.chats').append(pane.element);
  chat ??= id;
  showViews();
  if (panes.size === 1) look(id);
  find('.both').hidden = people().length < 2;
}

const people = () => [...panes.values()].filter((pane) => !pane.group);

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
    ...[...panes].map(([id, pane]) => tab(id, ...pane.title())),
    tab('panel', t('behind')));
  arrange();
}

function look(id) {
  view = id;
  if (id !== 'panel') chat = id;
  isBoth &&= id === 'panel';
  arrange();
  showPanel();
  panes.get(id)?.scrollToEnd(false);
  panes.get(id)?.composer.focus();
}

function arrange() {
  document.body.dataset.view = view === 'panel' ? 'panel' : 'chat'; // on a phone only one of them
  document.body.classList.toggle('shows-both', isBoth);
  for (const [id, pane] of panes) pane.element.hidden = isBoth ? Boolean(pane.group) : id !== chat;
  for (const tab of find('.views').children) {
    const isShown = tab.dataset.view === String(view) || (isBoth && people().some((pane) => String(pane.person.id) === tab.dataset.view));
    tab.setAttribute('aria-pressed', String(isShown));
  }
  find('.both').setAttribute('aria-pressed', String(isBoth));
}

find('.skip').addEventListener('click', (event) => {
  const pane = panes.get(chat);
  if (!pane) return;
  event.preventDefault();
  if (view === 'panel') look(chat);
  pane.composer.input.focus();
});

find('.both').addEventListener('click', () => {
  isBoth = !isBoth;
  if (view === 'panel') view = chat;
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
