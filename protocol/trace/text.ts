import type { ItemContent, TraceItem } from './decode.ts';
import type { TraceField } from './fields.ts';
import type { TraceMessage } from './messages.ts';
import type { LeftOut, PowerChange, TraceWay } from './records.ts';

/** Shown before the fields of a sealed message that a given key opened. */
const OPENED = "opened with the test's key";

/** As in the lines of `--trace`: to the fob, from the fob. */
const WAY_SIGNS: Readonly<Record<TraceWay, string>> = { in: '>', out: '<' };

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
      return `${is.frame} ${is.sequence}  ${messageText(is)}`;
    case 'sealed': {
      const head = `sealed ${is.frame} ${is.counter}`;
      return is.opened === undefined
        ? `${head}  ${is.sealedBytes} bytes`
        : `${head}  (${OPENED}) ${messageText(is.opened)}`;
    }
    case 'broken':
      return `broken frame of ${is.chars} characters: ${is.why}`;
    case 'answer':
      return is.count === 1 ? 'ACK' : `ACK × ${is.count}`;
    case 'noise':
      return `text ${JSON.stringify(is.text)}`;
    case 'left-out':
      return `left out: ${is.length} bytes ${leftOutText(is.why)}`;
    default:
      return eventText(is);
  }
}

type Event = Exclude<
  ItemContent,
  { readonly kind: 'frame' | 'sealed' | 'broken' | 'answer' | 'noise' | 'left-out' }
>;

function eventText(is: Event): string {
  switch (is.kind) {
    case 'key':
      return `key ${is.key} ${is.down ? 'down' : 'up'}`;
    case 'power':
      return POWER_TEXTS[is.change];
    case 'screen':
      if (!is.on) return 'screen off';
      return is.text === undefined ? 'screen changed' : `screen ${JSON.stringify(is.text)}`;
    case 'memory':
      return `${is.memory}: ${is.act} ${is.length} bytes at ${is.at}`;
    case 'cut-short':
      return 'the trace ends here: it has reached its limit';
    case 'unknown':
      return `a record of a later version (${is.number})`;
  }
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
