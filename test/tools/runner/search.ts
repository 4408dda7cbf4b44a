import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Spelling, spellings, squeeze } from './spellings.ts';

/** Where a secret was found, and in which spelling; never the secret. */
export interface Finding {
  readonly file: string;
  readonly offset: number;
  readonly kind: string;
}

/** What the search covered: a search over nothing proves nothing, so it is reported. */
export interface SearchResult {
  readonly findings: Finding[];
  readonly secrets: number;
  readonly files: number;
  readonly bytes: number;
}

/** Every spelling starts with a prefix of this length, by which places in a text are sorted out; the shortest secret. */
const PREFIX = 6;
const FILTER_BITS = 22;
const FILTER_MASK = (1 << FILTER_BITS) - 1;

/** Places of spellings in texts, found in one pass however many spellings there are. */
class Index {
  private readonly byPrefix = new Map<string, Spelling[]>();
  private readonly filter = new Uint8Array(FILTER_MASK + 1);

  add(spelling: Spelling): void {
    if (spelling.text.length < PREFIX) return;
    const prefix = spelling.text.slice(0, PREFIX);
    const bucket = this.byPrefix.get(prefix);
    if (bucket === undefined) this.byPrefix.set(prefix, [spelling]);
    else if (!bucket.some(other => other.text === spelling.text)) bucket.push(spelling);
    this.filter[hashAt(spelling.text, 0)] = 1;
  }

  find(text: string): { offset: number; kind: string }[] {
    const found: { offset: number; kind: string }[] = [];
    for (let offset = 0; offset + PREFIX <= text.length; offset++) {
      if (this.filter[hashAt(text, offset)] !== 1) continue;
      const bucket = this.byPrefix.get(text.slice(offset, offset + PREFIX)) ?? [];
      const hit = bucket.find(
        ({ text: sought }) => text.startsWith(sought, offset) && standsAlone(text, offset, sought),
      );
      if (hit !== undefined) found.push({ offset, kind: hit.kind });
    }
    return found;
  }
}

/** What a person types is short, and turns up by chance inside long runs of hexadecimal: there it is not itself. */
const SHORT = /^[0-9A-Fa-f]{1,9}$/;
const RUN = /[0-9A-Fa-f]/;
/** Nor is it in how long a test took. */
const DURATION = /^ms\b/;

function standsAlone(text: string, offset: number, sought: string): boolean {
  if (!SHORT.test(sought)) return true;
  const end = offset + sought.length;
  if (/^\d+$/.test(sought) && DURATION.test(text.slice(end, end + 3))) return false;
  return !RUN.test(text.charAt(offset - 1)) && !RUN.test(text.charAt(offset + sought.length));
}

function hashAt(text: string, at: number): number {
  const low =
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24);
  const high = text.charCodeAt(at + 4) | (text.charCodeAt(at + 5) << 8);
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - FILTER_BITS);
}

/** The secrets recorded by `secret()` (`kit/secrets.ts`), each once. */
export function readSecrets(path: string): (Uint8Array | string)[] {
  const lines = new Set(readFileSync(path, 'utf8').split('\n').filter(Boolean));
  return [...lines].map(line => {
    const record = JSON.parse(line) as { text?: string; bytes?: string };
    return record.text ?? Buffer.from(record.bytes ?? '', 'base64');
  });
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Searches every file under `directory` for every spelling of every secret.
 *
 * @param secrets values as `readSecrets` gives them
 */
export function searchFiles(directory: string, secrets: readonly (Uint8Array | string)[]): SearchResult {
  const exact = new Index();
  const bare = new Index();
  for (const value of secrets)
    for (const spelling of spellings(value)) (spelling.squeezed ? bare : exact).add(spelling);
  const findings: Finding[] = [];
  let bytes = 0;
  const files = filesUnder(directory);
  for (const path of files) {
    const text = readFileSync(path, 'latin1');
    bytes += text.length;
    const file = relative(directory, path);
    const here = new Map(exact.find(text).map(found => [found.offset, found.kind]));
    const { text: squeezed, offsets } = squeeze(text);
    for (const { offset, kind } of bare.find(squeezed)) {
      const at = offsets[offset] ?? 0;
      if (!here.has(at)) here.set(at, kind);
    }
    findings.push(...[...here].map(([offset, kind]) => ({ file, offset, kind })));
  }
  return { findings, secrets: secrets.length, files: files.length, bytes };
}
