// Every word of the page, in two languages; numbers, times and plurals by Intl.

const EN = {
  demo: 'demo',
  views: 'What to look at',
  chats: 'Chats',
  behind: 'Behind the scenes',
  side_by_side: 'Both people side by side',
  other_language: 'Страница по-русски',
  other_language_short: 'RU',
  theme: 'Light or dark: {now}',
  theme_auto: 'as the system',
  theme_light: 'light',
  theme_dark: 'dark',
  demo_ended: 'The demo has ended. Start it again with “make demo”; this page comes back by itself.',

  chat_of: 'Chat of {name} with Snapthread',
  you_are: 'You are {name}',
  bot: 'bot',
  typing: 'typing',
  bot_down: 'the bot is down; messages wait',
  bot_starting: 'the bot is starting',
  messages: 'Messages',
  said_you: 'You',
  said_bot: 'Snapthread',
  thinking: 'Thinking',
  streaming: 'Snapthread is writing',
  stop: 'Stop',
  reply: 'Reply',
  reply_to: 'Reply to: {what}',
  replying_to: 'In reply to {who}',
  cancel_reply: 'Do not reply',
  photo: 'Photo',
  photo_of: 'Photo {n} of {m}',
  open_photo: 'Open the photo, {w} × {h}',
  file: 'File',
  edited: 'edited',
  sent: 'sent; the bot has not taken it yet',
  taken: 'taken by the bot',
  spoiler: 'Hidden; press to show',
  today: 'Today',
  later: { one: '{n} day later', other: '{n} days later' },
  to_end: 'To the newest message',

  about_title: 'What can this bot do?',
  about: 'Send text and photos, ask about them, reply to them. It remembers the conversation, photos included, until /reset. You see two things here: the chat as people see it, and beside it everything that happens behind.',
  start: 'Start',
  write: 'Message',
  caption: 'Add a caption',
  send: 'Send',
  attach: 'Attach images or files',
  commands: 'Commands',
  pick_photo: 'Photo from this device',
  pick_file: 'File, as it is',
  samples: 'Or a sample',
  sample_sunset: 'Sunset',
  sample_lake: 'Lake',
  sample_lemons: 'Lemons',
  sample_receipt: 'Receipt',
  remove: 'Remove {name}',
  as_files: 'Send as files, unchanged',
  album_count: { one: '{n} image', other: '{n} images, one album' },
  drop_photo: 'Drop to send as photos',
  drop_file: 'Drop to send as files',
  close: 'Close',

  honest_ready: 'Demo model with 135 million parameters: English only, and it makes things up. About images it only tells what can be measured.',
  honest_stand_in: 'A stand-in answers for now. About images it only tells what can be measured.',
  honest_real: 'Real OpenAI answers, at the cost of your key.',

  status: 'What runs',
  s_bot: 'Bot',
  s_model: 'Model',
  s_clock: 'Clock',
  bot_running: 'running, process {pid}',
  bot_is_starting: 'starting …',
  bot_killed: 'killed',
  bot_stopped: 'stopped',
  lives: { one: '{n} life so far', other: '{n} lives so far' },
  model_absent: 'not installed: a stand-in answers. “make demo” installs it.',
  model_installing: 'being installed (120 MB): until then a stand-in answers',
  model_loading: 'being loaded: until then a stand-in answers',
  model_ready: 'offline, English only',
  model_failed: 'not available: a stand-in answers.',
  model_real: 'the real one, at OpenAI',
  clock_now: 'real time',
  clock_ahead: { one: '{n} day ahead', other: '{n} days ahead' },

  break_title: 'Try to break it',
  break_hint: 'Press one, then ask something. Nothing is lost.',
  b_error: 'OpenAI answers 500',
  b_hang: 'OpenAI hangs',
  b_cut: 'Cut the answer off',
  b_kill: 'Kill the bot',
  b_pass: '30 days pass',
  d_error: 'The next question fails once; the bot asks again.',
  d_hang: 'The next question gets no answer; after 60 seconds the bot asks again.',
  d_cut: 'The next answer breaks off in the middle; the bot asks again.',
  d_kill: 'Like kill -9, also in the middle of an answer; it starts again and goes on.',
  d_pass: 'Every clock goes forward: files expire at OpenAI, the bot has to cope.',
  armed: { one: 'Waiting for the next question: {n} fault.', other: 'Waiting for the next questions: {n} faults.' },
  disarm: 'Call off',
  real_time: 'With a real service, time cannot be set.',

  turns_title: 'The turn, step by step',
  turns_empty: 'Write something: each step shows here as it happens.',
  turn_running: 'running',
  turn_done: 'done',
  turn_cut: 'cut off',
  tokens: '{n} → {m} tokens',
  ms: '{n} ms',
  s: '{n} s',
  e_update_accepted: { one: 'Message taken, safe on disk', other: '{n} messages taken, safe on disk' },
  e_image_downloaded: 'Downloaded from Telegram',
  e_image_prepared: 'Prepared for the model',
  e_image_refused: 'Image not usable',
  e_file_intended: 'Upload written down first',
  e_file_uploaded: 'Uploaded to OpenAI',
  e_file_retired: 'File left the conversation',
  e_file_deleted: 'File deleted at OpenAI',
  e_file_restored: 'Vanished photo brought back',
  e_file_settled: 'Unknown uploads looked up',
  e_openai_request_responses: 'Asked the model',
  e_openai_request_files_retrieve: 'Is the file still there?',
  e_model_first_words: 'First words',
  e_turn_done: 'Done',
  e_part_delivered: 'Delivered to Telegram',
  e_part_dropped: 'Not delivered',
  e_assistant_again: 'Asking again soon',
  e_trouble: 'Trouble',
  e_conversation_reset: { one: 'Conversation reset, {n} file to delete', other: 'Conversation reset, {n} files to delete' },
  e_bot_starting: 'Bot starts',
  e_bot_started: 'Bot listens to Telegram',
  e_bot_killed: 'Bot killed (kill -9)',
  e_bot_ended: 'Bot ended by itself',
  e_bot_stopped: 'Bot stopped',
  e_clock_set_forward: { one: '{n} day passed', other: '{n} days passed' },

  files_title: 'Files at OpenAI',
  files_empty: 'None. A photo is uploaded once, and stays as long as the conversation needs it.',
  vanish: 'Delete behind the bot’s back',
  vanish_this: 'Delete {name} behind the bot’s back',
  gone_vanished: 'deleted behind its back',
  gone_deleted: 'deleted by the bot',
  gone_expired: 'expired',
  age: 'here for {age}',
  expires: 'expires in {time}',

  lines_title: 'What the model was sent last',
  lines_empty: 'Nothing since the last /reset. The whole conversation travels with each question; OpenAI keeps none of it.',
  request: 'Request {n}',
  request_ok: 'answered',
  request_status: 'HTTP {n}',
  request_waiting: 'on its way',
  request_dead: 'named a file that is gone',
  request_files: { one: '{n} file', other: '{n} files' },
  instructions: 'Instructions',
  role_user: 'User',
  role_assistant: 'Assistant',

  real_openai_hint: 'The real OpenAI is used: what lies there is not shown here.',
  real_telegram: 'This bot serves the real Telegram as @{name}. Talk to it there; this page shows what happens behind.',

  err_empty: 'There is nothing to send.',
  err_text_too_long: 'The text is too long even for several messages.',
  err_caption_too_long: 'A caption has at most 1024 characters.',
  err_too_many: 'An album has at most 10 images.',
  err_file_too_large: 'This page takes files of up to 50 MB.',
  err_gone: 'That is not there any more.',
  err_real_time: 'With a real service, time cannot be set.',
  err_other: 'That did not work.',
  done_vanish: 'Deleted. The bot does not know; ask about the photo.',
  done_kill: 'Killed. It starts again by itself.',
  done_pass: '30 days have passed.',
};

const RU = {
  demo: 'демо',
  views: 'Что показать',
  chats: 'Чаты',
  behind: 'За кулисами',
  side_by_side: 'Оба человека рядом',
  other_language: 'Page in English',
  other_language_short: 'EN',
  theme: 'Светлая или тёмная: {now}',
  theme_auto: 'как в системе',
  theme_light: 'светлая',
  theme_dark: 'тёмная',
  demo_ended: 'Демо завершено. Запустите его снова командой «make demo» – страница оживёт сама.',

  chat_of: 'Чат {name} со Snapthread',
  you_are: 'Вы – {name}',
  bot: 'бот',
  typing: 'печатает',
  bot_down: 'бот не работает; сообщения ждут',
  bot_starting: 'бот запускается',
  messages: 'Сообщения',
  said_you: 'Вы',
  said_bot: 'Snapthread',
  thinking: 'Думает',
  streaming: 'Snapthread пишет',
  stop: 'Стоп',
  reply: 'Ответить',
  reply_to: 'Ответить на: {what}',
  replying_to: 'В ответ: {who}',
  cancel_reply: 'Не отвечать',
  photo: 'Фото',
  photo_of: 'Фото {n} из {m}',
  open_photo: 'Открыть фото, {w} × {h}',
  file: 'Файл',
  edited: 'изменено',
  sent: 'отправлено; бот ещё не забрал',
  taken: 'бот забрал',
  spoiler: 'Скрыто; нажмите, чтобы показать',
  today: 'Сегодня',
  later: { one: '{n} день спустя', few: '{n} дня спустя', other: '{n} дней спустя' },
  to_end: 'К последнему сообщению',

  about_title: 'Что умеет этот бот?',
  about: 'Присылайте текст и фото, спрашивайте о них, отвечайте на них. Он помнит беседу вместе с фото, пока нет /reset. Здесь видно и чат, каким его видят люди, и рядом всё, что происходит за ним.',
  start: 'Запустить',
  write: 'Сообщение',
  caption: 'Подпись',
  send: 'Отправить',
  attach: 'Прикрепить изображения или файлы',
  commands: 'Команды',
  pick_photo: 'Фото с этого устройства',
  pick_file: 'Файл как есть',
  samples: 'Или пример',
  sample_sunset: 'Закат',
  sample_lake: 'Озеро',
  sample_lemons: 'Лимоны',
  sample_receipt: 'Чек',
  remove: 'Убрать {name}',
  as_files: 'Файлами, без сжатия',
  album_count: { one: '{n} изображение', few: '{n} изображения, один альбом', other: '{n} изображений, один альбом' },
  drop_photo: 'Отпустите: отправить как фото',
  drop_file: 'Отпустите: отправить файлами',
  close: 'Закрыть',

  honest_ready: 'Демо-модель на 135 миллионов параметров: только английский, и она выдумывает. Об изображениях говорится лишь то, что можно измерить.',
  honest_stand_in: 'Пока отвечает замена. Об изображениях она говорит лишь то, что можно измерить.',
  honest_real: 'Отвечает настоящий OpenAI, за счёт вашего ключа.',

  status: 'Что работает',
  s_bot: 'Бот',
  s_model: 'Модель',
  s_clock: 'Часы',
  bot_running: 'работает, процесс {pid}',
  bot_is_starting: 'запускается …',
  bot_killed: 'убит',
  bot_stopped: 'остановлен',
  lives: { one: '{n} жизнь', few: '{n} жизни', other: '{n} жизней' },
  model_absent: 'не установлена: отвечает замена. Её ставит «make demo».',
  model_installing: 'устанавливается (120 МБ): пока отвечает замена',
  model_loading: 'загружается: пока отвечает замена',
  model_ready: 'офлайн, только английский',
  model_failed: 'недоступна: отвечает замена.',
  model_real: 'настоящая, у OpenAI',
  clock_now: 'настоящее время',
  clock_ahead: { one: 'впереди на {n} день', few: 'впереди на {n} дня', other: 'впереди на {n} дней' },

  break_title: 'Попробуйте сломать',
  break_hint: 'Нажмите, потом спросите что-нибудь. Ничего не пропадёт.',
  b_error: 'OpenAI отвечает 500',
  b_hang: 'OpenAI виснет',
  b_cut: 'Оборвать ответ',
  b_kill: 'Убить бота',
  b_pass: 'Проходит 30 дней',
  d_error: 'Следующий вопрос один раз не удастся; бот спросит снова.',
  d_hang: 'Следующий вопрос останется без ответа; через 60 секунд бот спросит снова.',
  d_cut: 'Следующий ответ оборвётся посередине; бот спросит снова.',
  d_kill: 'Как kill -9, хоть посреди ответа; бот запустится и продолжит.',
  d_pass: 'Все часы уходят вперёд: файлы у OpenAI истекают, бот должен справиться.',
  armed: { one: 'Ждёт следующего вопроса: {n} сбой.', few: 'Ждут следующих вопросов: {n} сбоя.', other: 'Ждут следующих вопросов: {n} сбоев.' },
  disarm: 'Отменить',
  real_time: 'С настоящей службой время не перевести.',

  turns_title: 'Ход беседы по шагам',
  turns_empty: 'Напишите что-нибудь: каждый шаг появится здесь.',
  turn_running: 'идёт',
  turn_done: 'готово',
  turn_cut: 'оборван',
  tokens: '{n} → {m} токенов',
  ms: '{n} мс',
  s: '{n} с',
  e_update_accepted: { one: 'Сообщение принято и записано', few: 'Принято и записано: {n} сообщения', other: 'Принято и записано: {n} сообщений' },
  e_image_downloaded: 'Скачано из Telegram',
  e_image_prepared: 'Подготовлено для модели',
  e_image_refused: 'Изображение не годится',
  e_file_intended: 'Загрузка сперва записана',
  e_file_uploaded: 'Загружено в OpenAI',
  e_file_retired: 'Файл покинул беседу',
  e_file_deleted: 'Файл удалён у OpenAI',
  e_file_restored: 'Пропавшее фото восстановлено',
  e_file_settled: 'Неясные загрузки проверены',
  e_openai_request_responses: 'Модель спрошена',
  e_openai_request_files_retrieve: 'Файл ещё там?',
  e_model_first_words: 'Первые слова',
  e_turn_done: 'Готово',
  e_part_delivered: 'Доставлено в Telegram',
  e_part_dropped: 'Не доставлено',
  e_assistant_again: 'Скоро спросит снова',
  e_trouble: 'Затруднение',
  e_conversation_reset: { one: 'Беседа сброшена, удалить {n} файл', few: 'Беседа сброшена, удалить {n} файла', other: 'Беседа сброшена, удалить {n} файлов' },
  e_bot_starting: 'Бот запускается',
  e_bot_started: 'Бот слушает Telegram',
  e_bot_killed: 'Бот убит (kill -9)',
  e_bot_ended: 'Бот завершился сам',
  e_bot_stopped: 'Бот остановлен',
  e_clock_set_forward: { one: 'Прошёл {n} день', few: 'Прошло {n} дня', other: 'Прошло {n} дней' },

  files_title: 'Файлы у OpenAI',
  files_empty: 'Пусто. Фото загружается один раз и лежит, пока нужно беседе.',
  vanish: 'Удалить за спиной бота',
  vanish_this: 'Удалить {name} за спиной бота',
  gone_vanished: 'удалён за спиной',
  gone_deleted: 'удалён ботом',
  gone_expired: 'истёк',
  age: 'лежит {age}',
  expires: 'истекает через {time}',

  lines_title: 'Что модель получила последним',
  lines_empty: 'Ничего с последнего /reset. Вся беседа идёт с каждым вопросом; у OpenAI она не хранится.',
  request: 'Запрос {n}',
  request_ok: 'отвечен',
  request_status: 'HTTP {n}',
  request_waiting: 'в пути',
  request_dead: 'назвал файл, которого нет',
  request_files: { one: '{n} файл', few: '{n} файла', other: '{n} файлов' },
  instructions: 'Указания',
  role_user: 'Человек',
  role_assistant: 'Ассистент',

  real_openai_hint: 'Используется настоящий OpenAI: что лежит там, здесь не видно.',
  real_telegram: 'Этот бот работает в настоящем Telegram как @{name}. Пишите ему там; здесь видно, что происходит за кулисами.',

  err_empty: 'Нечего отправлять.',
  err_text_too_long: 'Текст слишком длинный даже для нескольких сообщений.',
  err_caption_too_long: 'В подписи не больше 1024 знаков.',
  err_too_many: 'В альбоме не больше 10 изображений.',
  err_file_too_large: 'Страница берёт файлы до 50 МБ.',
  err_gone: 'Этого уже нет.',
  err_real_time: 'С настоящей службой время не перевести.',
  err_other: 'Не получилось.',
  done_vanish: 'Удалено. Бот не знает; спросите о фото.',
  done_kill: 'Убит. Запустится сам.',
  done_pass: 'Прошло 30 дней.',
};

const ALL = { en: EN, ru: RU };
let language = 'en';

export const languages = Object.keys(ALL);
export const current = () => language;

export function speak(wanted) {
  language = wanted in ALL ? wanted : 'en';
  document.documentElement.lang = language;
}

export function t(key, values = {}) {
  let text = ALL[language][key];
  if (typeof text === 'object') text = text[plural().select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

export const knows = (key) => key in ALL[language];

// Fills in what stands in the page from the beginning.
export function translate(root = document) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll('[data-label]')) node.setAttribute('aria-label', t(node.dataset.label));
}

const plural = () => new Intl.PluralRules(language);
const number = (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits });

export function duration(ms) {
  if (ms < 1000) return t('ms', { n: number(ms) });
  return t('s', { n: number(ms / 1000, ms < 10000 ? 2 : 1) });
}

export function size(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte'];
  const power = bytes < 1000 ? 0 : bytes < 1e6 ? 1 : 2;
  const format = { style: 'unit', unit: units[power], unitDisplay: 'short', maximumFractionDigits: power === 2 ? 1 : 0 };
  return (bytes / 1000 ** power).toLocaleString(language, format);
}

// The largest unit that fits, as "29 days" or "12 sec".
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const [unit, length] = s >= 172800 ? ['day', 86400] : s >= 7200 ? ['hour', 3600] : s >= 120 ? ['minute', 60] : ['second', 1];
  const unitDisplay = unit === 'day' ? 'long' : 'short';
  return (unit === 'day' ? Math.round(s / length) : Math.floor(s / length)).toLocaleString(language, { style: 'unit', unit, unitDisplay });
}

export const clock = (unixSeconds) =>
  new Date(unixSeconds * 1000).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

export const clockWithSeconds = (unixMs) => new Date(unixMs).toLocaleTimeString(language, { hourCycle: 'h23' });

export function day(unixSeconds, nowSeconds) {
  const date = new Date(unixSeconds * 1000);
  const now = new Date(nowSeconds * 1000);
  if (date.toDateString() === now.toDateString()) return t('today');
  const format = { day: 'numeric', month: 'long' };
  if (date.getFullYear() !== now.getFullYear()) format.year = 'numeric';
  return date.toLocaleDateString(language, format);
}
