import type { ItemContent, TraceItem } from './decode.ts';
import type { TraceField } from './fields.ts';
import type { TraceMessage } from './messages.ts';
import type { LeftOut, PowerChange, TraceWay } from './records.ts';

/** Shown before the fields of a sealed message that a given key opened. */
const OPENED = "opened with the test's key";

/** As in the lines of `--trace`: to the fob, from the fob. */
const WAY_SIGNS: Readonly<Record<TraceWay, string>> = { in: '>', out: '<' };

/** The texts of items, with the names of values in braces. The dissector for Wireshark has the same. */
export const TEXTS = {
  frame: '{frame} {sequence}  {message}',
  sealed: 'sealed {frame} {counter}  {sealedBytes} bytes',
  broken: 'broken frame of {chars} characters: {why}',
  answer: 'ACK{times}',
  noise: 'text {quoted}',
  'left-out': 'left out: {length} bytes {why}',
  key: 'key {key} {down}',
  power: '{change}',
  screen: 'screen {shown}',
  memory: '{memory}: {act} {length} bytes at {at}',
  'cut-short': 'the trace ends here: it has reached its limit',
  unknown: 'a record of a later version ({number})',
} as const satisfies Record<ItemContent['kind'], string>;

/** Why bytes are missing, in words. */
export function leftOutText(why: LeftOut): string {
  switch (why) {
    case 'code-session':
      return 'of a session opened by a pairing code';
    case 'console':
      return 'of the console';
    case 'typed':
      return 'typed by the fob';
    case 'unfinished':
      return 'of a line without an end';
    case 'earlier-session':
      return 'of a session opened before the trace';
  }
}

export const POWER_TEXTS: Readonly<Record<PowerChange, string>> = {
  on: 'power on',
  off: 'power off',
  reset: 'reset',
};

export const KEY_TEXTS = { true: 'down', false: 'up' } as const;

const US_PER_SECOND = 1_000_000;
const PORT_WIDTH = 9;
const TIME_WIDTH = 12;

/** Everything but letters, digits, punctuation, signs and the space: a terminal might obey it. */
const OBEYED = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/** Makes text of others safe to print on any terminal or page: the rest as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(OBEYED, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Formats an item as one line: seconds since `sinceUs`, port, direction, content. */
export function itemLine(item: TraceItem, sinceUs: number): string {
  const seconds = ((item.atUs - sinceUs) / US_PER_SECOND).toFixed(3).padStart(TIME_WIDTH);
  const port = visible(item.port ?? 'fob').padEnd(PORT_WIDTH);
  const way = item.way === undefined ? ' ' : WAY_SIGNS[item.way];
  return `${seconds}  ${port} ${way} ${itemText(item)}`;
}

/** Formats the content of an item. */
export function itemText({ is }: Pick<TraceItem, 'is'>): string {
  return visible(contentText(is));
}

function contentText(is: ItemContent): string {
  switch (is.kind) {
    case 'frame':
      return filled(is, { message: messageText(is) });
    case 'sealed':
      return is.opened === undefined
        ? filled(is)
        : `sealed ${is.frame} ${is.counter}  (${OPENED}) ${messageText(is.opened)}`;
    case 'answer':
      return filled(is, { times: is.count === 1 ? '' : ` × ${is.count}` });
    case 'noise':
      return filled(is, { quoted: JSON.stringify(is.text) });
    case 'left-out':
      return filled(is, { why: leftOutText(is.why) });
    case 'key':
      return filled(is, { down: KEY_TEXTS[`${is.down}`] });
    case 'power':
      return filled(is, { change: POWER_TEXTS[is.change] });
    case 'screen':
      return filled(is, { shown: is.on ? (is.text ? JSON.stringify(is.text) : 'changed') : 'off' });
    default:
      return filled(is);
  }
}

/** The text of an item: its values, and those whose text is another one. */
function filled(is: ItemContent, texts: Readonly<Record<string, string>> = {}): string {
  const values = new Map<string, unknown>([...Object.entries(is), ...Object.entries(texts)]);
  return TEXTS[is.kind].replace(/\{(\w+)\}/g, (_, name) => String(values.get(name)));
}

/** Formats command, refusal and fields: `hello state=owned serial=PF-7Q4M-K2XZ`. */
export function messageText({ command, code, status, refusal, fields, fault }: TraceMessage): string {
  const name = command ?? `command ${code}`;
  const refused = status ? ` refused: ${refusal ?? status}` : '';
  const shown = fields.map(field => ` ${fieldText(field)}`).join('');
  return `${name}${refused}${shown}${fault === undefined ? '' : `  (${fault})`}`;
}

function fieldText({ name, text }: TraceField): string {
  return `${name}=${/[ ]/.test(text) && !text.startsWith('"') ? `(${text})` : text}`;
}
