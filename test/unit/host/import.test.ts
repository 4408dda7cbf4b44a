import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf } from 'passfob/cli/base/exit-codes';
import { progressText } from 'passfob/cli/base/report';
import { connect } from 'passfob/client/client';
import type { Context } from 'passfob/commands/context';
import { enroll } from 'passfob/commands/enroll';
import { dryRun, dryRunWith, importRows } from 'passfob/commands/import';
import { type ImportSource, readImport } from 'passfob/commands/import-source';
import { list } from 'passfob/commands/list';
import { verify } from 'passfob/commands/verify';
import { parseOtpauth } from 'passfob/enrol/otpauth';
import { FobError } from 'passfob/errors';
import { readFiles } from 'passfob/formats/read';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { unasked } from '../formats/keys.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { atHand, forEveryCut, owned, pairedAt, workplace } from './kit/workplace.ts';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const uri = (label: string, more = '') =>
  `otpauth://totp/Example:${label}?secret=${SECRET}&issuer=Example${more}`;
const rowsOf = (...uris: string[]) =>
  readFiles([{ name: 'x', bytes: new TextEncoder().encode(uris.join('\n')) }], unasked, 'uri');

const labels = async (owner: Awaited<ReturnType<typeof owned>>['owner'], fob: CoreFob) =>
  (await list(owner.context, await atHand(fob))).accounts.map(({ label }) => label);

it('an import writes every good row, has each proved, and reports the result of the others', async () => {
  const { fob, owner, atFob } = await owned();
  const rows = await rowsOf(uri('a'), uri('b', '&digits=5'), uri('a'), uri('c', '&period=60'));
  const error = await failure(importRows(owner.context, atFob, rows));
  expect(error).toMatchObject({
    kind: 'bad-input',
    message: `1 row was refused; 2 enrolled on the fob ${atFob.hello.serial}, and 0 had been there.`,
    details: {
      counts: { ok: 0, enrolled: 2, present: 0, skipped: 1, refused: 1 },
      rows: [
        { place: 'line 1', state: 'enrolled', id: expect.stringMatching(/^[0-9a-f]{8}$/) },
        { place: 'line 2', state: 'refused', reason: expect.stringMatching(/5 digits/) },
        { place: 'line 3', state: 'skipped', reason: 'The same account stands at line 1.' },
        { place: 'line 4', state: 'enrolled' },
      ],
    },
  });
  expect(owner.reported).toContainEqual(expect.objectContaining({ event: 'row-refused', place: 'line 2' }));
  expect(error.next).toContain('Each refused row says what to do.');
  expect(await labels(owner, fob)).toEqual(['a', 'c']);
  expect((await verify(owner.context, await atHand(fob))).accounts).toHaveLength(2);
});

it('an import says of each refused row what can be done about it', async () => {
  const { owner, atFob } = await owned();
  await failure(importRows(owner.context, atFob, await rowsOf(uri('a'), uri('b', '&encoder=steam'))));
  expect(owner.reported.flatMap(one => (one.event === 'row-refused' ? [progressText(one)] : []))).toEqual([
    "line 2: This is a Steam account: its passcodes are five characters of Steam's own alphabet, which no fob has. Keep it in the app of Steam, and enrol accounts of type totp or hotp.",
  ]);
});

it('a repeated import writes nothing twice, even an account that another command enrolled', async () => {
  const { fob, owner, atFob } = await owned();
  await enroll(owner.context, atFob, parseOtpauth(uri('b')));
  const rows = await rowsOf(uri('a'), uri('b'));
  const first = await importRows(owner.context, await atHand(fob), rows);
  expect(first.counts).toMatchObject({ enrolled: 1, present: 1 });
  const again = await importRows(owner.context, await atHand(fob), rows);
  expect(again.counts).toMatchObject({ enrolled: 0, present: 2 });
  expect(await labels(owner, fob)).toEqual(['b', 'a']);
});

it('an import takes the same name with another secret or other settings as another account', async () => {
  const { fob, owner, atFob } = await owned();
  await importRows(owner.context, atFob, await rowsOf(uri('a')));
  const other = await rowsOf(uri('a', '&digits=8'), uri('a').replace(SECRET, SECRET.replace('GE', 'GF')));
  const { counts, rows } = await importRows(owner.context, await atHand(fob), other);
  expect(counts.enrolled).toBe(2);
  expect(rows.map(({ warnings }) => warnings)).toEqual([
    [expect.stringMatching(/^The fob holds another account of this name: [0-9a-f]{8}\./)],
    [expect.stringMatching(/^The fob holds 2 other accounts of this name: [0-9a-f]{8}, [0-9a-f]{8}\./)],
  ]);
});

it('an import writes accounts again that the fob has lost', async () => {
  const { owner, atFob } = await owned();
  const rows = await rowsOf(uri('a'));
  const { rows: [written] = [] } = await importRows(owner.context, atFob, rows);
  await atFob.client.call('remove', { id: new Uint8Array(Buffer.from(written?.id ?? '', 'hex')) });
  expect((await importRows(owner.context, atFob, rows)).counts).toMatchObject({ enrolled: 1 });
});

it('an import cut off at any frame is completed by running it again', async () => {
  const uris = [uri('a'), uri('b'), uri('c')];
  const cuts = await forEveryCut(
    async () => {
      const { fob, owner, atFob } = await owned();
      await importRows(owner.context, atFob, await rowsOf(uris[1] ?? ''));
      return { fob, owner };
    },
    async (owner, fob) => importRows(owner.context, fob, await rowsOf(...uris)),
    async (owner, fob) => {
      const { counts } = await importRows(owner.context, await atHand(fob), await rowsOf(...uris));
      expect(counts.enrolled + counts.present).toBe(3);
      expect((await labels(owner, fob)).sort()).toEqual(['a', 'b', 'c']);
      await verify(owner.context, await atHand(fob));
    },
  );
  expect(cuts).toBeGreaterThan(10);
});

it('an import of more accounts than the fob has places writes none, and says how many it has', async () => {
  const { fob, owner, atFob } = await owned();
  const rows = await rowsOf(...Array.from({ length: 300 }, (_, at) => uri(`u${at}`)));
  const error = await failure(importRows(owner.context, atFob, rows));
  const [, free] = /has room for (\d+) accounts, and 300 are to be written\./.exec(error.message) ?? [];
  expect([error.kind, error.refusal, exitCodeOf(error)]).toEqual(['refused', 'full', 9]);
  expect(error.details).toMatchObject({ counts: { enrolled: 0, untried: 300 }, serial: atFob.hello.serial });
  expect(await labels(owner, fob)).toEqual([]);

  const fitting = rows.slice(0, Number(free));
  const { counts } = await importRows(owner.context, await atHand(fob), fitting);
  expect(counts.enrolled).toBe(fitting.length);
  // What the fob holds already needs no place.
  expect((await importRows(owner.context, await atHand(fob), fitting)).counts.present).toBe(fitting.length);
  const more = await failure(importRows(owner.context, await atHand(fob), rows.slice(0, fitting.length + 1)));
  expect(more.message).toContain('has room for 0 accounts, and 1 are to be written.');
  expect(more.details).toMatchObject({ counts: { enrolled: 0, present: fitting.length, untried: 1 } });
});

it('an import that ends in the middle says what was written, what failed and what was not tried', async () => {
  const { fob, owner } = await owned();
  const rows = await rowsOf(uri('a'), uri('b', '&digits=5'), uri('c'), uri('d'), uri('e'));
  const context: Context = {
    ...owner.context,
    report(progress) {
      if (progress.event === 'account-written') cable.cut(new FobError('unplugged'));
      owner.context.report(progress);
    },
  };
  const cable = fob.plugIn();
  const client = connect(cable.transport);
  const atFob = { address: 'cable', client, hello: await client.hello() };
  const error = await failure(importRows(context, atFob, rows));
  const { serial } = atFob.hello;
  expect([error.kind, exitCodeOf(error)]).toEqual(['unplugged', exitCodeOf(new FobError('unplugged'))]);
  expect(error.message).toContain(
    `1 enrolled on the fob ${serial}, and 0 had been there; 2 rows were not tried.`,
  );
  expect(error.next).toContain('Then import again');
  expect(error.details).toMatchObject({
    counts: { enrolled: 1, refused: 1, failed: 1, untried: 2 },
    rows: [
      { state: 'enrolled' },
      { state: 'refused' },
      { state: 'failed', reason: expect.stringMatching(/./) },
      { state: 'untried' },
      { state: 'untried' },
    ],
  });
  const done = owner.reported.flatMap(one => (one.event === 'advanced' ? [one.done] : []));
  expect([done.at(-1), done]).toEqual([3, [...done].sort((a, b) => a - b)]);
});

/** A fob of a board without SHA-512, as an Espruino Pico. */
const small = () =>
  new CoreFob(undefined, {
    facts: {
      ...{ board: 'core', firmware: 'test', serial: new Uint8Array(randomBytes(5)) },
      ...{ algorithms: 0b110, keys: 1, clockPpm: 2 },
    },
  });

it('a dry run with a fob at hand asks it for its algorithms, its accounts and its free places', async () => {
  const fob = small();
  const owner = workplace(fob);
  const atFob = await pairedAt(owner, fob);
  await enroll(owner.context, atFob, parseOtpauth(uri('a')));
  const rows = await rowsOf(uri('a'), uri('b', '&algorithm=SHA512'), uri('c'));
  const { counts, rows: said, asked } = await dryRunWith(owner.context, await atHand(fob), rows);
  expect(asked).toBe(true);
  expect(counts).toMatchObject({ ok: 1, present: 1, refused: 1, untried: 0, enrolled: 0 });
  expect(said[1]?.reason).toBe('The board of this fob cannot compute this algorithm.');
  const many = await rowsOf(...Array.from({ length: 300 }, (_, at) => uri(`u${at}`)));
  expect((await failure(dryRunWith(owner.context, await atHand(fob), many))).refusal).toBe('full');
  expect(await labels(owner, fob)).toEqual(['a']);
});

it('an import writes no row that the board cannot compute, and all others', async () => {
  const fob = small();
  const owner = workplace(fob);
  const rows = await rowsOf(uri('a', '&algorithm=SHA512'), uri('b'));
  const error = await failure(importRows(owner.context, await pairedAt(owner, fob), rows));
  expect(error.details).toMatchObject({ counts: { refused: 1, enrolled: 1 } });
  expect(await labels(owner, fob)).toEqual(['b']);
});

it('a dry run with a fob of nobody asks only for its algorithms', async () => {
  const rows = await rowsOf(uri('b', '&algorithm=SHA512'), uri('c'));
  const { counts, asked } = await dryRunWith(workplace().context, await atHand(small()), rows);
  expect(asked).toBe(false);
  expect(counts).toMatchObject({ ok: 1, refused: 1 });
});

it('a dry run without a fob says which boards can take a row', async () => {
  const given = await rowsOf(uri('a', '&algorithm=SHA512'), uri('b'), uri('c', '&digits=5'));
  const { counts, rows, serial } = dryRun(given);
  expect(serial).toBeUndefined();
  expect(counts).toMatchObject({ ok: 2, enrolled: 0, present: 0, skipped: 0, refused: 1 });
  expect(rows.map(({ state, warnings }) => [state, warnings])).toEqual([
    ['ok', [expect.stringContaining('A fob on an Espruino Pico (pico, pico-hid) has no SHA-512')]],
    ['ok', []],
    ['refused', []],
  ]);
});

const nobody = async (): Promise<string> => {
  throw new FobError('usage');
};

function written(text: string | Uint8Array): string {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
}

const source = (path: string, more: Partial<ImportSource> = {}): ImportSource => ({
  files: [path],
  only: [],
  ...more,
});

it('an import may take some of the accounts, by label, issuer or both', async () => {
  const path = written([uri('a'), uri('b'), uri('c').replaceAll('Example', 'Other')].join('\n'));
  const chosen = async (...only: string[]) =>
    (await readImport(source(path, { only }), nobody)).map(({ label }) => label);
  expect([await chosen('b'), await chosen('example: A', 'other')]).toEqual([['b'], ['a', 'c']]);
  expect(await chosen('EXAMPLE')).toEqual(['a', 'b']);
  const error = await failure(readImport(source(path, { only: ['a', 'zed'] }), nobody));
  expect(error.message).toBe('No account in the files is called "zed".');
});

it('an import is opened by a password or a key from a file', async () => {
  const figure = (number: number) =>
    new URL(`../formats/corpus/pskc-figure-${number}.xml`, import.meta.url).pathname;
  const passwordFile = written('qwerty\nnot of the password\n');
  expect(await readImport(source(figure(7), { passwordFile }), nobody)).toMatchObject([
    { label: '987654321' },
  ]);
  const key = '12345678901234567890123456789012';
  for (const text of [`${key}\n`, new Uint8Array(Buffer.from(key, 'hex'))]) {
    const keyFile = written(text);
    expect(await readImport(source(figure(6), { keyFile }), nobody)).toMatchObject([
      { outcome: { state: 'ok' } },
    ]);
  }
  expect(await readImport(source(figure(6)), async () => key)).toMatchObject([{ outcome: { state: 'ok' } }]);
  const errors = [
    await failure(readImport(source(figure(6)), async () => 'no key')),
    await failure(readImport(source(figure(6), { keyFile: written('12') }), nobody)),
    await failure(readImport(source(figure(7), { passwordFile: written('\n') }), nobody)),
  ];
  expect(errors.map(({ kind }) => kind)).toEqual(['bad-input', 'bad-input', 'bad-input']);
});
