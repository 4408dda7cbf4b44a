import { type ProjectFile, place } from './files.ts';
import { closing, scan } from './scan.ts';

/** What a rule about words looks for, where, and why it is there. */
export interface WordRule {
  readonly pattern: RegExp;
  readonly why: string;
  /** What is looked at: the whole file, or its code without comments and strings. */
  readonly view: 'text' | 'code';
  readonly applies: (path: string) => boolean;
}

const isCode = (path: string): boolean => /\.(ts|mts|mjs|js)$/.test(path);
const isCore = (path: string): boolean => /^(protocol|firmware\/core)\/.*(?<!\.d)\.ts$/.test(path);
const isTest = (path: string): boolean => path.startsWith('test/');
const anywhere = (): boolean => true;

/** Words are written in two halves here so that this file does not break its own rules. */
const word = (...halves: string[]): string => halves.join('');

const UNFINISHED = [word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X'), word('HA', 'CK')].join('|');
const MACHINE_FOLDERS = [
  ['wo', 'rk'],
  ['fa', 'rm'],
  ['tm', 'p'],
  ['ho', 'me'],
  ['ro', 'ot'],
]
  .map(halves => word(...halves))
  .join('|');

/**
 * A number of the list that the project once began with, which no reader has. A processor has registers up to R15, and an RFC
 * may number what it requires: its own number stands before, with at most a section between (`RFC 4226 §4, R6`).
 */
const REQUIREMENT =
  /(?<!\bRFC \d+(?: §[\d.]+)?,? )(?<!\b[Rr]egisters? [^.\n]{0,40})\bR(?:[1-9]|[12]\d|3[0-7])\b(?!\.\w)/;

const wordRules: readonly WordRule[] = [
  {
    pattern: new RegExp(`\\b(?:${UNFINISHED})\\b`),
    why: 'unfinished work belongs in an issue',
    view: 'text',
    applies: anywhere,
  },
  {
    pattern: new RegExp(`(?<![\\w.~*}\\])-])/(?:${MACHINE_FOLDERS})(?:/|\\b(?![\\w.-]))`),
    why: 'a path of one machine',
    view: 'text',
    applies: anywhere,
  },
  {
    pattern: REQUIREMENT,
    why: 'a number of a requirement that no reader has: say what is required',
    view: 'text',
    applies: anywhere,
  },
  {
    pattern: /(?<!\b(?:Espruino|Raspberry Pi)[\s*]+)(?<!espruino\.com\/)\bPico\b(?! (?:2|H|SDK)\b)/,
    why: 'two makers have a board of this name: say Espruino Pico or Raspberry Pi Pico',
    view: 'text',
    applies: path => !path.endsWith('.patch'),
  },
  {
    pattern: /\bMath\s*\.\s*random\b/,
    why: 'chance comes from a seed or from the system, as an argument',
    view: 'code',
    applies: isCode,
  },
  {
    pattern:
      /\bnew\s+Date\b|(?<![.\w])(?:Date|performance|process|globalThis)\s*[.(]|(?<![.\w])(?:set(?:Timeout|Interval|Immediate)|queueMicrotask|eval|require)\s*\(|(?<![.\w])console\b/,
    why: 'the core reads no clock, sets no timer and prints nothing',
    view: 'code',
    applies: isCore,
  },
  {
    pattern: /(?<![.\w])import\s*\(\s*(?!['"\s])/,
    why: 'the import matrix cannot check a path that is made up at run time',
    view: 'code',
    applies: path => isCode(path) && !isTest(path),
  },
  {
    pattern: /\bexport\s+default\b|\bas\s+default\b/,
    why: 'no default exports',
    view: 'code',
    applies: path => isCode(path) && !/\.config\.(?:ts|mjs)$/.test(path) && !path.includes('/.vitepress/'),
  },
  {
    pattern: /\b(?:test|it|describe|suite)\s*\.\s*only\b|(?<![.\w])(?:fit|fdescribe)\s*\(/,
    why: 'leaves the other tests out',
    view: 'code',
    applies: isTest,
  },
];

/** `path:line: why` for every place in `file` where a rule is broken. */
export function wordsIn(file: ProjectFile, rules = wordRules): string[] {
  const applying = rules.filter(rule => rule.applies(file.path));
  const views = isCode(file.path) ? { text: file.text, ...scan(file.text) } : undefined;
  return applying.flatMap(({ pattern, why, view }) => {
    const text = views?.[view] ?? file.text;
    return [...text.matchAll(new RegExp(pattern, 'g'))].map(match => `${place(file, match.index)}: ${why}`);
  });
}

/** `console` belongs to what talks to a person: the command line, the demo, entry files, the build, the tests. */
export function consoleUses({ path, text }: ProjectFile): number {
  const mayPrint = /^(?:host\/(?:cli|demo)|firmware\/build|test)\/|(?:^|\/)main\.ts$|^\w+\.config\.ts$/.test(
    path,
  );
  return mayPrint || !isCode(path) ? 0 : [...scan(text).code.matchAll(/(?<![.\w])console\s*\./g)].length;
}

/** How often a file tells the compiler or the linter to look away. An expected error in a test is an assertion. */
export function suppressions({ path, text }: ProjectFile): number {
  if (!isCode(path)) return 0;
  const comments =
    word('@ts-', '(?:ignore|nocheck)') + (isTest(path) ? '' : `|${word('@ts-', 'expect-error')}`);
  const inComments = [...text.matchAll(new RegExp(`${comments}|${word('biome', '-ignore')}`, 'g'))].length;
  return inComments + [...scan(text).code.matchAll(/\bas\s+any\b|[:<]\s*any\b(?!\s*[=(])/g)].length;
}

/** Skipped tests whose title does not say what is missing, as `path:line`. */
export function unexplainedSkips(file: ProjectFile): string[] {
  const { code, strings } = scan(file.text);
  return [...code.matchAll(/\.\s*(skip|todo|skipIf|runIf)\s*(?=\()/g)]
    .filter(({ index, 0: call, 1: name = '' }) => {
      const open = index + call.length;
      const from = name.endsWith('If') ? closing(code, open) : open;
      const title = strings.find(({ start }) => start > from)?.value ?? '';
      return !/\b(?:needs|because|until|without|only on)\b/.test(title);
    })
    .map(({ index }) => place(file, index));
}
