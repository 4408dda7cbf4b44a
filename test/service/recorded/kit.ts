import crypto from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Office } from '../users/kit.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes what the service shows now; review it before a commit. */
const isUpdate = process.env.PASSFOB_UPDATE_GOLDEN === '1';

/** Random parts of what the service says, each with the name of its placeholder. The first group is replaced. */
const RANDOM: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['QR', /(?<=<div class="qr">\s*)(<svg.*?<\/svg>)/gs],
  ['STRING', /\b(pf1[a-z0-9]{2,}(?:[ \n][a-z0-9]{1,5}(?![a-z0-9]))*)/g],
  ['SECRET', /(?<=id="once-value"[^>]*>\s*<code>)([^<\n]+)/g],
  ['ID', /\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g],
  ['FILE', /(?<=href="data:application\/octet-stream;base64,)([\w+/=]+)/g],
  ['NUMBER', /(?<=<strong class="number">|result asked, number |"number":)(\d+)/g],
  ['FINGERPRINT', /\b((?:[0-9a-f]{4} ){15}[0-9a-f]{4})\b/g],
  ['SECRET', /^([\w-]{32})$/gm],
  ['KEYID', /(?<="keyIds?":\[?")([0-9a-f]{8})(?=")/g],
  ['KEY', /\b(pf[a-z]_[\w-]{20,})/g],
  ['HASH', /\b([0-9a-f]{32,64})\b/g],
  ['VERSION', /(?<=(?:Version <code>|"version": "|, version ))([0-9a-f]{12})\b/g],
  ['RANDOM', /(?<![\w-])((?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{43}|(?<=value=")[\w-]{22,24}(?="))(?![\w-])/g],
  ['SERIAL', /\b((?:PF|FOB)-[0-9a-f]{8}|T-[0-9A-F]{16})\b/g],
  ['SECRET', /(?<=\b(?:value|file|secret)"?: ?")([\w+/=-]{20,})/g],
  ['CODE', /(?<=\b(?:code|question|number)"?: ?")(\d+)/g],
  ['CODE', /(?<=class="(?:compared|question)">)(\d+)/g],
  ['PORT', /(?<=127\.0\.0\.1:|localhost:|"port":|passfob-operator-|passfob-user-)(\d{5})\b/g],
  ['ASSET', /(?<=\/assets\/[\w/.-]+\?v=)([\w-]+)/g],
];

/**
 * What pages and documents repeat in many places, shorter. What is lost are closing tags, and the boxes around fields,
 * buttons and tables.
 */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/ autocapitalize="none" autocorrect="off" spellcheck="false"/g, ' literal'],
  [/ role="(?:cell|row|columnheader|rowgroup)"/g, ' role'],
  [/<time datetime="2027-01-15T08:00:15\.000Z">2027-01-15 08:00:15<\/time>/g, '<now>'],
  [/<div class="message bad" role="alert" tabindex="-1" autofocus>\n/g, '<bad> '],
  [/<td role class="muted" data-empty>–<\/td>/g, '| –'],
  [/<td role(?: data-label="([^"]*)")?(?: class="([^"]*)")?>\n?/g, '| $1 .$2: '],
  [/<th role scope="col">(.*)<\/th>/g, '| $1'],
  [/<option value="([^"]*)"( selected)?>(.*)<\/option>/g, 'o$2 $1: $3'],
  [/<a href="([^"]*)">/g, '<a $1>'],
  [/^<div(?: class="(?:field|title|buttons|actions|table)")?>\n/gm, ''],
  [/^<(?:table|thead|tbody)(?: role(?:="table")?)?>\n/gm, ''],
  [/<dt>(.*)<\/dt>\n<dd>\n?/g, 'dt $1: '],
  [/<input type="hidden" name="csrf" value="CSRF">/g, '<csrf>'],
  [/<input type="hidden" name="(\w+)" value="([^"]*)">/g, '<hidden $1 $2>'],
  [/<input type="(\w+)" id="(\w+)" name="\2"/g, '<$1 $2'],
  [/<(select|textarea)([^>]*) id="(\w+)" name="\3"/g, '<$1 $3$2'],
  [/<label for="(\w+)">/g, 'label $1: '],
  [/<p class="hint" id="(\w+)-hint">/g, 'hint $1: '],
  [/ aria-describedby="(\w+)-hint"/g, ' hint'],
  [/ autocomplete="off"/g, ' off'],
  [/<tr role>/g, 'tr'],
  [/(?:<\/\w+>)+$\n?/gm, '\n'],
  [/\n{2,}(?!===)/g, '\n'],
  [/x{20,}/g, 'x…'],
  [/"?description"?: ("[^"]*")\n *content: \{"application\/problem\+json".*Problem"\}\}\}/g, 'problem $1'],
  [/content: \n *application\/json: \n *schema: ?\n/g, 'json:\n'],
  [/type: "object"\n *additionalProperties: false\n/g, 'object\n'],
  [/"type":"object","additionalProperties":false/g, '"object"'],
  [/"content":\{"application\/json":\{"schema":(\{[^{}]*\})\}\}/g, '"json":$1'],
  [/: \n *problem "/g, ': problem "'],
  [/\{"application\/problem\+json":\{"schema":\{"\$ref":"#\/components\/schemas\/Problem"\}\}\}/g, 'problem'],
  [/\{"description":("[^"]*"),"content":problem\}/g, 'problem $1'],
  [/"\$ref":"#\/components\/schemas\/(\w+)"/g, '"ref":"$1"'],
];

/** Returns a text with its random parts as placeholders, numbered in the order in which they appear. */
export function settled(text: string): string {
  const settledText = RANDOM.reduce((before, [name, pattern]) => {
    const known: string[] = [];
    return before.replace(pattern, (_whole, found: string) => {
      if (!known.includes(found)) known.push(found);
      return `${name}-${known.indexOf(found) + 1}`;
    });
  }, text);
  return SHORTER.reduce((long, [pattern, short]) => long.replace(pattern, short), settledText);
}

/** Returns markup with one element a line. */
export function linesOf(markup: string): string[] {
  return markup
    .replace(/(name="csrf" value=")[^"]*/g, '$1CSRF')
    .replaceAll('><', '>\n<')
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

/** Returns the title of a page, if it has one. */
export const titleIn = (text: string): string[] => text.match(/<title>[^<]*/g)?.slice(0, 1) ?? [];

/** Returns what a page has of its own: the main part, or all where there is none. */
export function mainOf(text: string): string[] {
  return linesOf(/<main[^>]*>(.*)<\/main>/s.exec(text)?.[1] ?? text);
}

/**
 * Makes random identifiers ascend until the scope ends. The clock stands still, so that rows of the same moment are in
 * the order of their identifiers: this way it is the order in which they were made.
 */
export function ascendingIds(): Disposable {
  let made = 0;
  const spy = vi.spyOn(crypto, 'randomUUID').mockImplementation(() => {
    made += 1;
    return `${made.toString(16).padStart(8, '0')}-0000-4000-9000-000000000000` as const;
  });
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      spy.mockRestore();
      syncBuiltinESMExports();
    },
  };
}

/** Returns a JSON value as lines: short parts on one, and repeated long parts as the place of the first. */
export function jsonLines(value: unknown, known = new Map<string, string>(), at = '#', indent = ''): string {
  const whole = JSON.stringify(value);
  if (whole.length <= 140 || typeof value !== 'object' || value === null) return whole;
  const first = known.get(whole);
  if (first !== undefined && whole.length > 180) return `as ${first}`;
  known.set(whole, first ?? at);
  const inner = `${indent} `;
  const parts = Object.entries(value).map(([name, part]) => {
    const title = Array.isArray(value) ? '- ' : `${name}: `;
    return `${inner}${title}${jsonLines(part, known, `${at}/${name}`, inner)}`;
  });
  return ['', ...parts].join('\n');
}

/** What one part of the service says, as a text to read and to compare. */
export class Recording {
  /** The recorded requests: method and path without parameters. */
  readonly asked = new Set<string>();
  readonly #parts: string[] = [];
  readonly #office: Office;
  #lastRow = 0;

  constructor(office: Office) {
    this.#office = office;
  }

  /** Adds a part. Its placeholders are numbered by themselves, so that another part changes none of them. */
  add(title: string, lines: readonly string[]): void {
    this.#parts.push(settled([`=== ${title}`, ...lines, ''].join('\n')));
  }

  /** Returns the audit rows since the last call. */
  async audited(): Promise<string[]> {
    const rows = await this.#office.rows('audit', {}, 'id');
    const fresh = rows.filter(({ id }) => id > this.#lastRow);
    this.#lastRow = rows.at(-1)?.id ?? 0;
    return fresh.map(
      ({ action, subject_kind, subject, detail, actor, role, source }) =>
        `audit: ${action} | ${subject_kind} ${subject} | ${detail} | ${actor} ${role} ${source}`,
    );
  }

  /** Compares everything with a file, or writes the file. */
  compare(name: string, secrets: readonly string[] = []): void {
    const text = this.#parts.join('\n');
    for (const one of secrets) expect(text).not.toContain(one);
    compareGolden(name, text);
  }
}

/** Compares a text with a file of this folder, or writes the file. */
export function compareGolden(name: string, text: string): void {
  const path = join(import.meta.dirname, name);
  if (isUpdate) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
