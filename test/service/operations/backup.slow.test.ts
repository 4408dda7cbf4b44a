import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { serviceActor } from '@passfob/service/base/actor';
import { recordLimits } from '@passfob/service/base/limits/records';
import type { Service } from '@passfob/service/service';
import { openStore, type Store } from '@passfob/service/storage/database/database';
import { ensureIdentity } from '@passfob/service/storage/encryption-at-rest/identity';
import { type Keys, openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { verifyAudit } from '@passfob/service/subjects/audit/verify';
import { backup } from '@passfob/service/subjects/operations/backup';
import { restore } from '@passfob/service/subjects/operations/restore';
import { resyncToken } from '@passfob/service/subjects/tokens/codes/resync';
import { addToken, type NewToken } from '@passfob/service/subjects/tokens/issue';
import fc from 'fast-check';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { act, RecordsRig, testOfRecords as test } from '../audit/kit.ts';
import { setIn } from '../kit/rows.ts';
import { add, codeAt, codeNow, newToken, Rig, stepAt } from '../kit.ts';
import { codeOf, testOfService as it } from '../users/kit.ts';
import { copyKeys, everything } from './kit.ts';

interface Place {
  readonly store: Store;
  readonly keys: Keys;
  readonly clock: () => number;
}

async function restoreInto(
  rig: Rig,
  name: string,
  path: string,
): Promise<Place & { directory: string; result: unknown }> {
  const directory = copyKeys(rig, name);
  const store = await openStore({ directory });
  const place = { store, keys: openKeyFile(directory, false), clock: () => rig.clock.nowMs };
  return { ...place, directory, result: await restore(place, serviceActor, { path }) };
}

test('passcodes accepted after the backup are refused after the restore, and the fobs still work', async () => {
  await using rig = new Rig();
  const lock = { threshold: 0, periodMs: 1000 };
  const service = await rig.start({ lock });
  const tokens: NewToken[] = [];
  for (let index = 0; index < 8; index++)
    tokens.push(
      await add(
        service,
        newToken({
          user: `user${index}`,
          serial: `FOB-${index}`,
          digits: 8,
          kind: index % 2 ? 'hotp' : 'totp',
        }),
      ),
    );
  const store = await openStore({ directory: rig.directory });
  const keys = openKeyFile(rig.directory, false);
  const path = join(rig.directory, 'backup.gz');
  const made = await backup({ store, keys, clock: () => rig.clock.nowMs }, serviceActor, { path });
  expect(made).toMatchObject({ ok: true, value: { counts: { tokens: 8, users: 8 } } });
  expect(statSync(path).mode & 0o077).toBe(0);

  rig.clock.nowMs += 600_000;
  const used: { user: string; passcode: string }[] = [];
  for (const [index, token] of tokens.entries()) {
    // Possible clock skews and skipped counters of a fob.
    const ahead = (index % 3) - 1;
    const step = token.kind === 'totp' ? stepAt(token, rig.clock.nowMs) + ahead : ahead + 1;
    used.push({ user: token.user, passcode: codeAt(token, step) });
  }
  for (const request of used)
    expect((await service.validate({ ...request, source: '::1' })).outcome).toBe('accepted');
  await service.close();
  await store.close();

  const restored = await restoreInto(rig, 'restored', path);
  expect(restored.result).toMatchObject({ ok: true, value: { missingKeyIds: [] } });
  expect(await verifyAudit(restored.store.db, restored.keys)).toMatchObject({ intact: true });
  const actions = await restored.store.db
    .selectFrom('audit')
    .select('action')
    .where('action', '<>', 'token.issue')
    .execute();
  expect(actions.map(({ action }) => action)).toEqual(['service.restore']);
  await restored.store.close();
  const again = await rig.start({ directory: restored.directory, lock });
  for (let round = 0; round < 14; round++) {
    for (const request of used)
      expect((await again.validate({ ...request, source: '::1' })).accepted).toBe(false);
    rig.clock.nowMs += 30_000;
  }
  for (const token of tokens) {
    const passcode = token.kind === 'totp' ? codeNow(token, rig.clock.nowMs) : codeAt(token, 25);
    expect((await again.validate({ user: token.user, passcode, source: '::1' })).outcome).toBe('accepted');
  }
});

it('after a restore a fob whose clock is hours ahead gets no passcode accepted twice', async service => {
  const token = await add(service, newToken());
  const store = await openStore({ directory: service.rig.directory });
  const keys = openKeyFile(service.rig.directory, false);
  const management = { store, db: store.db, keys, clock: () => service.clock.nowMs };
  const ahead = (steps: number) => secret(codeAt(token, stepAt(token, service.clock.nowMs) + 1000 + steps));
  const found = { serial: token.serial, first: ahead(0), second: ahead(1) };
  expect((await resyncToken(management, serviceActor, found)).ok).toBe(true);
  const path = join(service.rig.directory, 'backup.gz');
  await backup(management, serviceActor, { path });
  service.clock.nowMs += 60_000;
  const passcode = ahead(1);
  expect((await service.validate({ user: 'ada', passcode, source: '::1' })).accepted).toBe(true);
  await service.close();
  await store.close();
  const restored = await restoreInto(service.rig, 'restored', path);
  await restored.store.close();
  const again = await service.rig.start({ directory: restored.directory });
  expect((await again.validate({ user: 'ada', passcode, source: '::1' })).accepted).toBe(false);
  service.clock.nowMs += 120_000;
  expect((await again.validate({ user: 'ada', passcode: ahead(1), source: '::1' })).accepted).toBe(true);
});

it('a passcode that found a fob after the backup is refused after the restore, also within minutes', async service => {
  const token = await add(service, newToken({ kind: 'hotp' }));
  const logIn = async (to: Service, step: number) =>
    (await to.validate({ user: 'ada', passcode: codeAt(token, step), source: '::1' })).outcome;
  expect(await logIn(service, 60)).toBe('wrong');
  const store = await openStore({ directory: service.rig.directory });
  const place = { store, keys: openKeyFile(service.rig.directory, false), clock: () => service.clock.nowMs };
  const path = join(service.rig.directory, 'backup.gz');
  await backup(place, serviceActor, { path });
  await store.close();
  expect(await logIn(service, 61)).toBe('accepted');
  await service.close();
  const restored = await restoreInto(service.rig, 'restored', path);
  await restored.store.close();
  const again = await service.rig.start({ directory: restored.directory });
  expect(await logIn(again, 61)).toBe('wrong');
});

test('a restore raises the counters of OCRA tokens where their suite counts, like those of HOTP', async rig => {
  const management = await rig.open();
  const suites = { 'C-QN08': 7, QN08: -1, 'C-QN10-T1M': 7 };
  for (const [suite, counter] of Object.entries(suites)) {
    const token = newToken({
      user: suite,
      serial: suite,
      kind: 'ocra',
      suite: `OCRA-1:HOTP-SHA1-6:${suite}`,
    });
    expect((await addToken(management.db, management.keys, token, rig.clock.nowMs)).ok).toBe(true);
    await setIn(management.db, 'tokens', { last_step: counter }, { serial: suite });
  }
  const path = join(rig.directory, 'backup.gz');
  await backup(management, serviceActor, { path });
  const restored = await restoreInto(rig, 'restored', path);
  expect(restored.result).toMatchObject({ ok: true });
  const marks = await restored.store.db.selectFrom('tokens').select(['serial', 'last_step']).execute();
  await restored.store.close();
  expect(Object.fromEntries(marks.map(({ serial, last_step }) => [serial, last_step]))).toEqual({
    'C-QN08': 7 + recordLimits.restoreCounterGap,
    QN08: -1,
    'C-QN10-T1M': 7 + recordLimits.restoreCounterGap,
  });
});

test('a restore brings back everything except reusable values, also while the service writes', async rig => {
  const management = await rig.open();
  const { db, store, keys } = management;
  await act(rig, management, 1, 700);
  await ensureIdentity(db, keys, rig.clock.nowMs);
  const before = await everything(store);
  const path = join(rig.directory, 'backup.gz');
  await db.insertInto('operator_links').values({ key_hash: 'x', expires_ms: 1, used_ms: null }).execute();
  const [made] = await Promise.all([
    backup(management, serviceActor, { path }),
    act(rig, management, 701, 800),
  ]);
  expect(made.ok).toBe(true);
  const restored = await restoreInto(rig, 'restored', path);
  expect(restored.result).toMatchObject({ ok: true });
  const after = await everything(restored.store);
  const rows = after.audit?.length ?? 0;
  expect([701, 801]).toContain(rows);
  expect(after.audit?.slice(0, 700)).toEqual(before.audit);
  expect(after.service_keys).toEqual(before.service_keys);
  expect(await restored.store.db.selectFrom('operator_links').selectAll().execute()).toEqual([]);
  expect(await verifyAudit(restored.store.db, restored.keys)).toMatchObject({ intact: true, rows });
  expect(codeOf(await restore(restored, serviceActor, { path }))).toBe('database_not_empty');
  expect(codeOf(await backup(management, serviceActor, { path }))).toBe('backup_exists');
  expect(readdirSync(rig.directory).filter(name => name.includes('partial'))).toEqual([]);
  await restored.store.close();
});

test('property: a changed, cut or forged backup is refused, and the database stays empty', async rig => {
  const management = await rig.open();
  await act(rig, management, 1, 20);
  const path = join(rig.directory, 'backup.gz');
  expect((await backup(management, serviceActor, { path })).ok).toBe(true);
  const whole = readFileSync(path);
  const plain = gunzipSync(whole);
  const lines = plain.toString('utf8').trimEnd().split('\n');
  const fresh = await openStore({ directory: copyKeys(rig, 'fresh') });
  const place = { ...management, store: fresh };
  const attempt = async (bytes: Uint8Array) => {
    const bad = join(rig.directory, 'bad.gz');
    writeFileSync(bad, bytes);
    const result = await restore(place, serviceActor, { path: bad });
    expect(Object.values(await everything(fresh)).every(rows => rows.length === 0)).toBe(true);
    return result.ok ? 'restored' : result.refusal.code;
  };
  const refusals = ['backup_damaged', 'backup_foreign', 'backup_other_version'];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('bit', 'packed bit', 'cut', 'line gone', 'line twice'),
      fc.nat(),
      async (kind, at) => {
        const index = at % lines.length;
        const changed = Buffer.from(kind === 'packed bit' ? whole : plain);
        const place_ = at % (changed.length - 12);
        if (kind.endsWith('bit')) changed.writeUInt8((changed[place_] ?? 0) ^ (1 << (at % 8)), place_);
        // The gzip header contains a time and a system number without meaning here.
        fc.pre(kind !== 'packed bit' || place_ > 9);
        const text = (kept: string[]) => gzipSync(`${kept.join('\n')}\n`);
        const bytes = {
          bit: () => gzipSync(changed),
          'packed bit': () => changed,
          cut: () => gzipSync(plain.subarray(0, at % plain.length)),
          'line gone': () => text(lines.filter((_, line) => line !== index)),
          'line twice': () =>
            text(lines.flatMap((line, number) => (number === index ? [line, line] : [line]))),
        }[kind]?.();
        expect(refusals).toContain(await attempt(bytes ?? changed));
      },
    ),
    { numRuns: 150 },
  );
  expect(await attempt(gzipSync(Buffer.alloc(3_000_000, 'x')))).toBe('backup_damaged');
  expect(await attempt(Buffer.alloc(0))).toBe('backup_damaged');
  await fresh.close();
});

test('a backup of another service and a missing file are refused', async rig => {
  await using other = new RecordsRig();
  const management = await rig.open();
  const foreign = await other.open();
  await act(rig, management, 1, 3);
  const path = join(rig.directory, 'backup.gz');
  await backup(management, serviceActor, { path });
  expect(codeOf(await restore(foreign, serviceActor, { path }))).toBe('backup_foreign');
  expect(codeOf(await restore(foreign, serviceActor, { path: `${path}.none` }))).toBe('backup_damaged');
  expect(codeOf(await restore(foreign, serviceActor, { path, counterGap: -1 }))).toBe('bad_counter_gap');
});

it('an unpacked backup contains no secret', async service => {
  const token = await add(service, newToken());
  const store = await openStore({ directory: service.rig.directory });
  const keys = openKeyFile(service.rig.directory, false);
  const path = join(service.rig.directory, 'backup.gz');
  await backup({ store, keys, clock: () => service.clock.nowMs }, serviceActor, { path });
  await store.close();
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  expect(text).toContain('FOB-1');
  const keyTexts =
    readFileSync(join(service.rig.directory, 'service.key'), 'utf8').match(/[\w+/=]{40,}/g) ?? [];
  expect(keyTexts).toHaveLength(2);
  const seed = Buffer.from(token.secret);
  for (const hidden of [...keyTexts, seed.toString('hex'), seed.toString('base64'), service.apiKey ?? 'none'])
    expect(text).not.toContain(secret(hidden));
});
