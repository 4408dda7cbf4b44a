/**
 * SSD1306 display controller, 128 × 64 (Solomon Systech data sheet): memory, addressing modes and the commands that
 * change the picture. The module is wired so that segment remap A1 with COM scan C8 is upright. Scrolling, fading and
 * COM pin configuration (0xDA) have no effect here.
 */

import type { Bitmap } from '../../base/fob.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH } from '../../base/limits.ts';
import type { Randomness } from '../../base/randomness.ts';
import type { I2cPart } from './i2c-part.ts';

const PAGES = DISPLAY_HEIGHT / 8;
const LAST_COLUMN = DISPLAY_WIDTH - 1;
const LAST_ROW = DISPLAY_HEIGHT - 1;

const CONTINUATION = 0x80;
const IS_DATA = 0x40;

/** Returns the number of bytes that follow a command byte (data sheet §9, command table). */
function parameters(command: number): number {
  switch (command) {
    case 0x21:
    case 0x22:
    case 0xa3:
      return 2;
    case 0x26:
    case 0x27:
      return 6;
    case 0x29:
    case 0x2a:
      return 5;
    case 0x20:
    case 0x81:
    case 0x8d:
    case 0xa8:
    case 0xd3:
    case 0xd5:
    case 0xd9:
    case 0xda:
    case 0xdb:
      return 1;
    default:
      return 0;
  }
}

/** Registers, as they are after a reset (data sheet §9 and §10). */
class Registers {
  on = false;
  pump = false;
  horizontal = false;
  vertical = false;
  columnStart = 0;
  columnEnd = LAST_COLUMN;
  pageStart = 0;
  pageEnd = PAGES - 1;
  column = 0;
  page = 0;
  startLine = 0;
  offset = 0;
  rows = DISPLAY_HEIGHT;
  remapped = false;
  upward = false;
  inverted = false;
  allOn = false;
  contrast = 0x7f;
}

export class Ssd1306 implements I2cPart {
  readonly address = 0x3c;
  readonly name = 'SSD1306';
  readonly #randomness: () => Randomness;
  readonly #changed: (pixelsArrived: boolean) => void;
  #state = new Registers();
  /** One byte per segment and page: the lowest bit is the uppermost row. */
  #memory: Uint8Array = new Uint8Array(DISPLAY_WIDTH * PAGES);
  /** Whether a picture that was taken shares memory and registers: they are copied before they change. */
  #isShared = false;
  /** Bytes of a command whose parameters are not complete. */
  readonly #command = [0, 0, 0, 0, 0, 0, 0];
  #commandBytes = 0;

  /**
   * `changed` is called after every transfer, with whether it carried pixels. `randomness` fills the memory at power
   * on.
   */
  constructor(options: { randomness(): Randomness; changed(pixelsArrived: boolean): void }) {
    this.#randomness = options.randomness;
    this.#changed = options.changed;
  }

  ready(): boolean {
    return true;
  }

  powerOn(): void {
    this.#isShared = false;
    this.#state = new Registers();
    this.#commandBytes = 0;
    this.#memory = this.#randomness().bytes(this.#memory.length);
  }

  powerOff(): void {
    this.#copyIfShared();
    this.#state = new Registers();
    this.#memory.fill(0);
    this.#changed(false);
  }

  /** Whether the panel is lit: it must be switched on and needs its charge pump (0x8D 0x14). */
  get on(): boolean {
    return this.#state.on && this.#state.pump;
  }

  /** 0 to 255. */
  get contrast(): number {
    return this.#state.contrast;
  }

  /** Returns status bytes: bit 6 is set while the display is off (data sheet §8.1.1). */
  read(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, this.startRead());
  }

  startRead(): () => number {
    return () => (this.#state.on ? 0 : 0x40);
  }

  write(bytes: Uint8Array): void {
    this.#copyIfShared();
    let pixels = false;
    for (let at = 0; at < bytes.length; ) {
      const control = bytes[at++] ?? 0;
      const length = control & CONTINUATION ? 1 : bytes.length - at;
      const end = Math.min(at + length, bytes.length);
      pixels ||= (control & IS_DATA) !== 0 && length > 0;
      if (control & IS_DATA) this.#pixelsIn(bytes, at, end);
      else for (let next = at; next < end; next++) this.#commandIn(bytes[next] ?? 0);
      at = end;
    }
    this.#changed(pixels);
  }

  #pixelsIn(bytes: Uint8Array, from: number, end: number): void {
    const state = this.#state;
    let at = from;
    while (at < end) {
      const { column, page, remapped } = state;
      // To the end of its row: all columns but the last, after which page or column begin anew.
      const last = state.horizontal && column <= state.columnEnd ? state.columnEnd : LAST_COLUMN;
      const count = state.vertical ? 0 : Math.min(end - at, last - column);
      const row = page * DISPLAY_WIDTH;
      for (let nth = 0; nth < count; nth++) {
        const segment = remapped ? LAST_COLUMN - column - nth : column + nth;
        this.#memory[row + segment] = bytes[at + nth] ?? 0;
      }
      state.column += count;
      at += count;
      if (at < end) this.#pixelIn(bytes[at++] ?? 0);
    }
  }

  #pixelIn(byte: number): void {
    const state = this.#state;
    const segment = state.remapped ? LAST_COLUMN - state.column : state.column;
    this.#memory[state.page * DISPLAY_WIDTH + segment] = byte;
    if (state.vertical) this.#nextVertical();
    else this.#nextHorizontal();
  }

  #nextHorizontal(): void {
    const state = this.#state;
    if (!state.horizontal) {
      state.column = (state.column + 1) & LAST_COLUMN;
    } else if (state.column !== state.columnEnd) {
      state.column = (state.column + 1) & LAST_COLUMN;
    } else {
      state.column = state.columnStart;
      state.page = state.page === state.pageEnd ? state.pageStart : (state.page + 1) & (PAGES - 1);
    }
  }

  #nextVertical(): void {
    const state = this.#state;
    if (state.page !== state.pageEnd) {
      state.page = (state.page + 1) & (PAGES - 1);
    } else {
      state.page = state.pageStart;
      state.column = state.column === state.columnEnd ? state.columnStart : (state.column + 1) & LAST_COLUMN;
    }
  }

  #commandIn(byte: number): void {
    this.#command[this.#commandBytes++] = byte;
    const command = this.#command[0] ?? 0;
    const given = this.#commandBytes - 1;
    if (given < parameters(command)) return;
    this.#commandBytes = 0;
    const first = given > 0 ? (this.#command[1] ?? 0) : 0;
    const second = given > 1 ? (this.#command[2] ?? 0) : 0;
    if (command < 0x20) this.#setColumnNibble(command);
    else if (command >= 0x40 && command <= 0x7f) this.#state.startLine = command & LAST_ROW;
    else if (command >= 0xb0 && command <= 0xb7) this.#state.page = command & (PAGES - 1);
    else if (command < 0xa0) this.#execute(command, first, second);
    else this.#executeHardware(command, first);
  }

  #setColumnNibble(command: number): void {
    const state = this.#state;
    state.column =
      command < 0x10 ? (state.column & 0x70) | (command & 15) : (state.column & 15) | ((command & 7) << 4);
  }

  #execute(command: number, first: number, second: number): void {
    const state = this.#state;
    if (command === 0x20) {
      state.horizontal = (first & 3) === 0;
      state.vertical = (first & 3) === 1;
    } else if (command === 0x21) {
      state.columnStart = state.column = first & LAST_COLUMN;
      state.columnEnd = second & LAST_COLUMN;
    } else if (command === 0x22) {
      state.pageStart = state.page = first & (PAGES - 1);
      state.pageEnd = second & (PAGES - 1);
    } else if (command === 0x81) {
      state.contrast = first;
    } else if (command === 0x8d) {
      state.pump = (first & 0x04) !== 0;
    }
  }

  #executeHardware(command: number, first: number): void {
    const state = this.#state;
    if (command === 0xa0 || command === 0xa1) state.remapped = command === 0xa1;
    else if (command === 0xa4 || command === 0xa5) state.allOn = command === 0xa5;
    else if (command === 0xa6 || command === 0xa7) state.inverted = command === 0xa7;
    else if (command === 0xa8) state.rows = Math.max(16, (first & LAST_ROW) + 1);
    else if (command === 0xae || command === 0xaf) state.on = command === 0xaf;
    else if (command >= 0xc0 && command <= 0xcf) state.upward = command >= 0xc8;
    else if (command === 0xd3) state.offset = first & LAST_ROW;
  }

  /**
   * Takes the picture as a person sees it who holds the module, as if it were lit. The returned function makes its pixels,
   * which few ask for.
   */
  picture(): () => Bitmap {
    this.#isShared = true;
    const memory = this.#memory;
    const state = this.#state;
    return () => pictureOf(memory, state);
  }

  /** Copies memory and registers before they change, where a picture shares them. */
  #copyIfShared(): void {
    if (!this.#isShared) return;
    this.#isShared = false;
    this.#memory = this.#memory.slice();
    this.#state = Object.assign(new Registers(), this.#state);
  }

  bitmap(): Bitmap {
    return pictureOf(this.#memory, this.#state);
  }
}

function pictureOf(memory: Uint8Array, state: Readonly<Registers>): Bitmap {
  const pixels = new Uint8Array(DISPLAY_WIDTH * DISPLAY_HEIGHT);
  for (let row = 0; row < state.rows; row++) {
    const line = (row + state.startLine) & LAST_ROW;
    const com = (row - state.offset) & LAST_ROW;
    const y = state.upward ? com : LAST_ROW - com;
    for (let x = 0; x < DISPLAY_WIDTH; x++) {
      const byte = memory[(line >> 3) * DISPLAY_WIDTH + (LAST_COLUMN - x)] ?? 0;
      const stored = (byte >> (line & 7)) & 1;
      pixels[y * DISPLAY_WIDTH + x] = state.allOn ? 1 : stored ^ (state.inverted ? 1 : 0);
    }
  }
  return { width: DISPLAY_WIDTH, height: DISPLAY_HEIGHT, pixels };
}
