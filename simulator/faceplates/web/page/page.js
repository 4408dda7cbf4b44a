// The script of the faceplate page. Plain JavaScript with types in comments, checked as strictly as the rest:
// browsers and tests use it directly, without a build.

/**
 * Message of the simulator: the present screen.
 * @typedef {object} ScreenMessage
 * @property {boolean} powered
 * @property {boolean} on
 * @property {string[]} text
 * @property {string[] | null} say lines for a screen reader; null if nothing important changed
 * @property {number} width in pixels
 * @property {number} height in pixels
 * @property {string} bits base64; rows padded to whole bytes, leftmost pixel highest, 1 = lit
 * @property {string[]} planes red, green and blue, each like `bits`; empty for a display without colours
 */

/**
 * Settings that the server wrote into the page: texts and bounds from `texts.ts` and `limits.ts`.
 * @typedef {object} Settings
 * @property {string} connectionLost
 * @property {number} maxScale most CSS pixels for one pixel of the display
 * @property {number} shortPressMs
 * @property {number} reconnectMs
 * @property {number} maxReconnectMs
 */

/** @type {Settings} */
const settings = JSON.parse(document.body.dataset.settings ?? '');

/** A lit and a dark pixel, as red, green, blue, opacity. A dark pixel of an OLED shows the glass behind it. */
const LIT = [214, 236, 255, 255];
const DARK = [0, 0, 0, 0];

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 */
function part(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page lacks ${selector}`);
  return found;
}

const display = part('#display', HTMLCanvasElement);
const bay = part('#bay', HTMLElement);
const power = part('#power', HTMLButtonElement);
const words = part('#words', HTMLElement);
const speech = part('#speech', HTMLElement);
const link = part('#link', HTMLElement);
const keys = [...document.querySelectorAll('button[data-key]')].filter(
  key => key instanceof HTMLButtonElement,
);

/** @type {WebSocket | undefined} */
let socket;
let reconnectMs = settings.reconnectMs;

/** Callbacks that wait for an answer, oldest first: requests are answered in turn. @type {(() => void)[]} */
const unanswered = [];

/**
 * @param {{ do: 'keyDown' | 'keyUp', key: number } | { do: 'cutPower' | 'powerOn' }} request
 * @param {() => void} [answered] called when the simulator has done it, or never will
 */
function ask(request, answered = () => {}) {
  if (socket?.readyState !== WebSocket.OPEN) {
    answered();
    return;
  }
  unanswered.push(answered);
  socket.send(JSON.stringify(request));
}

function connect() {
  const opened = new WebSocket(`ws://${location.host}${location.pathname}fob`);
  socket = opened;
  opened.addEventListener('message', event => {
    /** @type {{ event?: string } & ScreenMessage} */
    const message = JSON.parse(event.data);
    if (message.event === 'screen') show(message);
    else unanswered.shift()?.();
  });
  opened.addEventListener('open', () => {
    reconnectMs = settings.reconnectMs;
    showLink('');
  });
  opened.addEventListener('close', () => {
    for (const answered of unanswered.splice(0)) answered();
    showLink(settings.connectionLost);
    setTimeout(connect, reconnectMs);
    reconnectMs = Math.min(reconnectMs * 2, settings.maxReconnectMs);
  });
}

/** @param {string} trouble the fault of the connection; empty if there is none */
function showLink(trouble) {
  link.textContent = trouble;
  document.body.dataset.connected = String(trouble === '');
  for (const control of [...keys, power]) control.disabled = trouble !== '';
}

/** @param {ScreenMessage} screen */
function show(screen) {
  draw(screen);
  power.ariaChecked = String(screen.powered);
  display.dataset.on = String(screen.on);
  words.textContent = screen.text.join('\n');
  if (screen.say !== null) speech.textContent = screen.say.join('\n');
}

/** @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), character => character.charCodeAt(0));
}

/** @param {ScreenMessage} screen */
function draw({ width, height, bits, planes }) {
  if (display.width !== width || display.height !== height) {
    display.width = width;
    display.height = height;
    scaleDisplay();
  }
  const context = display.getContext('2d');
  if (context === null) return;
  const [packed = new Uint8Array(), ...colours] = [bits, ...planes].map(bytesOf);
  const rowBytes = Math.ceil(width / 8);
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    /** @param {Uint8Array} plane */
    const isSet = plane => ((plane[y * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
    const lit = colours.length > 0 ? [...colours.map(plane => isSet(plane) * 255), 255] : LIT;
    image.data.set(isSet(packed) ? lit : DARK, pixel * 4);
  }
  context.putImageData(image, 0, 0);
}

/** Gives each pixel of the display a whole number of the device's pixels, as many as fit. */
function scaleDisplay() {
  const density = window.devicePixelRatio;
  const room = Math.min(bay.clientWidth / display.width, settings.maxScale);
  const scale = Math.max(1, Math.floor(room * density)) / density;
  display.style.width = `${display.width * scale}px`;
  display.style.height = `${display.height * scale}px`;
}

/**
 * Returns a key of the fob, which its button on the page presses and releases.
 * @param {HTMLButtonElement} button
 */
function keyOf(button) {
  const key = Number(button.dataset.key);
  let isDown = false;
  let isLetGo = false;
  /** When the fob's key went down. @type {number | undefined} */
  let downAt;
  /** @type {number | undefined} */
  let releasing;
  const down = () => {
    if (isDown) return;
    isDown = true;
    isLetGo = false;
    downAt = undefined;
    button.dataset.down = '';
    ask({ do: 'keyDown', key }, () => {
      downAt = performance.now();
      if (isLetGo) up();
    });
  };
  const release = () => {
    clearTimeout(releasing);
    if (!isDown) return;
    isDown = false;
    delete button.dataset.down;
    ask({ do: 'keyUp', key });
  };
  // A tap on a touchpad is shorter than a finger's press, and the fob would take it for a bounce. The same would
  // happen if a busy simulator read both messages at once.
  const up = () => {
    isLetGo = true;
    clearTimeout(releasing);
    if (downAt === undefined) return;
    const leftMs = settings.shortPressMs - (performance.now() - downAt);
    if (leftMs > 0) releasing = setTimeout(release, leftMs);
    else release();
  };
  return { down, up, release, isDown: () => isDown };
}

/** @param {HTMLButtonElement} button */
function makeKey(button) {
  const { down, up, release, isDown } = keyOf(button);
  button.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    down();
    button.setPointerCapture(event.pointerId);
  });
  button.addEventListener('pointerup', up);
  button.addEventListener('lostpointercapture', up);
  button.addEventListener('keydown', event => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    down();
  });
  button.addEventListener('keyup', event => {
    if (event.key === ' ' || event.key === 'Enter') up();
  });
  // Screen readers and voice control send a click without any of the events above. `detail` counts a pointer's
  // clicks.
  button.addEventListener('click', event => {
    if (event.detail !== 0 || isDown()) return;
    down();
    up();
  });
  button.addEventListener('contextmenu', event => event.preventDefault());
  button.addEventListener('blur', up);
  window.addEventListener('pagehide', release);
}

for (const key of keys) makeKey(key);
power.addEventListener('click', () => {
  ask({ do: power.ariaChecked === 'true' ? 'cutPower' : 'powerOn' });
});
new ResizeObserver(scaleDisplay).observe(bay);
connect();
