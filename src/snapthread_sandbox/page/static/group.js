// One group, as a messenger shows it: several people, topics, and who of them you are.
import { ChatPane, avatar } from './chat.js';
import { el, icon } from './dom.js';
import { t } from './texts.js';

const GENERAL = 1;

export class GroupPane extends ChatPane {
  constructor(group, lightbox, changed) {
    super(group.members[0], lightbox, group.id);
    this.group = group;
    this.changed = changed;
    this.thread = group.topics.at(-1)?.id ?? GENERAL;
    this.heading.textContent = group.name;
    this.bar.hidden = false;
    this.element.classList.add('is-group');
    this.composer.place = () => ({ chat: this.group.id, thread: this.thread });
    this.translate();
  }

  title() {
    return [el('span', { class: 'face group', 'aria-hidden': 'true' }, icon('both')), el('span', {}, this.group.name)];
  }

  isOwn(message) {
    return message.sender?.id === this.person.id;
  }

  who(message) {
    if (message.from_bot) return t('said_bot');
    return this.isOwn(message) ? t('said_you') : message.sender?.name ?? message.name;
  }

  name(message) {
    const note = message.only_for ? el('small', {}, ` ${t('only_you_see')}`) : null;
    if (this.isOwn(message)) return null;
    return el('b', { class: `who p${(message.sender.id) % 5}` }, this.who(message), note);
  }

  messages({ messages }) {
    return messages.filter((one) => one.thread === this.thread && (!one.only_for || one.only_for === this.person.id));
  }

  translate() {
    super.translate();
    if (!this.group) return; // while it is being made
    this.element.setAttribute('aria-label', t('group', { name: this.group.name }));
    this.showBar();
  }

  update(state) {
    this.group = state.group ?? this.group;
    this.username = state.status.bot.username ?? this.username;
    const member = this.group.members.find((one) => one.id === this.person.id);
    super.update({ ...state, person: member ?? this.person });
    const bar = JSON.stringify([this.group.topics, this.username]);
    if (bar !== this.barShown) { this.barShown = bar; this.showBar(); }
  }

  // ---------------------------------------------------------------- who, and where

  showBar() {
    const chip = (isOn, act, ...content) => el('button', { type: 'button', class: 'chip', 'aria-pressed': String(isOn), onclick: act }, ...content);
    this.bar.replaceChildren(
      el('div', { class: 'chips', role: 'group', 'aria-label': t('topics') }, ...this.group.topics.map((topic) =>
        chip(topic.id === this.thread, () => this.goTo(topic.id), `# ${topic.name}`))),
      el('div', { class: 'chips', role: 'group', 'aria-label': t('you_speak_as') }, ...this.group.members.map((one) =>
        chip(one.id === this.person.id, () => this.become(one), avatar(one), el('span', {}, one.name)))),
      this.username ? el('button', { type: 'button', class: 'chip mention', onclick: () => this.mention() }, `@${this.username}`) : '');
    this.you.replaceChildren(avatar(this.person), el('span', {}, t('you_are', { name: this.person.name })));
  }

  become(member) {
    this.person = this.composer.person = member;
    this.composer.replyTo(null);
    this.again();
    this.changed();
  }

  goTo(thread) {
    this.thread = thread;
    this.composer.replyTo(null);
    this.again();
  }

  again() {
    this.list.known?.clear();
    this.list.replaceChildren();
    this.showBar();
    if (this.state) this.update(this.state);
    this.scrollToEnd(false);
    this.composer.focus();
  }

  mention() {
    const { input } = this.composer;
    input.value = `@${this.username} ${input.value}`;
    this.composer.typed();
    input.focus();
  }
}
