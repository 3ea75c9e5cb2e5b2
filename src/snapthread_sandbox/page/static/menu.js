// The menu of commands above the field: what is typed narrows it, arrows and Enter choose.
import { el } from './dom.js';
import { t } from './texts.js';

export class Menu {
  // `choose(command)` sends one.
  constructor(id, input, choose) {
    this.id = id;
    this.input = input;
    this.send = choose;
    this.commands = [];
    this.found = [];
    this.chosen = 0;
    this.element = el('ul', { class: 'menu', id, role: 'listbox', hidden: true });
    for (const [name, value] of Object.entries({ 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': id })) {
      input.setAttribute(name, value);
    }
  }

  translate() {
    this.element.setAttribute('aria-label', t('commands'));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  show(start) {
    this.found = this.commands.filter((one) => one.command.startsWith(start.toLowerCase()));
    if (!this.found.length) { this.hide(); return; }
    this.element.replaceChildren(...this.found.map((one, n) => el('li', {
      role: 'option', id: `${this.id}-${n}`,
      onmousedown: (event) => { event.preventDefault(); this.send(one.command); },
    }, el('b', {}, `/${one.command}`), el('span', {}, one.description))));
    this.element.hidden = false;
    this.mark(0);
  }

  hide() {
    this.element.hidden = true;
    this.input.removeAttribute('aria-activedescendant');
  }

  // Whether the key was for the menu.
  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const { command } = this.found[this.chosen];
    if (event.key in steps) this.mark(this.chosen + steps[event.key]);
    else if (event.key === 'Enter') this.send(command);
    else if (event.key === 'Tab' && !event.shiftKey) { this.input.value = `/${command} `; this.hide(); }
    else if (event.key === 'Escape') this.hide();
    else return false;
    event.preventDefault();
    return true;
  }

  mark(n) {
    this.chosen = (n + this.found.length) % this.found.length;
    [...this.element.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === this.chosen)));
    this.input.setAttribute('aria-activedescendant', `${this.id}-${this.chosen}`);
    this.element.children[this.chosen].scrollIntoView({ block: 'nearest' });
  }
}
