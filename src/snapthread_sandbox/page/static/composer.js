// Where a person writes: text, with images and files, as a reply, or a command.
import { post } from './api.js';
import { el, icon } from './dom.js';
import { Menu } from './menu.js';
import { Picked } from './picked.js';
import { Recorder } from './recorder.js';
import { t } from './texts.js';

const HEIGHT_MAX = 168;
const TOUCH = matchMedia('(pointer: coarse)');

export class Composer {
  constructor(person, id = person.id) {
    this.person = person;
    this.place = () => ({}); // of a group: which chat, and which topic
    this.replied = null;
    this.edited = null;
    this.sending = Promise.resolve(); // one after the other, in the order in which they were sent
    this.input = el('textarea', { rows: '1', autocomplete: 'off', enterkeyhint: TOUCH.matches ? 'enter' : 'send' });
    this.menu = new Menu(`menu-${id}`, this.input, (command) => this.sendCommand(command));
    this.picked = new Picked(() => { this.typed(); this.input.focus(); });
    this.attach = button('attach', () => this.toggleSheet());
    this.slash = button('menu', () => this.toggleMenu());
    this.recorder = new Recorder(() => this.showMic(), (file) => this.sendVoice(file));
    this.mic = button('mic', () => this.recorder.toggle());
    this.sendButton = el('button', { type: 'submit', class: 'tool send' }, icon('send'));
    this.reply = el('div', { class: 'replying', hidden: true });
    const { sheet, strip, options, pickers } = this.picked;
    this.element = el('form', { class: 'composer' },
      this.menu.element, sheet, this.reply, strip, options,
      el('div', { class: 'row' }, this.attach, this.slash, this.input, this.mic, this.sendButton),
      pickers.photo, pickers.file);
    this.listen();
  }

  listen() {
    this.element.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    this.element.addEventListener('focusout', (event) => { if (!this.element.contains(event.relatedTarget)) this.closeMenus(); });
    this.element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !this.picked.sheet.hidden) { this.closeMenus(); this.attach.focus(); }
    });
    this.input.addEventListener('input', () => this.typed());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('paste', (event) => this.picked.paste(event));
  }

  dropOn(element) {
    this.picked.dropOn(element);
  }

  translate() {
    this.input.setAttribute('aria-label', t('write'));
    label(this.attach, t('attach'));
    label(this.slash, t('commands'));
    label(this.sendButton, t('send'));
    this.showMic();
    this.menu.translate();
    this.picked.translate();
    this.showReply();
    this.typed();
  }

  // On a phone the keyboard would cover half of the page.
  focus() {
    if (!TOUCH.matches) this.input.focus({ preventScroll: true });
  }

  update({ commands }) {
    this.menu.commands = commands;
    this.slash.hidden = commands.length === 0;
  }

  // ---------------------------------------------------------------- sending

  say(text, reply_to) {
    this.closeMenus();
    return post(`people/${this.person.id}/text`, { text, reply_to, ...this.place() });
  }

  async sendCommand(command) {
    this.input.value = '';
    this.typed();
    if (await this.say(`/${command}`, this.replied?.id)) this.replyTo(null);
  }

  // What is written meanwhile is the next message: nothing of it is lost, and nothing waits for it.
  send() {
    if (!this.input.value.trim() && !this.picked.all.length && !this.edited?.photo) return;
    const taken = this.take();
    this.sending = this.sending.then(() => post(...taken.request)).then((wasSent) => wasSent || this.putBack(taken));
  }

  take() {
    const { edited, replied } = this;
    const text = this.input.value.trim();
    const request = this.request(text);
    const { files, asFiles } = this.picked.take();
    this.input.value = '';
    this.edited = this.replied = null;
    this.showReply();
    this.typed();
    this.closeMenus();
    return { text, edited, replied, files, asFiles, request };
  }

  putBack({ text, edited, replied, files, asFiles }) {
    this.input.value = [text, this.input.value].filter(Boolean).join('\n');
    if (!this.edited && !this.replied) Object.assign(this, { edited, replied });
    if (files.length) this.picked.add(files, asFiles);
    this.showReply();
    this.typed();
  }

  request(text) {
    const person = `people/${this.person.id}`;
    if (this.picked.all.length) return [`${person}/media`, this.form(text)];
    if (this.edited) return [`${person}/edit`, { message: this.edited.id, text, ...this.place() }];
    return [`${person}/text`, { text, reply_to: this.replied?.id, ...this.place() }];
  }

  showMic() {
    const isOn = this.recorder.media !== null;
    this.mic.classList.toggle('is-on', isOn);
    this.mic.setAttribute('aria-pressed', String(isOn));
    label(this.mic, t(isOn ? 'record_end' : 'record'));
  }

  async sendVoice(file) {
    const form = new FormData();
    form.append('file', file, file.name);
    form.append('as_voice', 'true');
    if (this.replied) form.append('reply_to', this.replied.id);
    for (const [name, value] of Object.entries(this.place())) form.append(name, value);
    if (await post(`people/${this.person.id}/media`, form)) this.replyTo(null);
  }

  form(caption) {
    const form = new FormData();
    this.picked.addTo(form);
    form.append('caption', caption);
    if (this.edited) form.append('edit', this.edited.id); // another photo in its place
    if (this.replied) form.append('reply_to', this.replied.id);
    for (const [name, value] of Object.entries(this.place())) form.append(name, value);
    return form;
  }

  // ---------------------------------------------------------------- keys and menus

  typed() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, HEIGHT_MAX)}px`;
    this.input.placeholder = t(this.picked.all.length ? 'caption' : 'write');
    this.element.classList.toggle('can-send', Boolean(this.input.value.trim() || this.picked.all.length));
    if (/^\/\w*$/.test(this.input.value)) this.menu.show(this.input.value.slice(1));
    else this.menu.hide();
  }

  key(event) {
    if (event.isComposing || (this.menu.isOpen && this.menu.key(event))) return;
    if (event.key === 'Escape' && (this.replied || this.edited)) this.cancel();
    if (event.key === 'Enter' && !event.shiftKey && !TOUCH.matches) { event.preventDefault(); this.send(); }
  }

  toggleMenu() {
    if (this.menu.isOpen) { this.menu.hide(); return; }
    this.closeMenus();
    this.input.value = '/';
    this.input.focus();
    this.typed();
  }

  toggleSheet() {
    const { sheet } = this.picked;
    this.menu.hide();
    sheet.hidden = !sheet.hidden;
    if (!sheet.hidden) sheet.querySelector('button').focus();
  }

  closeMenus() {
    this.menu.hide();
    this.picked.sheet.hidden = true;
  }

  // ---------------------------------------------------------------- replies

  replyTo(message) {
    if (this.edited) this.input.value = '';
    if (this.edited) this.picked.clear();
    this.edited = null;
    this.replied = message;
    this.showReply();
    this.typed();
    if (message) this.input.focus();
  }

  edit(message) {
    this.replied = null;
    this.picked.clear();
    this.edited = message;
    this.input.value = message.text;
    this.showReply();
    this.typed();
    this.input.focus();
  }

  cancel() {
    this.replyTo(null);
  }

  showReply() {
    const message = this.edited ?? this.replied;
    this.reply.hidden = message === null;
    if (message === null) { this.reply.replaceChildren(); return; }
    const isEdit = this.edited !== null;
    const cancel = el('button', { type: 'button', class: 'tool', 'aria-label': t(isEdit ? 'cancel_edit' : 'cancel_reply'), onclick: () => this.cancel() }, icon('close'));
    this.reply.replaceChildren(icon(isEdit ? 'edit' : 'reply'),
      message.photo ? el('img', { src: message.photo.shown, alt: '' }) : '',
      el('span', {}, el('b', {}, isEdit ? t(message.photo ? 'editing_photo' : 'editing') : t('replying_to', { who: t(message.from_bot ? 'said_bot' : 'said_you') })),
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
