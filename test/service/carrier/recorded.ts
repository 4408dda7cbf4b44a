import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Fields that differ from run to run: keys, nonces, codes, serial numbers, times and the bytes of sealed sessions; and
 * the sentences, which are no part of the protocol.
 */
const CHANGING: ReadonlySet<string> = new Set([
  'key',
  'nonce',
  'signature',
  'relay',
  'ticket',
  'token',
  'serial',
  'expiresMs',
  'text',
  'next',
]);

const SERVICE: ReadonlySet<string> = new Set([
  'identity',
  'entered',
  'standing',
  'release',
  'notice',
  'step',
  'done',
  'refused',
]);

/**
 * Returns the lines of a conversation that are the same in every run, each `END type {fields}`. The number of
 * messages with bytes depends on the pace, so that a run of them is one line.
 */
export function linesOf(log: readonly string[]): string[] {
  const lines: string[] = [];
  for (const text of log) {
    const { type, ...fields } = JSON.parse(text) as { readonly type: string } & Record<string, unknown>;
    if (type === 'bytes') {
      const line = `both bytes ${Object.keys(fields).sort().join(' ')}`;
      if (lines.at(-1) !== line) lines.push(line);
      continue;
    }
    const steady = Object.entries(fields).map(([name, value]) => {
      const isChanging = CHANGING.has(name) || (name === 'code' && type !== 'refused');
      return [name, isChanging && value !== null ? `<${name}>` : value];
    });
    const end = type === 'beat' ? 'both' : SERVICE.has(type) ? 'service' : 'relay';
    lines.push(`${end} ${type} ${JSON.stringify(Object.fromEntries(steady))}`);
  }
  return lines;
}

/**
 * The conversations that version 0.2 had, recorded from its code. They are added to with PASSFOB_ADD_GOLDEN=1, and
 * never edited: relays and agents in the field cannot be edited either.
 */
export function recorded(name: string, lines: readonly string[]): readonly string[] {
  const path = new URL(`earlier/${name}.json`, import.meta.url);
  if (!existsSync(path) && process.env.PASSFOB_ADD_GOLDEN === '1')
    writeFileSync(path, `${JSON.stringify(lines, undefined, 2)}\n`);
  return JSON.parse(readFileSync(path, 'utf8')) as string[];
}
