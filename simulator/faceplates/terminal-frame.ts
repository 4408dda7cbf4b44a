import { brailleDots, type CellKind, cellSize, drawCells, halfBlocks } from './cells.ts';
import type { ScreenState } from './control/screen-feed.ts';
import { FRAME_ROWS, TERMINAL_MARGIN_COLUMNS, TERMINAL_MARGIN_ROWS } from './limits.ts';
import { screenLines } from './screen-lines.ts';
import { texts } from './texts.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const KEY_SEPARATOR = ' · ';

/**
 * Returns the lines of the terminal faceplate: the display in a frame, drawn as finely as the window allows (as text
 * if it is too small), the keys, and the notes.
 */
export function terminalFrame(
  state: ScreenState,
  size: TerminalSize,
  notes: readonly string[],
  keys: string = texts.terminalKeys,
): string[] {
  const status = state.powered ? [] : [texts.powerOff];
  const below = [...wrappedKeys(keys, size.columns), ...notes.flatMap(note => wrapped(note, size.columns))];
  const kind = [halfBlocks, brailleDots].find(candidate =>
    fits(candidate, state, size, status.length + below.length),
  );
  const picture = kind
    ? framed(drawCells(kind, shownBitmap(state)))
    : [texts.terminalTooSmall, '', ...screenLines(state)];
  const lines = [...picture, ...(kind ? status : []), ...below];
  return lines.slice(0, size.rows).map(line => [...line].slice(0, size.columns).join(''));
}

/** Breaks the line between two keys where the window is narrow: the last one quits. */
function wrappedKeys(keys: string, columns: number): string[] {
  const lines: string[] = [];
  for (const key of keys.split(KEY_SEPARATOR)) {
    const longer = [...lines.slice(-1), key].join(KEY_SEPARATOR);
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(key);
  }
  return lines;
}

/** Breaks a note, such as a long address, at the edge of the window. */
function wrapped(note: string, columns: number): string[] {
  const letters = [...note];
  const count = Math.max(1, Math.ceil(letters.length / columns));
  return Array.from({ length: count }, (_, line) =>
    letters.slice(line * columns, (line + 1) * columns).join(''),
  );
}

/** @param below lines of text below the frame */
function fits(kind: CellKind, { bitmap }: ScreenState, size: TerminalSize, below: number): boolean {
  const { columns, rows } = cellSize(kind, bitmap);
  const margin = Math.max(TERMINAL_MARGIN_ROWS, FRAME_ROWS + below);
  return columns + TERMINAL_MARGIN_COLUMNS <= size.columns && rows + margin <= size.rows;
}

/** A display that is off is dark, whatever its memory holds. */
function shownBitmap({ on, bitmap }: ScreenState): ScreenState['bitmap'] {
  return on ? bitmap : { ...bitmap, pixels: new Uint8Array(bitmap.pixels.length) };
}

function framed(lines: readonly string[]): string[] {
  const edge = '─'.repeat([...(lines[0] ?? '')].length);
  return [`╭${edge}╮`, ...lines.map(line => `│${line}│`), `╰${edge}╯`];
}
