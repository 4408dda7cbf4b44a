import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { type Started, started } from '../../kit/started.ts';
import { root } from '../tidy/files.ts';
import { type Defect, defectsOf } from './defect.ts';

/** A small project of its own, and the folder in which its runs make their copies. */
const [project, copies] = [temporaryFolder('small'), temporaryFolder('copies')];

const FILES: Record<string, string> = {
  'sum.ts': `export const sum = (a: number, b: number): number => a + b;
export const half = (a: number): number => a / 2;
export const least = (a: number, b: number): number => Math.min(a, b);
`,
  'one.ts': 'export const one: number = 1;\n',
  'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true }, "files": ["sum.ts", "one.ts"] }',
  'vitest.config.ts': "export default { test: { name: 'passfob' } };\n",
  'sum.test.ts': `import { expect, it } from 'vitest';
import { half, least, sum } from './sum.ts';
it('two and three are five', () => expect(sum(2, 3)).toBe(5));
it('half of nothing is nothing', () => expect(half(0)).toBe(0));
it('one is least', () => expect(least(2, 1)).toBe(1));
it('one and one are three', () => expect(sum(1, 1)).toBe(3));
`,
  'one.test.ts': `import { expect, it } from 'vitest';
import { one } from './one.ts';
it('one is one', () => expect(one).toBe(1));
`,
};

const [CAUGHT, SURVIVOR, THROWS, LOADS_NOT] = defectsOf(`
sum.test.ts: two and three are five
  It multiplies.
    sum.ts
    -a + b
    +a * b
sum.test.ts: half of nothing is nothing
  It divides by three.
    -a / 2
    +a / 3
sum.test.ts: one is least
  It throws.
    -Math.min(a, b)
    +JSON.parse(':')
one.test.ts: one is one
  It does not load.
    one.ts
    -= 1
    += JSON.parse(':')
`) as [Defect, Defect, Defect, Defect];

beforeAll(() => {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(project, name), text);
  mkdirSync(join(project, 'node_modules'));
  for (const name of ['vitest', 'typescript', '@vitest'])
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
});

/** Starts a run over some rows, as `run.mjs` does over the table. */
function start(table: readonly Defect[], ...args: string[]): Started {
  const program = `import { load } from ${JSON.stringify(join(root, 'test/load.mjs'))};
    const { runDefects } = await load('test/tools/mutants/main.ts');
    const [project, table, ...args] = process.argv.slice(1);
    process.exitCode = await runDefects(project, args, JSON.parse(table)).catch(error => (console.log(error.message), 2));`;
  const given = ['--input-type=module', '-e', program, '--', project, JSON.stringify(table), ...args];
  return started(process.execPath, given, { env: { ...process.env, TMPDIR: copies }, endsBy: 'SIGTERM' });
}

/** Waits for the end of a run. @returns what it printed, line by line, and its exit code */
async function ended(run: Started) {
  const { code, stdout } = await run.ended;
  // Times differ.
  const lines = stdout
    .trimEnd()
    .replaceAll(/ *\d+\.\d s/g, ' N s')
    .split('\n');
  return { code, lines };
}

const run = (table: readonly Defect[], ...args: string[]) => ended(start(table, ...args));

/** The copies that are left, and the processes that use them. */
const left = () => [
  ...readdirSync(copies),
  ...readdirSync('/proc').filter(id => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`${copies}/`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  }),
];

afterEach(async () => {
  for (const [name, text] of Object.entries(FILES))
    expect(readFileSync(join(project, name), 'utf8')).toBe(text);
  await expect.poll(left).toEqual([]);
});

describe('a run over defects', () => {
  it('a defect is caught by an assertion of its test alone, and one that is not fails the run', async () => {
    const { code, lines } = await run([CAUGHT, SURVIVOR, THROWS, LOADS_NOT], '--jobs', '1');
    expect(lines.map(line => line.trim())).toEqual([
      'caught N s  It multiplies.',
      'by sum.test.ts: two and three are five',
      'SURVIVED N s  It divides by three.',
      'sum.test.ts: half of nothing is nothing',
      'UNCLEAR N s  It throws.',
      expect.stringMatching(/^no assertion failed: SyntaxError: /),
      'UNCLEAR N s  It does not load.',
      expect.stringMatching(/^no such test ran: /),
      '',
      '1 of 4 defects caught in N s',
    ]);
    expect(code).toBe(1);
  });

  it('a run whose defects are all caught succeeds, and a sample says how to take it again', async () => {
    const { code, lines } = await run([CAUGHT, SURVIVOR], '--sample', '1', '--seed', '3');
    expect(lines[0]).toBe('1 of 2 defects; the same ones: npm run mutants -- --sample 1 --seed 3');
    expect(lines.at(-1)).toBe('1 of 1 defects caught in N s');
    expect(code).toBe(0);
  });

  it('a run tries no defect whose test does not pass without it', async () => {
    const { code, lines } = await run([CAUGHT, { ...SURVIVOR, title: 'one and one are three' }]);
    expect(lines).toEqual([
      'does not pass without a defect: sum.test.ts, "one and one are three": by sum.test.ts: one and one are three',
    ]);
    expect(code).toBe(1);
  });

  it('a run tries no defect that the compiler finds', async () => {
    const { code, lines } = await run([{ ...CAUGHT, after: "'a'" }]);
    expect(lines[0]).toBe('the compiler refuses a defect, so that no test has to:');
    expect(lines[1]).toContain('sum.ts(1,54): error TS2322');
    expect(code).toBe(1);
  });

  it('a run begins with no row that is out of date, and with no option that it does not know', async () => {
    const old = await run([CAUGHT, { ...SURVIVOR, before: 'a / 4' }]);
    expect(old).toEqual({
      code: 2,
      lines: ['"It divides by three.": its text stands 0 times in sum.ts, not once'],
    });
    const none = await run([CAUGHT], 'subtracts');
    expect(none).toEqual({ code: 2, lines: ['no defect is named "subtracts"'] });
    const unknown = await run([CAUGHT], '--fast');
    expect(unknown.code).toBe(2);
    expect(unknown.lines[0]).toContain("Unknown option '--fast'");
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a run that gets %s ends its programs and leaves no copy', async (signal, expected) => {
    const child = start([CAUGHT]);
    const ending = ended(child);
    await expect.poll(() => left().length).toBeGreaterThan(1);
    child.kill(signal);
    expect((await ending).code).toBe(expected);
  });
});
