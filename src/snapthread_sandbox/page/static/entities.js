// A text with its Bot API entities → DOM nodes. Offsets count UTF-16 units, as JavaScript's do.
import { el } from './dom.js';
import { t } from './texts.js';

const SAFE = /^(https?|mailto|tel|tg):/i;

export function formatted(text, entities, { onCommand } = {}) {
  const sorted = entities
    .filter((entity) => entity.length > 0)
    .map((entity) => ({ ...entity, end: entity.offset + entity.length }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end);
  return nodes(text, sorted, 0, text.length, { onCommand });
}

// The same for the first `units` of the text.
export function beginning(text, entities, units) {
  const cut = [];
  for (const entity of entities) {
    if (entity.offset >= units) continue;
    cut.push({ ...entity, length: Math.min(entity.length, units - entity.offset) });
  }
  return formatted(text.slice(0, units), cut);
}

function nodes(text, entities, from, to, acts) {
  const made = [];
  let at = from;
  for (let i = 0; i < entities.length; i++) {
    const entity = entities[i];
    if (entity.offset < at) continue; // it crosses one that was there first
    const end = Math.min(entity.end, to);
    const inside = entities.slice(i + 1).filter((one) => one.offset >= entity.offset && one.end <= end);
    if (entity.offset > at) made.push(text.slice(at, entity.offset));
    made.push(wrapped(entity, text.slice(entity.offset, end), nodes(text, inside, entity.offset, end, acts), acts));
    at = end;
  }
  if (at < to) made.push(text.slice(at, to));
  return made;
}

const TAGS = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code' };

function wrapped(entity, raw, children, { onCommand }) {
  const tag = TAGS[entity.type];
  if (tag) return el(tag, {}, ...children);
  switch (entity.type) {
    case 'pre':
      return el('figure', { class: 'pre' },
        entity.language ? el('figcaption', {}, entity.language) : null,
        el('pre', { tabindex: '0' }, el('code', {}, ...children)));
    case 'blockquote':
      return el('blockquote', {}, ...children);
    case 'expandable_blockquote':
      return el('details', { class: 'quote' }, el('summary', {}, raw.split('\n')[0]), el('blockquote', {}, ...children));
    case 'spoiler':
      return spoiler(children);
    case 'text_link':
      return link(entity.url, children);
    case 'url':
      return link(/^[a-z]+:/i.test(raw) ? raw : `http://${raw}`, children);
    case 'email':
      return link(`mailto:${raw}`, children);
    case 'phone_number':
      return link(`tel:${raw.replace(/[^+\d]/g, '')}`, children);
    case 'bot_command':
      return onCommand
        ? el('button', { type: 'button', class: 'link', onclick: () => onCommand(raw) }, ...children)
        : el('span', { class: 'mention' }, ...children);
    case 'mention':
    case 'text_mention':
    case 'hashtag':
    case 'cashtag':
      return el('span', { class: 'mention' }, ...children);
    default:
      return el('span', {}, ...children);
  }
}

function link(url, children) {
  if (!SAFE.test(url)) return el('span', {}, ...children);
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer', title: url }, ...children);
}

function spoiler(children) {
  const hidden = el('span', { class: 'spoiler', role: 'button', tabindex: '0', 'aria-label': t('spoiler') }, ...children);
  const show = (event) => {
    if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    hidden.className = 'spoiler is-open';
    for (const name of ['role', 'tabindex', 'aria-label']) hidden.removeAttribute(name);
  };
  hidden.addEventListener('click', show, { once: true });
  hidden.addEventListener('keydown', show);
  return hidden;
}
