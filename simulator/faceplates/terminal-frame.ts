import type { ScreenState } from '../control/screen-feed.ts';
import { brailleDots, type CellKind, cellSize, drawCells, halfBlocks } from './cells.ts';
import { TERMINAL_MARGIN_COLUMNS, TERMINAL_MARGIN_ROWS } from './limits.ts';
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
  const kind = [halfBlocks, brailleDots].find(candidate => fits(candidate, state, size));
  const picture = kind
    ? framed(drawCells(kind, shownBitmap(state)))
    : [texts.terminalTooSmall, '', ...screenLines(state)];
  const status = state.powered ? [] : [texts.powerOff];
  const lines = [...picture, ...(kind ? status : []), ...wrappedKeys(keys, size.columns), ...notes];
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

function fits(kind: CellKind, { bitmap }: ScreenState, size: TerminalSize): boolean {
  const { columns, rows } = cellSize(kind, bitmap);
  return columns + TERMINAL_MARGIN_COLUMNS <= size.columns && rows + TERMINAL_MARGIN_ROWS <= size.rows;
}

/** A display that is off is dark, whatever its memory holds. */
function shownBitmap({ on, bitmap }: ScreenState): ScreenState['bitmap'] {
  return on ? bitmap : { ...bitmap, pixels: new Uint8Array(bitmap.pixels.length) };
}

function framed(lines: readonly string[]): string[] {
  const edge = '─'.repeat([...(lines[0] ?? '')].length);
  return [`╭${edge}╮`, ...lines.map(line => `│${line}│`), `╰${edge}╯`];
}
