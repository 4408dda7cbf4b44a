import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkExportPermit, grantExports } from 'passfob/batch/export-permit';
import { checkRows, rowsToHandOn, writeRows } from 'passfob/batch/hand-on';
import { Ledger } from 'passfob/batch/ledger';
import type { Context } from 'passfob/commands/context';
import type { OutFile } from 'passfob/commands/out-file';
import { readFiles } from 'passfob/formats/read';
import { OUT_FORMAT_NAMES } from 'passfob/formats/write/names';
import type { Output } from 'passfob/formats/write/write';
import { dropAccount } from 'passfob/inventory/accounts';
import { exportPermitOf, storeExportPermit } from 'passfob/inventory/batches';
import { historyOf } from 'passfob/inventory/history';
import { pairingsOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { failure } from '../../unit/host/kit/failure.ts';
import { PLAN, planned, provisioned } from './kit/provisioned.ts';

const DAY_MS = 86_400_000;

async function wrote(context: Context, ledger: Ledger, output: Output) {
  const out: OutFile = { ...output, path: join(temporaryFolder(), 'seeds') };
  const rows = rowsToHandOn(ledger, context.now());
  const count = await writeRows(context, ledger, rows, out, await checkRows(ledger, output));
  await ledger.reload();
  return { count, path: out.path, text: readFileSync(out.path, 'utf8') };
}

const password = () => secret(`correct horse ${randomBytes(6).toString('hex')}`);

it.each(OUT_FORMAT_NAMES)(
  'a file of the format %s holds every account of the plan, for its owner alone',
  async format => {
    const { context, ledger, keys } = await provisioned();
    const { count, path, text } = await wrote(context, ledger, {
      format,
      ...(format === 'pskc' && { sealing: { key: new Uint8Array(16) } }),
      ...(format === 'okta' && { factorProfile: 'fpr1' }),
    });
    expect(count).toBe(3);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const file = { name: 'seeds.csv', bytes: new Uint8Array(Buffer.from(text)) };
    // A table for Duo does not say the kind of its tokens.
    const assumed = { type: 'totp', algorithm: 'sha1' } as const;
    const tools = { key: async () => new Uint8Array(16), password: async () => '', assumed };
    const rows = await readFiles([file], tools, ...(format === 'duo' ? (['csv'] as const) : []));
    const read = rows.flatMap(({ outcome }) => (outcome.state === 'ok' ? [outcome.enrolment.secret] : []));
    expect(read).toEqual(keys);
  },
);

it('a file of Entra ID names users by the column upn, and tokens by fob and account', async () => {
  const { context, ledger } = await provisioned();
  const { text } = await wrote(context, ledger, { format: 'entra' });
  expect(text.split('\r\n')[1]).toMatch(
    /^ada@example\.com,PF-0000-0000-[\dA-F]{6},[A-Z2-7]{32},30,Passfob,pico$/,
  );
});

it('a file is checked for every row of the plan before a fob is touched, and all refused rows are named at once', async () => {
  const { ledger } = await planned(
    'upn,algorithm,digits\na@example.com,sha1,6\nb@example.com,sha256,6\n=x,sha1,6\nc@example.com,sha1,8\n',
  );
  const error = await failure(checkRows(ledger, { format: 'entra' }));
  expect(error.message).toMatch(/^3 lines of the plan cannot be used:\nLine 3: .*\nLine 4: .*\nLine 5: /);
  const types = await planned('label,kind\na,totp\nb,hotp\n');
  expect((await failure(checkRows(types.ledger, { format: 'duo' }))).message).toMatch(
    /^Duo imports one type/,
  );
  const twice = await planned('serial,label,digits\nPF-7Q4M-K2XZ,a,6\nPF-7Q4M-K2XZ,a,8\n');
  expect((await failure(checkRows(twice.ledger, { format: 'linotp' }))).message).toMatch(
    /^Two accounts of one/,
  );
});

it('a file has the counter that a key URI of the plan gave', async () => {
  const path = join(temporaryFolder(), 'uri.txt');
  writeFileSync(
    path,
    `otpauth://hotp/Ex:ada?secret=${secret('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')}&counter=41\n`,
  );
  const { context, ledger } = await provisioned(`secret\nfile:${path}\n`);
  expect((await wrote(context, ledger, { format: 'privacyidea' })).text).toMatch(/,hotp,6,41\n$/);
});

it('the history of each fob says who wrote its account into a file, when and for what, and not the secret', async () => {
  const { context, ledger, keys } = await provisioned();
  await wrote(context, ledger, { format: 'linotp' });
  const history = await historyOf(context.inventory, 'PF-0000-0001');
  expect(history.at(-1)).toEqual({
    at: new Date(context.now()).toISOString(),
    event: 'exported',
    detail: 'Example:bob, for linotp, by olga',
  });
  for (const key of keys) expect(JSON.stringify(history)).not.toContain(Buffer.from(key).toString('hex'));
});

it('a batch writes its accounts once: rows that are new in the plan go into the next file', async () => {
  const { context, ledger } = await provisioned(PLAN, 2);
  expect(rowsToHandOn(ledger, context.now())).toHaveLength(3);
  const out: OutFile = { format: 'linotp', path: join(temporaryFolder(), 'seeds') };
  await writeRows(context, ledger, ledger.plan.rows.slice(0, 2), out, new Map());
  await ledger.reload();
  expect(rowsToHandOn(ledger, context.now()).map(({ label }) => label)).toEqual(['eve']);
  const all = await provisioned();
  await wrote(all.context, all.ledger, { format: 'linotp' });
  expect(() => rowsToHandOn(all.ledger, all.context.now())).toThrow('were already written into a file');
});

it('a batch writes no file of accounts from more than 30 days ago', async () => {
  const { context, ledger } = await provisioned();
  expect(rowsToHandOn(ledger, context.now() + 30 * DAY_MS)).toHaveLength(3);
  expect(() => rowsToHandOn(ledger, context.now() + 31 * DAY_MS)).toThrow('more than 30 days ago');
});

it('no file is written where an account has gone from the inventory', async () => {
  const { context, ledger } = await provisioned();
  const [pairing] = await pairingsOf(context.inventory, 'PF-0000-0001');
  const id = Buffer.from(ledger.rowOf(ledger.plan.rows[1]?.key ?? '')?.accountId ?? '', 'hex');
  await dropAccount(context.inventory, pairing?.id ?? 0, id);
  const out: OutFile = { format: 'linotp', path: join(temporaryFolder(), 'seeds') };
  const error = await failure(writeRows(context, ledger, ledger.plan.rows, out, new Map()));
  expect(error.message).toBe('Line 3 of the plan: Its account is no longer in the inventory.');
  expect(existsSync(out.path)).toBe(false);
});

const granted = async (days = 7) => {
  const { context, ledger } = await provisioned(PLAN, 0);
  const { inventory, now } = context;
  const word = password();
  await grantExports(inventory, ledger, { password: word, days, isBegun: false }, now());
  return { inventory, ledger, word, nowMs: now() };
};

it('an export needs the password of the batch, and ends with its days', async () => {
  const { inventory, ledger, word, nowMs } = await granted();
  const until = await checkExportPermit(inventory, ledger, word, nowMs + 7 * DAY_MS);
  expect(until.getTime()).toBe(nowMs + 7 * DAY_MS);
  const late = await failure(checkExportPermit(inventory, ledger, word, nowMs + 7 * DAY_MS + 1));
  expect(late.message).toMatch(/^The days for exports of plan\.csv were over on /);
  const wrong = await failure(checkExportPermit(inventory, ledger, password(), nowMs));
  expect(wrong.message).toBe('This is not the export password of the batch.');
});

it('a batch that was run without the option is not exported later, and cannot be made exportable', async () => {
  const { context, ledger } = await provisioned(PLAN, 1);
  const { inventory, now } = context;
  const word = password();
  expect((await failure(checkExportPermit(inventory, ledger, word, now()))).message).toBe(
    'plan.csv was not run with --export-days: its secrets are not exported.',
  );
  const grant = grantExports(inventory, ledger, { password: word, days: 7, isBegun: true }, now());
  expect((await failure(grant)).message).toMatch(/^plan\.csv was begun without --export-days/);
});

it('a batch goes on under its password alone, and its days begin anew', async () => {
  const { inventory, ledger, word, nowMs } = await granted();
  const later = nowMs + 5 * DAY_MS;
  const grant = (given: string) =>
    grantExports(inventory, ledger, { password: given, days: 7, isBegun: true }, later);
  expect((await failure(grant(password()))).message).toBe('This is not the export password of the batch.');
  await grant(word);
  expect(await checkExportPermit(inventory, ledger, word, later + 7 * DAY_MS)).toBeInstanceOf(Date);
});

it('whoever edits the database cannot lengthen the days, nor use the permission of another batch', async () => {
  const { inventory, ledger, word, nowMs } = await granted();
  const stored = Buffer.from((await exportPermitOf(inventory, ledger.batchId)) ?? []);
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await storeExportPermit(inventory, ledger.batchId, stored);
  expect((await failure(checkExportPermit(inventory, ledger, word, nowMs))).kind).toBe('bad-input');
  const other = await Ledger.open(inventory, { ...ledger.plan, name: 'other.csv' }, nowMs);
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await storeExportPermit(inventory, other.batchId, stored);
  expect((await failure(checkExportPermit(inventory, other, word, nowMs))).message).toMatch(
    /^The permission of other\.csv is that of another batch/,
  );
});
