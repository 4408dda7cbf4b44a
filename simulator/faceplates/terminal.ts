import type { Readable, Writable } from 'node:stream';
import { SHORT_PRESS_MS } from './control/limits.ts';
import { press } from './control/press.ts';
import { type ScreenState, screenFeed } from './control/screen-feed.ts';
import type { ControlTarget } from './control/target.ts';
import { HOLD_MS, MAX_WAITING_KEYS } from './limits.ts';
import { isWorthSaying, screenLines } from './screen-lines.ts';
import { type TerminalSize, terminalFrame } from './terminal-frame.ts';
import { texts } from './texts.ts';

/** The part of `process.stdin` that the faceplate needs. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** The part of `process.stdout` that the faceplate needs; the sizes are those of a terminal. */
export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface TerminalOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** Prints the display's text after each change instead of a drawing. Always so if the output is no terminal. */
  readonly plain?: boolean;
  /** Lines below the display, such as the fob's address. */
  readonly notes?: readonly string[];
}

// ECMA-48 and xterm control sequences.
const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l\x1b[2J';
const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_TO_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/**
 * Shows the fob in a terminal and takes its keys from there: space = short press, `h` or Enter = hold, `n`, `u` and
 * `b` = the other keys of a fob that has them, `p` = power, `q` or Ctrl-C = quit.
 * @returns a function that restores the terminal.
 */
export function terminalFaceplate(target: ControlTarget, options: TerminalOptions): () => void {
  const { input, output, notes = [] } = options;
  const isPlain = options.plain === true || output.isTTY !== true;
  const stopShowing = isPlain ? showPlain(target, output, notes) : showDrawing(target, output, notes);
  const stopTyping = takeKeys(target, input);
  return () => {
    stopTyping();
    stopShowing();
  };
}

function showPlain(target: ControlTarget, output: TerminalOutput, notes: readonly string[]): () => void {
  let said: readonly string[] | undefined;
  output.write([...notes, keysText(target), ''].map(line => `${line}\n`).join(''));
  return screenFeed(target.fob, state => {
    const lines = screenLines(state);
    if (said === undefined || isWorthSaying(said, lines)) {
      output.write(`${lines.map(line => `${line}\n`).join('')}\n`);
    }
    said = lines;
    return true;
  });
}

function showDrawing(target: ControlTarget, output: TerminalOutput, notes: readonly string[]): () => void {
  let state: ScreenState | undefined;
  const draw = () => {
    if (state === undefined) return;
    const { columns = DEFAULT_SIZE.columns, rows = DEFAULT_SIZE.rows } = output;
    const frame = terminalFrame(state, { columns, rows }, notes, keysText(target));
    output.write(HOME + frame.map(line => line + CLEAR_TO_LINE_END).join('\r\n') + CLEAR_BELOW);
  };
  output.write(ENTER_SCREEN);
  output.on('resize', draw);
  const stopFeed = screenFeed(target.fob, now => {
    if (output.writableNeedDrain) return false;
    state = now;
    draw();
    return true;
  });
  return () => {
    stopFeed();
    output.off('resize', draw);
    output.write(LEAVE_SCREEN);
  };
}

function keysText({ fob }: ControlTarget): string {
  return fob.keys > 1 ? texts.terminalTouchKeys : texts.terminalKeys;
}

function takeKeys(target: ControlTarget, input: TerminalInput): () => void {
  const { fob } = target;
  const actions: Readonly<Record<string, () => unknown>> = {
    ' ': () => press(target, 0, SHORT_PRESS_MS),
    h: () => press(target, 0, HOLD_MS),
    '\r': () => press(target, 0, HOLD_MS),
    ...(fob.keys > 1 && {
      n: () => press(target, 1, SHORT_PRESS_MS),
      u: () => press(target, 2, SHORT_PRESS_MS),
      b: () => press(target, 3, SHORT_PRESS_MS),
    }),
    p: () => (fob.powered ? fob.cutPower() : fob.powerOn()),
  };
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const typed = (bytes: Buffer) => {
    for (const character of bytes.toString('latin1')) {
      // Quitting does not wait for a press to end. \x03 and \x04: Ctrl-C and Ctrl-D in raw mode.
      if (character === 'q' || character === '\x03' || character === '\x04') target.quit();
      const action = Object.hasOwn(actions, character) ? actions[character] : undefined;
      if (action === undefined || waiting >= MAX_WAITING_KEYS) continue;
      waiting++;
      turn = turn.then(action).finally(() => waiting--);
    }
  };
  input.on('data', typed);
  if (input.isTTY) input.setRawMode?.(true);
  return () => {
    input.off('data', typed);
    if (input.isTTY) input.setRawMode?.(false);
    input.pause();
  };
}
