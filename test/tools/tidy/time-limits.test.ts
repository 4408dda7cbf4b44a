import { describe, expect, it } from 'vitest';
import { PATIENCE_MS, TEST_LIMIT_MS } from '../../kit/patience.ts';
import { codeFiles, type ProjectFile, place } from './files.ts';

/** Forms in which a test says how long it waits, with the least that each may say in ms. */
const FORMS: readonly (readonly [form: RegExp, leastMs: number])[] = [
  // Of tests and hooks: shorter ones stand in for the limit of all.
  [/\b(?:test|hook)Timeout: ([\d_]+)(?![\d_]| \*)/g, TEST_LIMIT_MS],
  // Of polls and of processes that a test starts.
  [/\b(?:timeout|(?!test|hook)[a-z]+Timeout): ([\d_]+)(?![\d_]| \*)/g, PATIENCE_MS],
  [/\bsetDefault(?:Navigation)?Timeout\(([\d_]+)\)/g, PATIENCE_MS],
  [/\b(?:\w+_)?(?:PATIENCE|TIMEOUT)(?:_MS)? = ([\d_]+)/g, PATIENCE_MS],
  [/^ *\}, ([\d_]{4,})\);$/gm, TEST_LIMIT_MS],
];

/** Files in which time is what is tested, or is not that of the machine, and why. */
const TIMED: Readonly<Record<string, string>> = {
  'test/tools/documents/site.slow.test.ts': 'asks whether there is a network',
  'test/unit/emulator/defects/bus.slow.test.ts': "counts the board's time",
  'test/system/packages/registry.ts': 'asks whether there is a registry',
  'test/service/flood/times.slow.test.ts': 'the service ends a connection in time',
  'test/system/usb/browser/in-browser.ts': 'asks again in a loop',
  'test/tools/tidy/time-limits.test.ts': 'has code as text',
};

/** Files of tests whose command the machine's load does not matter to: measurements, and pictures. */
const isMeasurement = (path: string) => /^test\/tools\/(?:bench|measure|screenshots)\//.test(path);

function limitsOf(file: ProjectFile): { readonly at: string; readonly ms: number }[] {
  return FORMS.flatMap(([form, leastMs]) =>
    [...file.text.matchAll(form)]
      .map(match => ({ at: place(file, match.index), ms: Number(match[1]?.replaceAll('_', '')) }))
      .filter(({ ms }) => ms > 0 && ms < leastMs),
  );
}

const tests = codeFiles.filter(({ path }) => path.startsWith('test/') && !isMeasurement(path));

describe('limits of time', () => {
  it.each([
    'await expect.poll(isThere, { timeout: 20_000 }).toBe(true);',
    'vi.setConfig({ hookTimeout: 180_000 });',
    '  page.setDefaultTimeout(30_000);',
    'const START_TIMEOUT_MS = 40_000;',
    'const PATIENCE_MS = 15_000;',
    'it("waits", async () => {\n}, 15_000);',
  ])('are found: %j', text => {
    expect(limitsOf({ path: 'test/x.test.ts', text })).toHaveLength(1);
  });

  it('of a test are not shorter than a busy machine needs, unless time is what it tests', () => {
    const short = tests.filter(({ path }) => !(path in TIMED)).flatMap(limitsOf);
    expect(short.map(({ at, ms }) => `${at}: ${ms} ms; take PATIENCE_MS of test/kit/patience.ts`)).toEqual(
      [],
    );
  });

  it('of a page in a browser are not Playwright’s half a minute', () => {
    const pages = tests.filter(
      ({ text }) => text.includes('.newPage(') && !text.includes('.setDefaultTimeout('),
    );
    expect(pages.map(({ path }) => path)).toEqual([]);
  });

  it('are exempt only where there are any', () => {
    const idle = Object.keys(TIMED).filter(
      path => !tests.some(file => file.path === path && limitsOf(file).length),
    );
    expect(idle).toEqual([]);
  });
});
