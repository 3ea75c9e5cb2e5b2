// What is going to be sent with the text: images and files, picked, pasted, dropped, or samples.
import { el, icon, keyed, toast } from './dom.js';
import { current, size, t } from './texts.js';

const ALBUM_MAX = 10;
const FILES_MAX = 30; // three albums
const SAMPLES = ['sunset', 'lake', 'lemons', 'receipt'];
let numbers = 0;

export class Picked {
  // `changed()` is called whenever something comes or goes.
  constructor(changed) {
    this.changed = changed;
    this.all = [];
    this.asFiles = false;
    this.pickers = { photo: picker('image/*', (files) => this.add(files, false)), file: picker('', (files) => this.add(files, true)) };
    this.sheet = el('div', { class: 'sheet', role: 'group', hidden: true });
    this.strip = el('ul', { class: 'strip' });
    this.options = el('div', { class: 'options', hidden: true });
    this.drop = el('div', { class: 'drop', hidden: true }, zone('photo'), zone('file'));
  }

  translate() {
    this.sheet.setAttribute('aria-label', t('attach'));
    for (const one of this.drop.children) one.lastChild.textContent = t(`drop_${one.dataset.kind}`);
    this.showSheet();
    this.show();
  }

  addTo(form) {
    for (const one of this.all) form.append('file', one.file, one.file.name);
    form.append('as_files', String(this.asFiles));
  }

  add(files, asFiles) {
    this.asFiles = asFiles || (this.asFiles && this.all.length > 0);
    const room = FILES_MAX - this.all.length;
    if (files.length > room) toast(t('too_many_picked', { n: files.length - room }));
    for (const file of [...files].slice(0, room)) {
      const url = file.type.startsWith('image/') ? URL.createObjectURL(file) : null;
      this.all.push({ file, url, key: ++numbers });
    }
    this.show();
    this.changed();
  }

  remove(...gone) {
    for (const one of gone) if (one.url) URL.revokeObjectURL(one.url);
    this.all = this.all.filter((one) => !gone.includes(one));
    this.asFiles &&= this.all.length > 0;
    this.show();
    this.changed();
  }

  clear() {
    this.remove(...this.all);
  }

  take() {
    const taken = { files: this.all.map((one) => one.file), asFiles: this.asFiles };
    this.clear();
    return taken;
  }

  show() {
    keyed(this.strip, this.all, {
      key: (one) => one.key,
      sign: current,
      make: (one) => el('li', {},
        one.url ? el('img', { src: one.url, alt: one.file.name }) : el('span', { class: 'file-icon' }, icon('file')),
        el('button', { type: 'button', class: 'tool', 'aria-label': t('remove', { name: one.file.name }), onclick: () => this.remove(one) }, icon('close'))),
    });
    const total = this.all.reduce((sum, one) => sum + one.file.size, 0);
    const box = el('input', { type: 'checkbox', checked: this.asFiles, onchange: (event) => { this.asFiles = event.target.checked; } });
    this.options.hidden = this.all.length === 0;
    const n = this.all.length;
    const count = n > ALBUM_MAX ? t('albums_count', { n, m: Math.ceil(n / ALBUM_MAX) }) : t('album_count', { n });
    this.options.replaceChildren(
      el('span', {}, `${count} · ${size(total)}`),
      el('label', {}, box, t('as_files')));
  }

  // ---------------------------------------------------------------- where they come from

  showSheet() {
    const choice = (name, kind) => el('button', { type: 'button', onclick: () => { this.pickers[kind].click(); this.sheet.hidden = true; } },
      icon(name), t(`pick_${kind}`));
    this.sheet.replaceChildren(
      choice('image', 'photo'), choice('file', 'file'),
      el('p', {}, t('samples')),
      el('div', { class: 'samples' }, ...SAMPLES.map((name) => el('button', {
        type: 'button', 'data-sample': name, onclick: () => this.addSample(name),
      }, el('img', { src: `samples/${name}.jpg`, alt: '', width: '64', height: '64', loading: 'lazy' }), el('span', {}, t(`sample_${name}`))))));
  }

  async addSample(name) {
    this.sheet.hidden = true;
    const response = await fetch(`samples/${name}.jpg`);
    this.add([new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' })], this.asFiles);
  }

  paste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    this.add(files, false);
  }

  dropOn(element) {
    element.append(this.drop);
    let depth = 0; // each element inside tells of entering and leaving
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
}

function picker(accept, onpicked) {
  const input = el('input', { type: 'file', accept, multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true' });
  input.addEventListener('change', () => { onpicked(input.files); input.value = ''; });
  return input;
}

function zone(kind) {
  return el('div', { 'data-kind': kind }, icon(kind === 'photo' ? 'image' : 'file'), el('span'));
}
