import { PACKET_ANSWER } from '@passfob/protocol/limits';
import { FobError } from '../errors.ts';
import { BUILD_NAME_CHARS_MAX, KNOCK_CHARS_MAX, KNOCK_QUIET_MS } from '../limits.ts';
import type { Transport } from './transport.ts';

/**
 * Recognises a fob, and an Espruino, at a port whose USB id does not tell one: a program of others may read there, to
 * which each character is a command. So the port gets a newline and nothing else. A fob answers it by ACK, as any packet
 * (docs/protocol.md, "Packets"); an Espruino by its prompt. No control character is sent: Ctrl-C interrupts the program of a
 * MicroPython, and DLE, which begins a line that Espruino does not echo, brings the last line of its history back.
 */

/** What answered. */
export type Knocked = 'fob' | 'prompt' | 'other' | 'nothing';

export interface KnockPatience {
  readonly answerTimeoutMs: number;
  /** Newlines, the next one only after silence. */
  readonly sendsMax: number;
}

const NEWLINE = '\n';
const ANSWERS = new RegExp(`^${String.fromCharCode(PACKET_ANSWER)}+$`);
/** Late answers of a fob to an earlier program. */
const FRAMES = /~[A-Za-z0-9+/=]*\n/g;
/** Terminal control, by which Espruino redraws its line. */
const CONTROL_SEQUENCE = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;?]*[A-Za-z]`, 'g');
/** Nothing else in its line: MicroPython's prompt is `>>> `, that of many menus has a word. */
const PROMPT = /(?:^|[\r\n])>$/;

/** @throws FobError `unplugged`, `cancelled` */
export async function knock(
  transport: Transport,
  { answerTimeoutMs, sendsMax }: KnockPatience,
  signal?: AbortSignal,
): Promise<Knocked> {
  for (let sends = 0; sends < sendsMax; sends++) {
    const heard = await answerTo(
      transport,
      NEWLINE,
      text => kindOf(text) !== 'other',
      answerTimeoutMs,
      signal,
    );
    const kind = kindOf(heard);
    if (kind !== 'nothing') return kind;
  }
  return 'nothing';
}

/** Says what may be said to the person about a port that is neither fob nor Espruino. */
export function strangerAt(
  name: string,
  next = 'If it is your fob, unplug it, plug it in again and run the command again. If not, name the port of the fob with --device.',
): FobError {
  return new FobError('no-answer', {
    sentence: `Neither a fob nor an Espruino answers at ${name}, whose USB id programs of others have, too.`,
    next,
  });
}

/**
 * Asks an Espruino for the name of its build, in one line of printable characters that another interpreter refuses.
 * @returns `process.env.BOARD`; undefined if what showed a prompt is no Espruino
 * @throws FobError `unplugged`, `cancelled`
 */
export async function buildAtPrompt(
  transport: Transport,
  answerTimeoutMs: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const value = (text: string) => BUILD.exec(plain(text))?.[1];
  const isWhole = (text: string) => value(text) !== undefined && PROMPT.test(plain(text));
  const heard = await answerTo(transport, 'process.env.BOARD\n', isWhole, answerTimeoutMs, signal);
  return value(heard);
}

/** Espruino shows a value after `=`, a string in quotes. */
const BUILD = new RegExp(`[\\r\\n]="([\\w.-]{1,${BUILD_NAME_CHARS_MAX}})"[\\r\\n]`);

function kindOf(heard: string): Knocked {
  const text = plain(heard).replace(FRAMES, '');
  if (text === '') return 'nothing';
  if (ANSWERS.test(text)) return 'fob';
  return PROMPT.test(text) ? 'prompt' : 'other';
}

const plain = (text: string) => text.replace(CONTROL_SEQUENCE, '');

/** Sends a line; returns what came until it is whole and nothing follows, or the time is over. */
function answerTo(
  transport: Transport,
  line: string,
  isWhole: (text: string) => boolean,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    let quiet: ReturnType<typeof setTimeout> | undefined;
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      clearTimeout(quiet);
      stopText();
      stopClose();
      signal?.removeEventListener('abort', cancel);
      finish();
    };
    const cancel = () => settle(() => reject(new FobError('cancelled')));
    const lost = (reason?: unknown) =>
      settle(() => reject(reason ?? new FobError('unplugged', { subject: transport.name })));
    const timer = setTimeout(() => settle(() => resolve(heard)), waitMs);
    const stopText = transport.onText(text => {
      heard = (heard + text).slice(-KNOCK_CHARS_MAX);
      clearTimeout(quiet);
      // The rest of `>>> ` may follow its first character.
      if (isWhole(heard)) quiet = setTimeout(() => settle(() => resolve(heard)), KNOCK_QUIET_MS);
    });
    let stopClose: () => void = () => undefined;
    stopClose = transport.onClose(lost);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    else transport.send(line).catch(lost);
  });
}
