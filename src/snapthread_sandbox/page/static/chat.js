// One chat, as a messenger shows it.
import { post } from './api.js';
import { Composer } from './composer.js';
import { el, icon, keyed } from './dom.js';
import { beginning, formatted } from './entities.js';
import { clock, day, size, t } from './texts.js';

const NEAR_END = 120; // pixels: who is that close wants to see what comes
const DAY_S = 86400;
const CALM = matchMedia('(prefers-reduced-motion: reduce)');

export class ChatPane {
  constructor(person, lightbox, id = person.id) {
    this.person = person;
    this.id = id;
    this.lightbox = lightbox;
    this.shown = 0; // of the draft, in UTF-16 units
    this.draft = null;
    this.list = el('ol', { class: 'list' });
    this.live = el('div', { class: 'live' });
    this.log = el('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0' }, this.list);
    this.scroller = el('div', { class: 'scroller' }, this.log, this.live);
    this.toEnd = el('button', { type: 'button', class: 'tool to-end', hidden: true, onclick: () => this.scrollToEnd(true) }, icon('down'));
    this.status = el('span', { class: 'bot-status' });
    this.you = el('span', { class: 'you' });
    this.honest = el('p', { class: 'honest', role: 'note' });
    this.down = el('p', { class: 'down', hidden: true }); // where the head is not shown
    this.composer = new Composer(person, id);
    this.element = el('section', { class: 'chat', id: `view-${id}` },
      el('header', { class: 'chat-head' },
        el('img', { class: 'avatar', src: 'logo.svg', alt: '', width: '40', height: '40' }),
        el('div', { class: 'chat-name' }, this.heading = el('h2', {}, 'Snapthread'), this.status),
        this.you),
      this.bar = el('div', { class: 'group-bar', hidden: true }), this.honest, this.down, this.scroller, this.toEnd, this.composer.element);
    this.wasAtEnd = true;
    this.scroller.addEventListener('scroll', () => {
      this.wasAtEnd = this.isAtEnd();
      this.toEnd.hidden = this.wasAtEnd;
    }, { passive: true });
    // A composer that grows takes room away: who saw the newest message still does.
    new ResizeObserver(() => { if (this.wasAtEnd) this.scrollToEnd(false); }).observe(this.scroller);
    this.composer.dropOn(this.element);
    this.translate();
  }

  title() {
    return [avatar(this.person), el('span', {}, this.person.name)];
  }

  isOwn(message) {
    return !message.from_bot;
  }

  // Whose words: a name where several people talk.
  who(message) {
    return t(message.from_bot ? 'said_bot' : 'said_you');
  }

  // What of the chat is shown.
  messages(chat) {
    return chat.messages;
  }

  translate() {
    this.element.setAttribute('aria-label', t('chat_of', { name: this.person.name }));
    this.log.setAttribute('aria-label', t('messages'));
    this.toEnd.setAttribute('aria-label', t('to_end'));
    this.you.replaceChildren(avatar(this.person), el('span', {}, t('you_are', { name: this.person.name })));
    this.list.known?.clear();
    this.list.replaceChildren();
    this.composer.translate();
    if (this.state) this.update(this.state);
  }

  update(state) {
    const wasAtEnd = this.isAtEnd();
    const before = this.state?.chat.messages.length ?? 0;
    this.state = state;
    const { chat, live, status, nowS } = state;
    const messages = this.messages(chat);
    this.showHead(live, status);
    this.composer.update(state.person);
    keyed(this.list, items(messages, live.waiting, nowS, chat.is_new), {
      key: (item) => item.key,
      sign: (item) => item.signature,
      make: (item, again) => this.make(item, again),
    });
    this.showLive(live);
    const said = messages.at(-1);
    const isOwn = chat.messages.length > before && said && this.isOwn(said);
    if (wasAtEnd || isOwn) this.scrollToEnd(false);
  }

  showHead(live, status) {
    const bot = status.bot.state;
    const is_typing = live.action !== null || live.draft !== null;
    const down = bot === 'starting' ? t('bot_starting') : bot === 'running' ? '' : t('bot_down');
    this.status.textContent = down || (is_typing ? t('typing') : t('bot'));
    this.status.className = `bot-status ${down ? 'is-down' : is_typing ? 'is-typing' : ''}`;
    this.down.hidden = !down;
    this.down.textContent = down;
    const standing = status.model.standing;
    this.honest.textContent = t(standing === 'real' ? 'honest_real' : standing === 'ready' ? 'honest_ready' : 'honest_stand_in')
      + (standing === 'installing' || standing === 'loading' ? ` (${status.model.name}: ${t(`model_${standing}`)})` : '');
  }

  make(item, again) {
    if (item.kind === 'day') return el('li', { class: 'day' }, el('span', {}, item.text));
    if (item.kind === 'about') return about(() => this.composer.say('/start'));
    const [first] = item.messages;
    const whose = this.isOwn(first) ? 'out' : 'in';
    const followsDraft = first.from_bot && this.draft !== null;
    const moves = again || followsDraft || CALM.matches ? '' : 'is-new';
    return el('li', { class: `message ${whose} ${item.isLast ? 'is-last' : ''} ${moves}`, 'data-id': first.id },
      this.bubble(item),
      el('button', { type: 'button', class: 'reply-button tool', 'aria-label': t('reply_to', { what: title(first) }),
        onclick: () => this.composer.replyTo(first) }, icon('reply')),
      !this.isOwn(first) || item.messages.some((message) => message.file && !message.text) ? null
        : el('button', { type: 'button', class: 'reply-button tool', 'aria-label': t('edit_this', { what: title(first) }),
          onclick: () => this.composer.edit(item.messages.find((message) => message.text) ?? first) }, icon('edit')));
  }

  bubble(item) {
    const { messages } = item;
    const [first] = messages;
    const photos = messages.filter((message) => message.photo);
    const text = messages.map((message) => message.text).find(Boolean) ?? '';
    const owner = messages.find((message) => message.text) ?? first;
    const last = messages.at(-1);
    const isBare = photos.length > 0 && !text && !first.reply;
    const bubble = el('div', { class: `bubble ${last.edited ? 'is-edited' : ''} ${photos.length ? 'has-photos' : ''} ${isBare ? 'is-bare' : ''}` },
      el('span', { class: 'sr' }, `${this.who(first)}: `),
      this.name(first),
      first.reply ? this.quote(first.reply) : null,
      photos.length ? this.photos(photos) : null,
      ...messages.filter((message) => message.file).map(fileCard),
      text ? el('div', { class: 'text' }, ...formatted(text, owner.entities, { onCommand: (command) => this.composer.say(command) })) : null,
      meta(last, item.isWaiting, this.isOwn(last) && !this.group));
    bubble.addEventListener('dblclick', (event) => {
      if (event.target.closest('button, a')) return;
      getSelection()?.removeAllRanges();
      this.composer.replyTo(first);
    });
    if (!last.buttons.length) return bubble;
    return el('div', { class: 'with-buttons' }, bubble, this.buttons(last));
  }

  name() {
    return null;
  }

  buttons(message) {
    return el('div', { class: 'inline-buttons' }, ...message.buttons.map((row, r) =>
      el('div', {}, ...row.map((button, c) => button.url
        ? el('a', { href: button.url, target: '_blank', rel: 'noopener noreferrer' }, button.text)
        : el('button', { type: 'button', onclick: () => post(`people/${this.person.id}/press`, { message: message.id, row: r, column: c, ...this.composer.place() }) }, button.text)))));
  }

  quote(reply) {
    const who = this.who(reply);
    return el('button', { type: 'button', class: 'quoted', onclick: () => this.flash(reply.id) },
      reply.thumb ? el('img', { src: reply.thumb, alt: '' }) : null,
      el('span', {}, el('b', {}, who), el('span', {}, reply.text || (reply.thumb ? t('photo') : reply.file ?? t('file')))));
  }

  photos(photos) {
    const count = photos.length;
    return el('div', { class: `photos n${Math.min(count, 5)}` }, ...photos.map((message, n) => {
      const { photo } = message;
      const alt = count > 1 ? t('photo_of', { n: n + 1, m: count }) : t('photo');
      const vars = count === 1 ? { '--ratio': `${photo.width} / ${photo.height}`, '--w': `${photo.width}px` } : {};
      return el('button', { type: 'button', vars, 'aria-label': `${alt}. ${t('open_photo', { w: photo.width, h: photo.height })}`,
        onclick: () => this.lightbox(photo.url, alt) },
      el('img', { src: photo.shown, alt, width: photo.width, height: photo.height, onload: () => { if (this.sticks) this.scrollToEnd(false); } }));
    }));
  }

  flash(id) {
    const found = this.list.querySelector(`[data-id="${Number(id)}"]`);
    if (!found) return;
    found.scrollIntoView({ block: 'center', behavior: CALM.matches ? 'auto' : 'smooth' });
    found.classList.add('is-flashed');
    setTimeout(() => found.classList.remove('is-flashed'), 1400);
  }

  // ---------------------------------------------------------------- what is being written

  showLive(live) {
    const { draft, action } = live;
    if (draft === null) {
      this.draft = null;
      this.live.replaceChildren(...(action === null ? [] : [dots()]));
      return;
    }
    if (this.draft === null || this.draft.id !== draft.id) {
      this.shown = 0;
      this.text = el('div', { class: 'text', 'aria-hidden': 'true' });
      const stop = draft.can_stop
        ? el('button', { type: 'button', class: 'stop-button', onclick: () => post(`people/${this.person.id}/stop`) }, icon('stop'), t('stop'))
        : null;
      this.live.replaceChildren(el('div', { class: 'message in is-last is-draft' },
        el('div', { class: 'with-buttons' },
          el('div', { class: 'bubble' }, el('span', { class: 'sr' }, t('streaming')), this.text),
          stop)));
    }
    this.draft = draft;
    if (this.shown > draft.text.length) this.shown = 0;
    this.grow();
  }

  // Drafts come in steps; the text grows between them, as in the real clients.
  grow() {
    cancelAnimationFrame(this.frame);
    const { draft } = this;
    if (draft === null) return;
    if (!draft.text) {
      this.text.replaceChildren(t('thinking'), el('span', { class: 'dots' }, el('i'), el('i'), el('i')));
      return;
    }
    const left = draft.text.length - this.shown;
    this.shown = CALM.matches ? draft.text.length : this.shown + Math.ceil(left / 14);
    const wasAtEnd = this.isAtEnd();
    this.text.replaceChildren(...beginning(draft.text, draft.entities, this.shown));
    if (wasAtEnd) this.scrollToEnd(false);
    if (this.shown < draft.text.length) this.frame = requestAnimationFrame(() => this.grow());
  }

  // ---------------------------------------------------------------- scrolling

  isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  scrollToEnd(smoothly) {
    this.sticks = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smoothly && !CALM.matches ? 'smooth' : 'auto' });
    clearTimeout(this.sticking);
    this.sticking = setTimeout(() => { this.sticks = false; }, 1500);
  }
}

export function avatar(person) {
  return el('span', { class: `face p${person.id % 5}`, 'aria-hidden': 'true' }, person.name.slice(0, 1));
}

function title(message) {
  return message.text.slice(0, 60) || (message.photo ? t('photo') : message.file?.name ?? t('file'));
}

// Messages → what stands in the list: days between them, albums as one.
function items(messages, waiting, nowS, isNew) {
  const made = isNew ? [{ kind: 'about', key: 'about', signature: 'about' }] : [];
  let before = null;
  for (const message of messages) {
    const date = day(message.date, nowS);
    if (before === null || day(before.date, nowS) !== date) made.push(dayItem(before, message, date));
    const open = made.at(-1);
    if (message.album && open.kind === 'message' && open.messages[0].album === message.album) open.messages.push(message);
    else made.push({ kind: 'message', key: `m${message.id}`, messages: [message] });
    before = message;
  }
  made.forEach((item, n) => {
    if (item.kind !== 'message') return;
    const next = made[n + 1];
    item.isLast = next?.kind !== 'message' || speaker(next.messages[0]) !== speaker(item.messages[0]);
    item.isWaiting = item.messages.some((message) => waiting.includes(message.id));
    item.signature = JSON.stringify([item.messages, item.isLast, item.isWaiting]);
  });
  return made;
}

function speaker(message) {
  return message.sender?.id ?? message.from_bot;
}

function dayItem(before, message, date) {
  const days = before === null ? 0 : Math.round((message.date - before.date) / DAY_S);
  const text = days >= 2 ? `${t('later', { n: days })} · ${date}` : date;
  return { kind: 'day', key: `d${message.id}`, text, signature: text };
}

function meta(message, isWaiting, hasTicks) {
  const ticks = !hasTicks ? null
    : el('span', { class: `ticks ${isWaiting ? '' : 'is-taken'}`, title: t(isWaiting ? 'sent' : 'taken') },
      icon(isWaiting ? 'tick' : 'ticks'), el('span', { class: 'sr' }, t(isWaiting ? 'sent' : 'taken')));
  return el('span', { class: 'meta' }, message.edited ? `${t('edited')} ` : null, el('time', {}, clock(message.date)), ticks);
}

function fileCard(message) {
  const { file } = message;
  const isSound = file.seconds !== undefined;
  const isImage = /\.(jpe?g|png|webp|gif)$/i.test(file.name);
  return el('a', { class: 'file-card', href: file.url, download: file.name || true },
    isImage ? el('img', { src: file.url, alt: '' }) : el('span', { class: 'file-icon' }, icon(isSound ? 'mic' : 'file')),
    el('span', {}, el('b', {}, file.name || t(isSound ? 'voice' : 'file')),
      el('small', {}, [isSound ? t('s', { n: file.seconds }) : '', file.size ? size(file.size) : ''].filter(Boolean).join(' · '))));
}

function dots() {
  return el('div', { class: 'message in is-last is-draft' },
    el('div', { class: 'bubble' }, el('span', { class: 'sr' }, t('typing')), el('span', { class: 'dots' }, el('i'), el('i'), el('i'))));
}

function about(start) {
  return el('li', { class: 'about' },
    el('img', { src: 'logo.svg', alt: '', width: '72', height: '72' }),
    el('b', {}, t('about_title')), el('p', {}, t('about')),
    el('button', { type: 'button', class: 'primary', onclick: start }, t('start')));
}
