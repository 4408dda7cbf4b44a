import { describe, expect, it } from 'vitest';
import { codeFiles, type ProjectFile, textFiles } from './files.ts';
import { consoleUses, suppressions, unexplainedSkips, wordsIn } from './words.ts';

const countIn = (count: (file: ProjectFile) => number) =>
  codeFiles.map(file => [file.path, count(file)] as const).filter(([, times]) => times > 0);

/** A folder's name that is refused only where a path begins with it. */
const PLACE = ['', 'work', ''].join('/');

describe('words and globals', () => {
  it('that are forbidden do not occur', () => {
    expect(textFiles.flatMap(file => wordsIn(file))).toEqual([]);
  });

  it('that print stand where a person is spoken to', () => {
    expect(countIn(consoleUses)).toEqual([]);
  });

  it('that silence the compiler or the linter do not occur', () => {
    expect(countIn(suppressions)).toEqual([]);
  });

  it('that skip a test say what is missing', () => {
    expect(codeFiles.filter(({ path }) => path.startsWith('test/')).flatMap(unexplainedSkips)).toEqual([]);
  });

  it('that say nothing name no file', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|common|misc)\.\w+$/;
    expect(textFiles.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });
});

describe('the word rules', () => {
  const halves = (one: string, other: string) => one + other;

  it.each([
    ['docs/a.md', `see ${halves('TO', 'DO')} below`],
    ['host/cli/a.ts', `// ${halves('FIX', 'ME')}: later`],
    ['docs/a.md', `\`cd ${halves('/wo', 'rk')}/main\``],
    ['.ci/run', `cp a ${halves('/tm', 'p/')}b`],
    ['docs/a.md', `as wanted (${halves('R', '23')})`],
    ['host/cli/a.ts', `// ${halves('R', '6')}: as RFC 4226 has it`],
    ['test/a.test.ts', `it('keeps ${halves('R', '37')}', f);`],
    ['host/cli/a.ts', `// as on a ${halves('Pi', 'co')}`],
    ['host/client/a.ts', 'const a = Math.random();'],
    ['protocol/a.ts', 'const now = Date.now();'],
    ['firmware/core/a.ts', 'setTimeout(f, 1);'],
    ['firmware/core/a.ts', 'const log = console;'],
    ['host/commands/a.ts', 'const a = await import(path);'],
    ['simulator/a.ts', 'export default f;'],
    ['simulator/a.ts', 'export { f as default };'],
    ['test/a.test.ts', "it.only('x', f);"],
  ])('refuse, in %s: %s', (path, text) => {
    expect(wordsIn({ path, text })).toHaveLength(1);
  });

  it.each([
    ['docs/a.md', `Hackers fix methods; https://example.org${PLACE}x, .${PLACE}y, net${PLACE}`],
    ['protocol/a.ts', `/** RFC 4226 ${halves('R', '6')} wants 128; RFC 4226 §4, ${halves('R', '6')}. */`],
    [
      'docs/a.md',
      `Registers ${halves('R', '0')} to ${halves('R', '15')}, PICO_${halves('R', '1')}_3, ${halves('R', '99')}`,
    ],
    [
      'docs/a.md',
      'an Espruino Pico, a Raspberry Pi Pico, Pico H or Pico 2, and the Pico SDK: espruino.com/Pico',
    ],
    ['host/cli/a.ts', 'const a = Date.now(); console.log(a);'],
    ['protocol/a.ts', "const text = 'Date.now()'; // console"],
    ['firmware/core/a.ts', 'clock.process(a); b.require(c); view.console;'],
    ['host/commands/a.ts', "const a = await import('./b.ts');"],
    ['vitest.config.ts', 'export default a;'],
  ])('allow, in %s: %s', (path, text) => {
    expect(wordsIn({ path, text })).toEqual([]);
  });

  it('count printing and silencing', () => {
    const printing = 'console.log(1); // console.log(2)';
    const paths = ['host/client/a.ts', 'host/cli/a.ts', 'simulator/main.ts'];
    expect(paths.map(path => consoleUses({ path, text: printing }))).toEqual([1, 0, 0]);
    const silencing = `// ${halves('@ts-', 'ignore')}\n// ${halves('biome', '-ignore')} x\nf(a ${'as'} any, b);\nlet c: any;`;
    expect(suppressions({ path: 'host/a.ts', text: silencing })).toBe(4);
    const expected = `// ${halves('@ts-', 'expect-error')}: no such command\nf(1);`;
    expect(suppressions({ path: 'host/a.ts', text: expected })).toBe(1);
    expect(suppressions({ path: 'test/a.ts', text: expected })).toBe(0);
  });

  it('find a skip without its reason', () => {
    const skips = (text: string) => unexplainedSkips({ path: 'test/a.test.ts', text });
    expect(skips("it.skip('works', f);")).toEqual(['test/a.test.ts:1']);
    expect(skips("it.skipIf(process.platform === 'win32')('works', f);")).toEqual(['test/a.test.ts:1']);
    expect(skips("it.skip('works (needs socat)', f);\nit('is not', f);")).toEqual([]);
    expect(skips('it.skip(`works (needs $' + '{name})`, f);')).toEqual([]);
    expect(skips("it.skipIf(os === 'win32')('works (only on POSIX)', f);")).toEqual([]);
  });
});
