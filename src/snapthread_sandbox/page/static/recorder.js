// A voice message, recorded here and made plain samples, so that the stand-in can measure it.
import { toast } from './dom.js';
import { t } from './texts.js';

const RATE = 16000;
const HEADER = 44; // bytes of a WAV's beginning

export class Recorder {
  // `changed()` is called when recording begins and ends, `done(file)` with what was recorded.
  constructor(changed, done) {
    this.changed = changed;
    this.done = done;
    this.media = null;
  }

  toggle() {
    if (this.media) this.media.stop();
    else return this.start();
    return null;
  }

  async start() {
    const stream = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
    if (!stream) { toast(t('no_microphone')); return; }
    const parts = [];
    this.media = new MediaRecorder(stream);
    this.media.addEventListener('dataavailable', (event) => parts.push(event.data));
    this.media.addEventListener('stop', () => this.stopped(stream, new Blob(parts)));
    this.media.start();
    this.changed();
  }

  async stopped(stream, blob) {
    for (const track of stream.getTracks()) track.stop();
    this.media = null;
    this.changed();
    const file = await asWav(blob).catch(() => null);
    if (file) this.done(file);
    else toast(t('not_recorded'));
  }
}

async function asWav(blob) {
  const context = new OfflineAudioContext(1, RATE, RATE); // decoding brings it to this rate
  const sound = await context.decodeAudioData(await blob.arrayBuffer());
  const samples = sound.getChannelData(0);
  const view = new DataView(new ArrayBuffer(HEADER + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, HEADER - 8 + 2 * samples.length, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, n) => view.setInt16(HEADER + 2 * n, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new File([view], 'voice.wav', { type: 'audio/wav' });
}
