// Elements without a framework. Text goes in as text nodes only: nothing here parses HTML.

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (name === 'class') node.className = value;
  else if (name === 'vars') for (const [key, each] of Object.entries(value)) node.style.setProperty(key, each);
  else node.setAttribute(name, value === true ? '' : value);
}

// Makes `parent` hold one element for each item, in order; an element stays while its item does.
export function keyed(parent, items, { key, make, sign = JSON.stringify }) {
  const known = (parent.known ??= new Map());
  const wanted = new Set();
  let place = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const signature = sign(item);
    wanted.add(id);
    let entry = known.get(id);
    if (!entry || entry.signature !== signature) {
      const node = make(item, Boolean(entry));
      if (entry) {
        if (entry.node === place) place = node;
        entry.node.replaceWith(node);
      }
      entry = { node, signature };
      known.set(id, entry);
    }
    if (entry.node === place) place = place.nextElementSibling;
    else parent.insertBefore(entry.node, place);
  }
  for (const [id, entry] of known) {
    if (wanted.has(id)) continue;
    entry.node.remove();
    known.delete(id);
  }
}

const ICONS = {
  attach: 'M20.5 11.5 12 20a5.2 5.2 0 0 1-7.4-7.4l8.8-8.8a3.5 3.5 0 0 1 5 5l-8.7 8.6a1.7 1.7 0 0 1-2.5-2.4l7.9-7.9',
  send: 'M3.4 20.4 21 12 3.4 3.6 3.4 10l11 2-11 2z',
  menu: 'M15.5 4 8.5 20',
  close: 'M6 6l12 12M18 6 6 18',
  edit: 'M4.5 19.5l1-4.2L16 4.8a1.9 1.9 0 0 1 2.7 0l.5.5a1.9 1.9 0 0 1 0 2.7L8.7 18.5zM14.3 6.5l3.2 3.2',
  reply: 'M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19',
  file: 'M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5',
  image: 'M5 4h14a1.5 1.5 0 0 1 1.5 1.5v13A1.5 1.5 0 0 1 19 20H5a1.5 1.5 0 0 1-1.5-1.5v-13A1.5 1.5 0 0 1 5 4zM4 17l5-5.5 4 4 3-3 4 4.5M15.5 9.2v.1',
  sun: 'M12 7.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM12 2v2.2M12 19.8V22M4.9 4.9l1.6 1.6M17.5 17.5l1.6 1.6M2 12h2.2M19.8 12H22M4.9 19.1l1.6-1.6M17.5 6.5l1.6-1.6',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  auto: 'M12 3.5a8.5 8.5 0 1 1 0 17zM12 3.5a8.5 8.5 0 1 0 0 17z',
  both: 'M4 5.5h6.5v13H4zM13.5 5.5H20v13h-6.5z',
  stop: 'M7 7h10v10H7z',
  down: 'M6 9.5l6 6 6-6',
  scissors: 'M20 4 8.2 15.8M14.4 14.4 20 20M8.2 8.2 12 12M8.5 6.3a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM8.5 17.7a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
  bolt: 'M13 2.5 4.5 13.5H11L10 21.5l9-11.5h-6.5z',
  hourglass: 'M6.5 3h11M6.5 21h11M8 3v3.5L12 12l-4 5.5V21M16 3v3.5L12 12l4 5.5V21',
  skull: 'M12 3a8 8 0 0 0-5 14.2V20h10v-2.8A8 8 0 0 0 12 3zM9 11.4v.2M15 11.4v.2M10.5 20v-2.5M13.5 20v-2.5',
  calendar: 'M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 3.5v4M15.5 3.5v4',
  cut: 'M3 7.5h18M3 12h8M3 16.5h5M14 15l5 5M19 15l-5 5',
  tick: 'M4 12.5l5 5L20 6.5',
  ticks: 'M1.5 12.5l5 5L17 6.5M11.5 16.5l1 1L23 6.5',
  open: 'M9 5h10v10M19 5 6 18',
  mic: 'M12 3.5a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0V6A2.5 2.5 0 0 1 12 3.5zM6 11a6 6 0 0 0 12 0M12 17v3.5',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon i-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(path);
  return svg;
}

export function toast(text) {
  const place = document.querySelector('.toast');
  place.textContent = text;
  place.classList.add('is-shown');
  clearTimeout(place.timer);
  place.timer = setTimeout(() => place.classList.remove('is-shown'), 4200);
}
