// Where a person writes: text, images, files, replies, commands.
import { post } from './api.js';
import { el, icon, keyed } from './dom.js';
import { size, t } from './texts.js';

const ALBUM_MAX = 10;
const SAMPLES = ['sunset', 'lake', 'lemons', 'receipt'];
const HEIGHT_MAX = 168;
const TOUCH = matchMedia('(pointer: coarse)');
let numbers = 0;

export class Composer {
  constructor(person, chat) {
    this.person = person;
    this.chat = chat;
    this.picked = [];
    this.asFiles = false;
    this.replied = null;
    this.commands = [];
    this.chosen = 0;
    this.id = `c${person.id}`;
    this.build();
  }

  build() {
    this.input = el('textarea', { rows: '1', id: `write-${this.person.id}`, autocomplete: 'off', enterkeyhint: TOUCH.matches ? 'enter' : 'send',
      role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${this.id}-menu` });
    this.pickers = { photo: picker('image/*', (files) => this.add(files, false)), file: picker('', (files) => this.add(files, true)) };
    this.attach = button('attach', () => this.toggleSheet());
    this.slash = button('menu', () => this.toggleMenu());
    this.sendButton = el('button', { type: 'submit', class: 'tool send' }, icon('send'));
    this.menu = el('ul', { class: 'menu', id: `${this.id}-menu`, role: 'listbox', hidden: true });
    this.sheet = el('div', { class: 'sheet', role: 'group', hidden: true });
    this.reply = el('div', { class: 'replying', hidden: true });
    this.strip = el('ul', { class: 'strip' });
    this.options = el('div', { class: 'options', hidden: true });
    this.drop = el('div', { class: 'drop', hidden: true }, zone('photo'), zone('file'));
    this.element = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.send(); } },
      this.menu, this.sheet, this.reply, this.strip, this.options,
      el('div', { class: 'row' }, this.attach, this.slash, this.input, this.sendButton),
      this.pickers.photo, this.pickers.file);
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('paste', (event) => this.paste(event));
    this.element.addEventListener('focusout', (event) => {
      if (!this.element.contains(event.relatedTarget)) this.closeMenus();
    });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.sheet.hidden) { this.closeMenus(); this.attach.focus(); }
    });
  }

  translate() {
    this.input.placeholder = t(this.picked.length ? 'caption' : 'write');
    this.input.setAttribute('aria-label', t('write'));
    label(this.attach, t('attach'));
    label(this.slash, t('commands'));
    label(this.sendButton, t('send'));
    this.menu.setAttribute('aria-label', t('commands'));
    this.sheet.setAttribute('aria-label', t('attach'));
    for (const one of this.drop.children) one.lastChild.textContent = t(`drop_${one.dataset.kind}`);
    this.showSheet();
    this.showPicked();
    this.showReply();
  }

  update({ person, isNew }) {
    this.commands = person.commands;
    this.slash.hidden = person.commands.length === 0;
    this.element.classList.toggle('is-new', isNew);
  }

  // ---------------------------------------------------------------- sending

  say(text) {
    this.closeMenus();
    return post(`people/${this.person.id}/text`, { text });
  }

  async send() {
    const text = this.input.value.trim();
    if (this.isSending || (!text && !this.picked.length)) return;
    this.isSending = true;
    const sent = this.picked.length
      ? await post(`people/${this.person.id}/media`, this.form(text))
      : await post(`people/${this.person.id}/text`, { text, reply_to: this.replied?.id });
    this.isSending = false;
    if (!sent) return;
    this.input.value = '';
    this.clearPicked();
    this.replyTo(null);
    this.typed();
    this.closeMenus();
  }

  form(caption) {
    const form = new FormData();
    for (const one of this.picked) form.append('file', one.file, one.file.name);
    form.append('caption', caption);
    form.append('as_files', String(this.asFiles));
    if (this.replied) form.append('reply_to', this.replied.id);
    return form;
  }

  // ---------------------------------------------------------------- keys and text

  typed() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, HEIGHT_MAX)}px`;
    this.element.classList.toggle('can-send', Boolean(this.input.value.trim() || this.picked.length));
    const isCommand = /^\/\w*$/.test(this.input.value);
    if (isCommand) this.showMenu(this.input.value.slice(1));
    else this.hideMenu();
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.menu.hidden && this.menuKey(event)) return;
    if (event.key === 'Escape' && this.replied) { this.replyTo(null); return; }
    if (event.key === 'Enter' && !event.shiftKey && !TOUCH.matches) { event.preventDefault(); this.send(); }
  }

  // ---------------------------------------------------------------- the command menu

  toggleMenu() {
    if (!this.menu.hidden) { this.hideMenu(); return; }
    this.hideSheet();
    this.input.value = '/';
    this.input.focus();
    this.typed();
  }

  showMenu(start) {
    const found = this.commands.filter((one) => one.command.startsWith(start.toLowerCase()));
    if (!found.length) { this.hideMenu(); return; }
    this.found = found;
    this.chosen = 0;
    this.menu.replaceChildren(...found.map((one, n) => el('li', {
      role: 'option', id: `${this.id}-o${n}`, 'aria-selected': String(n === 0),
      onmousedown: (event) => { event.preventDefault(); this.pick(n); },
    }, el('b', {}, `/${one.command}`), el('span', {}, one.description))));
    this.menu.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.choose(0);
  }

  hideMenu() {
    this.menu.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  menuKey(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.choose(this.chosen + steps[event.key]);
    else if (event.key === 'Enter') this.pick(this.chosen);
    else if (event.key === 'Tab' && !event.shiftKey) { this.input.value = `/${this.found[this.chosen].command} `; this.typed(); }
    else if (event.key === 'Escape') this.hideMenu();
    else return false;
    event.preventDefault();
    return true;
  }

  choose(n) {
    this.chosen = (n + this.found.length) % this.found.length;
    [...this.menu.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === this.chosen)));
    this.input.setAttribute('aria-activedescendant', `${this.id}-o${this.chosen}`);
    this.menu.children[this.chosen].scrollIntoView({ block: 'nearest' });
  }

  async pick(n) {
    const { command } = this.found[n];
    this.input.value = '';
    const reply_to = this.replied?.id;
    this.typed();
    if (await post(`people/${this.person.id}/text`, { text: `/${command}`, reply_to })) this.replyTo(null);
  }

  // ---------------------------------------------------------------- attachments

  toggleSheet() {
    this.sheet.hidden = !this.sheet.hidden;
    this.hideMenu();
    if (!this.sheet.hidden) this.sheet.querySelector('button').focus();
  }

  hideSheet() {
    this.sheet.hidden = true;
  }

  closeMenus() {
    this.hideMenu();
    this.hideSheet();
  }

  showSheet() {
    const choice = (name, kind) => el('button', { type: 'button', onclick: () => { this.pickers[kind].click(); this.hideSheet(); } }, icon(name), t(`pick_${kind}`));
    this.sheet.replaceChildren(
      choice('image', 'photo'), choice('file', 'file'),
      el('p', {}, t('samples')),
      el('div', { class: 'samples' }, ...SAMPLES.map((name) => el('button', {
        type: 'button', 'data-sample': name, onclick: () => this.addSample(name),
      }, el('img', { src: `samples/${name}.jpg`, alt: '', width: '64', height: '64', loading: 'lazy' }), el('span', {}, t(`sample_${name}`))))));
  }

  async addSample(name) {
    this.hideSheet();
    const response = await fetch(`samples/${name}.jpg`);
    this.add([new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' })], this.asFiles);
  }

  add(files, asFiles) {
    this.asFiles = asFiles || (this.asFiles && this.picked.length > 0);
    for (const file of [...files].slice(0, ALBUM_MAX - this.picked.length)) {
      const url = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
      this.picked.push({ file, url, key: ++numbers });
    }
    this.showPicked();
    this.typed();
    this.input.focus();
  }

  remove(one) {
    if (one.url) URL.revokeObjectURL(one.url);
    this.picked = this.picked.filter((other) => other !== one);
    this.showPicked();
    this.typed();
    this.input.focus();
  }

  clearPicked() {
    for (const one of this.picked) if (one.url) URL.revokeObjectURL(one.url);
    this.picked = [];
    this.asFiles = false;
    this.showPicked();
  }

  showPicked() {
    keyed(this.strip, this.picked, {
      key: (one) => one.key,
      sign: () => document.documentElement.lang,
      make: (one) => el('li', {},
        one.url ? el('img', { src: one.url, alt: one.file.name }) : el('span', { class: 'file-icon' }, icon('file')),
        el('button', { type: 'button', class: 'tool', 'aria-label': t('remove', { name: one.file.name }), onclick: () => this.remove(one) }, icon('close'))),
    });
    this.options.hidden = this.picked.length === 0;
    const box = el('input', { type: 'checkbox', checked: this.asFiles, onchange: (event) => { this.asFiles = event.target.checked; } });
    const total = this.picked.reduce((sum, one) => sum + one.file.size, 0);
    this.options.replaceChildren(
      el('span', {}, `${t('album_count', { n: this.picked.length })} · ${size(total)}`),
      el('label', {}, box, t('as_files')));
    this.input.placeholder = t(this.picked.length ? 'caption' : 'write');
  }

  paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    this.add(files, false);
  }

  dropOn(element) {
    element.append(this.drop);
    let depth = 0;
    const leave = () => { depth = 0; this.drop.hidden = true; };
    element.addEventListener('dragenter', (event) => {
      if (!event.dataTransfer.types.includes('Files')) return;
      depth += 1;
      this.drop.hidden = false;
    });
    element.addEventListener('dragleave', () => { if ((depth -= 1) <= 0) leave(); });
    element.addEventListener('dragover', (event) => event.preventDefault());
    element.addEventListener('drop', (event) => {
      event.preventDefault();
      leave();
      const kind = event.target.closest('[data-kind]')?.dataset.kind;
      if (event.dataTransfer.files.length) this.add(event.dataTransfer.files, kind === 'file');
    });
  }

  // ---------------------------------------------------------------- replies

  replyTo(message) {
    this.replied = message;
    this.showReply();
    if (message) this.input.focus();
  }

  showReply() {
    const message = this.replied;
    this.reply.hidden = message === null;
    if (message === null) { this.reply.replaceChildren(); return; }
    const cancel = el('button', { type: 'button', class: 'tool', 'aria-label': t('cancel_reply'), onclick: () => this.replyTo(null) }, icon('close'));
    this.reply.replaceChildren(icon('reply'),
      message.photo ? el('img', { src: message.photo.shown, alt: '' }) : '',
      el('span', {}, el('b', {}, t('replying_to', { who: t(message.from_bot ? 'said_bot' : 'said_you') })),
        el('span', {}, message.text || (message.photo ? t('photo') : message.file?.name ?? t('file')))),
      cancel);
  }
}

function button(name, onclick) {
  return el('button', { type: 'button', class: `tool ${name}`, onclick }, icon(name));
}

function label(node, text) {
  node.setAttribute('aria-label', text);
  node.title = text;
}

function picker(accept, onpicked) {
  const input = el('input', { type: 'file', accept, multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true' });
  input.addEventListener('change', () => { onpicked(input.files); input.value = ''; });
  return input;
}

function zone(kind) {
  return el('div', { 'data-kind': kind }, icon(kind === 'photo' ? 'image' : 'file'), el('span'));
}
