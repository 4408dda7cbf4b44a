import { randomBytes } from 'node:crypto';
import { MAC_KEY_BYTES, SEAL_KEY_BYTES, SEAL_KEY_ID_BYTES } from './limits.ts';

const VERSION = 1;
/** `seal`: a key in use; `next`: a key for later use. */
export type KeyPurpose = 'seal' | 'next';

/**
 * The format of a key file: a heading with its version, then a line for each key.
 *
 * `bare`: key id (8 hexadecimal digits) and base64; all keys seal, the last of them is the current one.
 *
 * `purposes`: purpose, key id and base64. `seal` seals, and the last of these is the current one; `next` opens and
 * does not seal yet; `mac` is one key for MACs. Empty lines, comments (`#`) and purposes of later versions are
 * ignored, and kept when the file is rewritten.
 */
export interface KeyTextFormat {
  /** Without the version. */
  readonly heading: string;
  readonly lines: 'bare' | 'purposes';
}

/** The keys of a key file. */
export interface KeyText {
  /** Sealing keys by key id, including `next` keys. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  readonly currentKeyId: string;
  /** A key added for re-keying that seals nothing yet. */
  readonly nextKeyId: string | undefined;
  /** Undefined only in a `bare` file. */
  readonly mac: Uint8Array | undefined;
}

interface Line {
  readonly purpose: string;
  readonly id: string;
  readonly key: Uint8Array;
}

/** @returns the problem if the text cannot be read */
export function parseKeys(format: KeyTextFormat, text: string): KeyText | 'damaged' | 'newer' {
  const [heading = '', ...lines] = text.trimEnd().split('\n');
  const [, version] = new RegExp(`^${format.heading} (\\d+)$`).exec(heading) ?? [];
  if (version === undefined) return 'damaged';
  if (Number(version) !== VERSION) return 'newer';
  const sealing = new Map<string, Uint8Array>();
  const last = new Map<string, string>();
  let mac: Uint8Array | undefined;
  for (const text of lines) {
    const line = format.lines === 'bare' ? bareLine(text) : purposeLine(text);
    if (line === 'passed over') continue;
    if (line === 'damaged') return 'damaged';
    const { purpose, id, key } = line;
    if (purpose === 'mac') {
      if (key.length !== MAC_KEY_BYTES || mac !== undefined) return 'damaged';
      mac = key;
    } else {
      if (key.length !== SEAL_KEY_BYTES || sealing.has(id)) return 'damaged';
      sealing.set(id, key);
      last.set(purpose, id);
    }
  }
  const currentKeyId = last.get('seal');
  if (currentKeyId === undefined || (format.lines === 'purposes') !== (mac !== undefined)) return 'damaged';
  return { sealing, currentKeyId, nextKeyId: last.get('next'), mac };
}

const BARE_ID = new RegExp(`^[\\da-f]{${2 * SEAL_KEY_ID_BYTES}}$`);

function bareLine(line: string): Line | 'damaged' {
  const [id = '', value = '', ...rest] = line.split(' ');
  if (!BARE_ID.test(id) || rest.length > 0) return 'damaged';
  return { purpose: 'seal', id, key: bytesOf(value) };
}

function purposeLine(line: string): Line | 'damaged' | 'passed over' {
  if (line.trim() === '' || line.startsWith('#')) return 'passed over';
  const [purpose = '', id = '', value = '', ...rest] = line.split(' ');
  if (id === '' || value === '' || rest.length > 0) return 'damaged';
  if (['seal', 'next', 'mac'].includes(purpose)) return { purpose, id, key: bytesOf(value) };
  return /^[a-z][a-z-]*$/.test(purpose) ? 'passed over' : 'damaged';
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** Returns the text of a new key file: one key that seals, and one for MACs if the format has it. */
export function newKeyText(format: KeyTextFormat): string {
  const id = newKeyId();
  const mac = `mac ${id} ${randomBytes(MAC_KEY_BYTES).toString('base64')}`;
  const lines = [`${format.heading} ${VERSION}`, sealingLine(format, 'seal', id)];
  return textOf(format.lines === 'bare' ? lines : [...lines, mac]);
}

/**
 * Returns the text with one more sealing key after the others.
 * @param purpose `next` if other programs must get the file before the key is used (`withPromoted`); not for `bare`
 */
export function withKey(format: KeyTextFormat, text: string, purpose: KeyPurpose): string {
  const lines = linesOf(text);
  const taken = lines.map(line => sealingIdOf(format, line));
  let id = newKeyId();
  while (taken.includes(id)) id = newKeyId();
  return textOf([...lines, sealingLine(format, purpose, id)]);
}

/** Returns the text with a `next` key turned into the current one. */
export function withPromoted(format: KeyTextFormat, text: string, keyId: string): string {
  const lines = linesOf(text);
  const isWanted = (line: string) => sealingIdOf(format, line) === keyId;
  const promoted = lines.filter(isWanted).map(line => line.replace(/^next /, 'seal '));
  return textOf([...lines.filter(line => !isWanted(line)), ...promoted]);
}

/** Returns the text with only these of its sealing keys. */
export function withOnly(format: KeyTextFormat, text: string, keyIds: ReadonlySet<string>): string {
  const isKept = (id: string | undefined) => id === undefined || keyIds.has(id);
  return textOf(linesOf(text).filter(line => isKept(sealingIdOf(format, line))));
}

/** Returns the id of a line's sealing key; undefined for any other line. */
function sealingIdOf(format: KeyTextFormat, line: string): string | undefined {
  const parsed = format.lines === 'bare' ? bareLine(line) : purposeLine(line);
  return typeof parsed === 'string' || parsed.purpose === 'mac' ? undefined : parsed.id;
}

function sealingLine(format: KeyTextFormat, purpose: KeyPurpose, id: string): string {
  const line = `${id} ${randomBytes(SEAL_KEY_BYTES).toString('base64')}`;
  return format.lines === 'bare' ? line : `${purpose} ${line}`;
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function newKeyId(): string {
  return randomBytes(SEAL_KEY_ID_BYTES).toString('hex');
}
