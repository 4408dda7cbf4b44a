import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { codesFrom, codesOf } from 'passfob/batch/codes';
import { readCsv } from 'passfob/batch/csv';
import { writeCsv } from 'passfob/batch/csv-text';
import { type BadLine, type BatchPlan, enrolmentOf, readPlan } from 'passfob/batch/plan';
import { REPORT_WRITERS, type ReportRow } from 'passfob/batch/report';
import { systemCode } from 'passfob/errors';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { failure } from '../../unit/host/kit/failure.ts';

function written(content: string): string {
  const folder = temporaryFolder();
  const path = join(folder, 'plan.csv');
  writeFileSync(path, content);
  return path;
}

const planOf = (content: string): Promise<BatchPlan> => readPlan(written(content));
const zeros = (length: number) => new Uint8Array(length);

it('a plan is read as a spreadsheet writes it, with usual settings where it names none', async () => {
  const { name, rows } = await planOf(
    '\uFEFFSerial;Issuer;Label;UPN;PIN digits;lock_after;Ask;Clock\r\n' +
      'pf-7q4mk2xz;"Example; ""Inc"" ";alice;a@example.com;6;screen;passcode, settings;no\r\n;;;b@example.com;;;;\r\n',
  );
  expect(name).toBe('plan.csv');
  expect(rows).toMatchObject([
    {
      line: 2,
      serial: 'PF-7Q4M-K2XZ',
      issuer: 'Example; "Inc" ',
      label: 'alice',
      policy: { pinDigits: 6, lockAfterSeconds: 0, ask: ['passcode', 'settings'] },
      setsClock: false,
    },
    { line: 3, serial: undefined, policy: {}, setsClock: true },
  ]);
  const [, second] = rows;
  if (second === undefined) throw new Error('no row');
  expect(await enrolmentOf(second, zeros)).toMatchObject({
    kind: 2,
    algorithm: 1,
    digits: 6,
    period: 30,
    label: 'b@example.com',
  });
});

it('a plan recognises its rows when others are added, and when their policy changes, but not under another name', async () => {
  const before = await planOf('label,attempts\na,5\nb,5\na,5\n');
  const after = await planOf('label,attempts\nc,5\na,9\na,5\nb,5\n');
  const keys = ({ rows }: BatchPlan) => rows.map(({ key }) => key);
  expect(new Set(keys(before)).size).toBe(3);
  expect(keys(after)).toEqual(expect.arrayContaining(keys(before)));
});

it("a plan takes a secret from a file that holds a key URI, relative to the plan's folder, under its own names", async () => {
  const path = written('issuer,secret\nOurs,file:uri.txt\n');
  const text = secret('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
  writeFileSync(join(path, '..', 'uri.txt'), `otpauth://totp/Theirs:alice?secret=${text}&issuer=Theirs\n`);
  const [row] = (await readPlan(path)).rows;
  if (row === undefined) throw new Error('no row');
  expect(await enrolmentOf(row, zeros)).toMatchObject({ issuer: 'Ours', label: 'alice' });
});

const bad: readonly [what: string, content: string, says: string][] = [
  ['no rows', 'label\n', 'The plan holds no rows.'],
  ['a row that is too long', 'label\na,b\n', 'Line 2 of the plan: It has more cells than the heading.'],
  ['a quote out of place', 'label\n"a\n', 'Line 2 of the plan is not CSV'],
  ['a period that no fob has', 'label,period\na,5\n', 'Line 2 of the plan: A period of 5 seconds'],
  ['a long name', `label\n${'x'.repeat(33)}\n`, 'Line 2 of the plan: The label is 1 byte too long'],
  ['a file that is not there', 'secret\nfile:none\n', 'does not exist.'],
];
it.each(bad)('a plan with %s is refused in one sentence', async (_, content, says) => {
  const error = await failure(planOf(content));
  expect(error).toMatchObject({ kind: 'bad-input', message: expect.stringContaining(says) });
  expect(error.next).not.toBe('');
});

it('a plan with many bad lines is refused once, with the first twenty of them', async () => {
  const many = await failure(planOf(`label,period\n${'a,5\n'.repeat(25)}`));
  expect(many.message).toMatch(/^25 lines of the plan/);
  expect(many.message.match(/\nLine /g)).toHaveLength(20);
  expect(many.message).toMatch(/\nand 5 more\.$/);
});

it('all mistakes of a plan are listed at once, each with its line, its cell and what to do', async () => {
  const error = await failure(
    planOf(
      'label,colour,digits,digits,clock,attempts,serial,ask\n' +
        'a,red,six,6,perhaps,2,PF-1,everything\n' +
        'b,red,6,6,yes,5,,none\n' +
        ',red,6,12,yes,5,,none\n',
    ),
  );
  expect(error.message.split('\n')).toEqual([
    '3 lines of the plan cannot be used:',
    expect.stringMatching(
      /^Line 1: Column 2 has a heading that passfob does not know\. Use each at most once: /,
    ),
    expect.stringMatching(/^Line 1: Column 4 has the same heading as another one: "digits"\. Use /),
    expect.stringMatching(/^Line 2: This is not the serial of a fob\. Write it as /),
    'Line 2: The cell "attempts" cannot be used. It takes 3 to 20.',
    expect.stringMatching(/^Line 2: The cell "ask" cannot be used\. It takes passcode, approval, settings /),
    'Line 2: The cell "clock" cannot be used. It takes one of yes, no.',
    'Line 4: The cell "label" cannot be used. It takes the user of the passcode, unless upn or user name it.',
  ]);
  expect((error.details as { lines: BadLine[] }).lines.map(({ line, column }) => [line, column])).toEqual([
    [1, undefined],
    [1, undefined],
    [2, 'serial'],
    [2, 'attempts'],
    [2, 'ask'],
    [2, 'clock'],
    [4, 'label'],
  ]);
});

it('a plan that holds secrets in the wrong column is refused without repeating them', async () => {
  const text = secret('JBSWY3DPEHPK3PXQJBSWY3DPEHPK3PXQ');
  for (const content of [`label,secret\na,${text}\n`, `label,${text}\na,b\n`, `kind,label\n${text},a\n`]) {
    const { message, next } = await failure(planOf(content));
    expect(`${message} ${next}`).not.toContain(text);
  }
});

it('CSV reads back as it was written', () => {
  const cell = fc.string({ maxLength: 20 }).map(text => text.replace(/^[\s=+\-@]+|[\r\n]/g, ''));
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 5 }),
      records => {
        const full = records.map(cells => ['x', ...cells]);
        expect(
          readCsv(writeCsv([['a', 'b'], ...full]))
            .slice(1)
            .map(({ cells }) => cells),
        ).toEqual(full);
      },
    ),
  );
});

it('CSV gives the line where a record begins, whatever ends lines inside and outside of quotes', () => {
  const text = 'a\r\n"x\r\ny",1\n\n  \r\n"",\r"z\n""",2\nlast';
  expect(readCsv(text)).toEqual([
    { line: 1, cells: ['a'] },
    { line: 2, cells: ['x\r\ny', '1'] },
    { line: 7, cells: ['z\n"', '2'] },
    { line: 9, cells: ['last'] },
  ]);
  expect(() => readCsv('a\n"x\r\ny",1\n\n\nb"')).toThrow('Line 6 of the plan is not CSV');
});

it.each(['=1+1', '+1', '-1', '@sum', '\t=1', ' =1'])('CSV lets no spreadsheet run %j', text => {
  expect(writeCsv([[text]])).toBe(`"'${text}"\r\n`);
});

const ROW: ReportRow = {
  line: 2,
  state: 'failed',
  serial: 'PF-7Q4M-K2XZ',
  issuer: '<script>alert(1)</script>',
  label: '=HYPERLINK("http://example.com")',
  user: 'alice',
  upn: 'a@example.com',
  accountId: '81020304',
  changed: '2026-01-01T00:00:00.000Z',
  problem: 'The fob at tcp:127.0.0.1:1 was unplugged.',
};

it('a report makes a spreadsheet run nothing, whatever is in the plan', () => {
  expect(REPORT_WRITERS.csv([ROW])).toContain(`"'=HYPERLINK(""http://example.com"")"`);
  const page = REPORT_WRITERS.html([ROW]);
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain('0 done, 1 failed, 0 begun, 0 waiting.');
  expect(JSON.parse(REPORT_WRITERS.json([ROW]))).toEqual({ rows: [ROW] });
});

it('pairing codes from a pipe go to their fobs, in whatever order they come', async () => {
  const pipe = new PassThrough();
  const codes = codesOf(pipe);
  pipe.write('PF-7Q4M-K2XZ abc def\nnot a line\n');
  const later = codes.next('PF-8Z0G-UCKX');
  pipe.write('pf8z0guckx, ghi jkl\n');
  expect([await codes.next('PF-7Q4M-K2XZ'), await later]).toEqual(['abc def', 'ghi jkl']);
  const never = failure(codes.next('PF-7Q4M-K2XZ'));
  pipe.end();
  expect((await never).message).toBe('No pairing code came for the fob PF-7Q4M-K2XZ.');
  expect((await failure(codes.next('PF-8Z0G-UCKX'))).kind).toBe('bad-input');
  codes.close();
});

it('pairing codes come from a named pipe, which is closed at once when nothing comes', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const codes = codesFrom(path);
  const first = codes.next('PF-7Q4M-K2XZ');
  await writeFile(path, 'PF-7Q4M-K2XZ abc def\n');
  expect(await first).toBe('abc def');
  codes.close();
  const silent = codesFrom(path);
  silent.close();
  // A pipe without a reader cannot be opened for writing without waiting.
  const open = () => closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  await expect.poll(() => codeOf(open)).toBe('ENXIO');
});

function codeOf(work: () => void): string {
  try {
    work();
    return '';
  } catch (error) {
    return systemCode(error);
  }
}
