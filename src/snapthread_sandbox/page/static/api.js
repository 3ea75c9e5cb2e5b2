// What the page asks of its server; a refusal becomes a sentence.
import { toast } from './dom.js';
import { knows, t } from './texts.js';

export async function post(path, body = {}) {
  const form = body instanceof FormData;
  const init = { method: 'POST', body: form ? body : JSON.stringify(body) };
  try {
    const response = await fetch(`api/${path}`, init);
    const { error = '', note = '' } = await response.json().catch(() => ({}));
    if (note) toast(note);
    if (response.ok) return true;
    toast(t(knows(`err_${error}`) ? `err_${error}` : 'err_other'));
  } catch {
    toast(t('demo_ended'));
  }
  return false;
}
