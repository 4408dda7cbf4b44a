import type { ScreenState } from '@passfob/simulator/display';
import { BYTES_MAX, KEYS_MAX, LINE_CHARS_MAX, LINES_MAX, SIDE_MAX } from '../limits.ts';
import type { FromFob } from './messages.ts';

/** What may stand in a field of a message. */
type Check = (value: unknown) => boolean;

const isFlag: Check = value => typeof value === 'boolean';
const isTime: Check = value => typeof value === 'number' && Number.isFinite(value);
const isBytes = (value: unknown, length?: number): boolean =>
  value instanceof Uint8Array && (length === undefined ? value.length <= BYTES_MAX : value.length === length);
const isWhole = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
const isLine = (value: unknown): boolean => typeof value === 'string' && value.length <= LINE_CHARS_MAX;

function isScreen(value: unknown): boolean {
  const { powered, on, text, bitmap } = (value ?? {}) as Partial<Record<keyof ScreenState, unknown>>;
  if (!isFlag(powered) || !isFlag(on)) return false;
  if (!Array.isArray(text) || text.length > LINES_MAX || !text.every(isLine)) return false;
  const { width, height, pixels, colours } = (bitmap ?? {}) as Record<string, unknown>;
  if (!isWhole(width, SIDE_MAX) || !isWhole(height, SIDE_MAX)) return false;
  return isBytes(pixels, width * height) && (colours === undefined || isBytes(colours, width * height));
}

const CHECKS: { readonly [K in FromFob['tell']]: Readonly<Record<string, Check>> } = {
  ready: { keys: value => isWhole(value, KEYS_MAX) },
  screen: { screen: isScreen },
  bytes: { bytes: value => isBytes(value) },
  time: { nowMs: isTime, behindMs: isTime },
  failed: { why: isLine },
};

/**
 * Checks a message of a worker. The image shares the worker with the simulator, so that its messages are a stranger's.
 * @returns undefined if it is none
 */
export function receivedFrom(value: unknown): FromFob | undefined {
  const message = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const { tell } = message;
  if (typeof tell !== 'string' || !Object.hasOwn(CHECKS, tell)) return undefined;
  const fields = Object.entries(CHECKS[tell as FromFob['tell']]);
  return fields.every(([name, isRight]) => isRight(message[name])) ? (value as FromFob) : undefined;
}
