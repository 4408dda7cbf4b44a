import { SHORT_PRESS_MS } from '../../control/limits.ts';
import { MAX_PAGE_RECONNECT_MS, MAX_PAGE_SCALE, PAGE_RECONNECT_MS } from '../../limits.ts';
import { type ControlChannel, type ControlMessage, Requests } from '../../panels/channel.ts';
import type { MeasuredImage } from '../../panels/state.ts';
import { texts } from '../../texts.ts';
import { bytesOfBase64 } from './files.ts';
import { type MountedPanels, mountPanels } from './mount.ts';

/** From `docs/ledger.json`, by the bundler. */
declare const MEASURED_IMAGES: readonly MeasuredImage[];

/** Message of the simulator: the present screen. */
interface ScreenMessage {
  readonly powered: boolean;
  readonly on: boolean;
  readonly text: readonly string[];
  /** Lines for a screen reader; null if nothing important changed. */
  readonly say: readonly string[] | null;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** In base64: rows padded to whole bytes, leftmost pixel highest, 1 = lit. */
  readonly bits: string;
  /** Red, green and blue, each like `bits`; empty for a display without colours. */
  readonly planes: readonly string[];
}

/** A lit and a dark pixel, as red, green, blue, opacity. A dark pixel of an OLED shows the glass behind it. */
const LIT = [214, 236, 255, 255];
const DARK = [0, 0, 0, 0];

function part<T extends Element>(selector: string, kind: new () => T): T {
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

let socket: WebSocket | undefined;
let reconnectMs = PAGE_RECONNECT_MS;

const listeners = new Set<(message: ControlMessage) => void>();

/** The WebSocket as a channel. Requests are lost while it is closed, and each new one begins without a past. */
const channel: ControlChannel = {
  send: message => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  },
  onMessage: listener => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const requests = new Requests(channel, 'key ');
const panels = mountedPanels();

/** In a frame of another page the fob stands alone. */
function mountedPanels(): MountedPanels | undefined {
  const section = part('#panels', HTMLElement);
  if (window.top === window) return mountPanels(section, channel, MEASURED_IMAGES);
  section.remove();
  return undefined;
}

/** Resolves when the simulator has done it, or never will. */
async function ask(request: ControlMessage): Promise<void> {
  if (socket?.readyState !== WebSocket.OPEN) return;
  await requests.ask(request).catch(() => undefined);
}

function connect(): void {
  const opened = new WebSocket(`ws://${location.host}${location.pathname}fob`);
  socket = opened;
  opened.addEventListener('message', event => {
    const message = JSON.parse(event.data) as ControlMessage;
    if (message.event === 'screen') show(message as unknown as ScreenMessage);
    else for (const listener of [...listeners]) listener(message);
  });
  opened.addEventListener('open', () => {
    reconnectMs = PAGE_RECONNECT_MS;
    showLink('');
    panels?.opened();
  });
  opened.addEventListener('close', () => {
    requests.lose(texts.connectionLost);
    panels?.closed();
    showLink(texts.connectionLost);
    setTimeout(connect, reconnectMs);
    reconnectMs = Math.min(reconnectMs * 2, MAX_PAGE_RECONNECT_MS);
  });
}

/** @param trouble the fault of the connection; empty if there is none */
function showLink(trouble: string): void {
  link.textContent = trouble;
  document.body.dataset.connected = String(trouble === '');
  for (const control of [...keys, power]) control.disabled = trouble !== '';
}

function show(screen: ScreenMessage): void {
  draw(screen);
  power.ariaChecked = String(screen.powered);
  display.dataset.on = String(screen.on);
  words.textContent = screen.text.join('\n');
  if (screen.say !== null) speech.textContent = screen.say.join('\n');
}

function draw({ width, height, bits, planes }: ScreenMessage): void {
  if (display.width !== width || display.height !== height) {
    display.width = width;
    display.height = height;
    scaleDisplay();
  }
  const context = display.getContext('2d');
  if (context === null) return;
  const [packed = new Uint8Array(), ...colours] = [bits, ...planes].map(bytesOfBase64);
  const rowBytes = Math.ceil(width / 8);
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const isSet = (plane: Uint8Array) => ((plane[y * rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
    const lit = colours.length > 0 ? [...colours.map(plane => isSet(plane) * 255), 255] : LIT;
    image.data.set(isSet(packed) ? lit : DARK, pixel * 4);
  }
  context.putImageData(image, 0, 0);
}

/** Gives each pixel of the display a whole number of the device's pixels, as many as fit. */
function scaleDisplay(): void {
  const density = window.devicePixelRatio;
  const room = Math.min(bay.clientWidth / display.width, MAX_PAGE_SCALE);
  const scale = Math.max(1, Math.floor(room * density)) / density;
  display.style.width = `${display.width * scale}px`;
  display.style.height = `${display.height * scale}px`;
}

/** Returns a key of the fob, which its button on the page presses and releases. */
function keyOf(button: HTMLButtonElement) {
  const key = Number(button.dataset.key);
  let isDown = false;
  let isLetGo = false;
  /** When the fob's key went down. */
  let downAt: number | undefined;
  let releasing: ReturnType<typeof setTimeout> | undefined;
  const down = () => {
    if (isDown) return;
    isDown = true;
    isLetGo = false;
    downAt = undefined;
    button.dataset.down = '';
    void ask({ do: 'keyDown', key }).then(() => {
      downAt = performance.now();
      if (isLetGo) up();
    });
  };
  const release = () => {
    clearTimeout(releasing);
    if (!isDown) return;
    isDown = false;
    delete button.dataset.down;
    void ask({ do: 'keyUp', key });
  };
  // A tap on a touchpad is shorter than a finger's press, and the fob would take it for a bounce. The same would
  // happen if a busy simulator read both messages at once.
  const up = () => {
    isLetGo = true;
    clearTimeout(releasing);
    if (downAt === undefined) return;
    const leftMs = SHORT_PRESS_MS - (performance.now() - downAt);
    if (leftMs > 0) releasing = setTimeout(release, leftMs);
    else release();
  };
  return { down, up, release, isDown: () => isDown };
}

function makeKey(button: HTMLButtonElement): void {
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
  void ask({ do: power.ariaChecked === 'true' ? 'cutPower' : 'powerOn' });
});
new ResizeObserver(scaleDisplay).observe(bay);
connect();
