import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import { openStore, writing } from '@passfob/service/storage/database/database';
import { ensureIdentity, fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import { changeKeyFile, openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { seal, unseal } from '@passfob/service/storage/encryption-at-rest/seal';
import { putSecret, readSecret } from '@passfob/service/storage/encryption-at-rest/secret-settings';
import { followEncryptionKey, rekey } from '@passfob/service/subjects/operations/rekey';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { locationOf, testOfRecords as test } from '../audit/kit.ts';
import { add, codeNow, newToken } from '../kit.ts';
import { testOfService as it } from '../users/kit.ts';

function keyIdsIn(directory: string): string[] {
  const text = readFileSync(join(directory, 'service.key'), 'utf8');
  return [...text.matchAll(/^(?:seal|next) (\w+) /gm)].map(([, id = '']) => id);
}

it('re-keying while the service runs: log-ins and new tokens go on, then the old key is removed', async service => {
  const tokens: NewToken[] = [];
  for (let index = 0; index < 20; index++)
    tokens.push(await add(service, newToken({ user: `user${index}`, serial: `FOB-${index}` })));
  const store = await openStore(await locationOf(service.rig));
  const clock = () => service.clock.nowMs;
  const place = {
    db: store.db,
    keys: openKeyFile(service.rig.directory, false),
    clock,
    directory: service.rig.directory,
  };
  const password = secret(new Uint8Array(Buffer.from('a password of the mail server')));
  const mail = { name: 'mail', secret: password, nowMs: service.clock.nowMs };
  await writing(store.db, db => putSecret(db, place.keys, mail));
  const identity = await ensureIdentity(store.db, place.keys, service.clock.nowMs);
  const [old = ''] = keyIdsIn(service.rig.directory);
  const attempt = async (index: number) => {
    const token = tokens[index];
    if (token === undefined) return '';
    const passcode = codeNow(token, service.clock.nowMs);
    return (await service.validate({ user: token.user, passcode, source: '::1' })).outcome;
  };

  const [standing, ...outcomes] = await Promise.all([
    rekey(place, serviceActor),
    ...tokens.slice(0, 10).map((_, index) => attempt(index)),
  ]);
  expect(outcomes.every(outcome => outcome === 'accepted')).toBe(true);
  expect(standing).toMatchObject({ state: 'waiting', resealed: 22, unreadable: 0 });
  expect(keyIdsIn(service.rig.directory)).toEqual([old, standing.keyId]);
  expect(statSync(join(service.rig.directory, 'service.key')).mode & 0o077).toBe(0);
  // A node that has not read the new key yet encrypts under the old one.
  tokens.push(await add(service, newToken({ user: 'late', serial: 'LATE' })));
  expect(await rekey(place, serviceActor)).toMatchObject({ state: 'waiting', resealed: 1 });
  service.clock.nowMs += 120_000;
  expect(await rekey(place, serviceActor)).toMatchObject({ state: 'done', resealed: 0 });
  expect(keyIdsIn(service.rig.directory)).toEqual([standing.keyId]);
  const left = await store.db.selectFrom('tokens').select('key_id').distinct().execute();
  expect(left).toEqual([{ key_id: standing.keyId }]);
  for (let index = 10; index < tokens.length; index++) expect(await attempt(index)).toBe('accepted');

  const restarted = openKeyFile(service.rig.directory, false);
  expect(restarted.currentKeyId).toBe(standing.keyId);
  expect(await readSecret(store.db, restarted, 'mail')).toEqual(password);
  expect((await ensureIdentity(store.db, restarted, 0)).fingerprint).toBe(identity.fingerprint);
  expect(
    (await service.office.rows('audit', { subject_kind: 'service' }, 'id')).map(({ action }) => action),
  ).toEqual(['service.rekey-begin', 'service.rekey']);
  await store.close();
});

test('a value that cannot be decrypted keeps its key in the file', async rig => {
  const management = await rig.open();
  const { db, keys } = management;
  await ensureIdentity(db, keys, rig.clock.nowMs);
  await db.updateTable('service_keys').set({ sealed_key: 'AAAA' }).execute();
  rig.clock.nowMs += 1000;
  const place = { ...management, directory: rig.directory };
  expect(await rekey(place, serviceActor)).toMatchObject({ state: 'unreadable', unreadable: 1 });
  rig.clock.nowMs += 1_000_000;
  expect(await rekey(place, serviceActor)).toMatchObject({ state: 'unreadable', unreadable: 1 });
  expect(keyIdsIn(rig.directory)).toHaveLength(2);
});

test('running nodes decrypt values under a key that was added later, and switch to it', async rig => {
  const management = await rig.open();
  const { db } = management;
  const other = openKeyFile(rig.directory, false);
  const added = (await changeKeyFile(rig.directory, async file => file.add('next'))).nextKeyId ?? '';
  expect(await changeKeyFile(rig.directory, async file => file.add('next').nextKeyId)).toBe(added);
  const place = { table: 'tokens', id: 'one' };
  const plain = secret(new Uint8Array(Buffer.from('a seed that is kept')));
  const fresh = openKeyFile(rig.directory, false);
  expect(fresh.currentKeyId).toBe(other.currentKeyId);
  fresh.follow?.(added);
  expect(unseal(other, place, seal(fresh, place, plain))).toEqual(plain);
  expect(unseal(other, place, { keyId: 'unknown', box: 'AAAA' })).toBeUndefined();
  await followEncryptionKey(db, other);
  expect(other.currentKeyId).not.toBe(added);
  expect(await rekey({ ...management, directory: rig.directory }, serviceActor)).toMatchObject({
    keyId: added,
  });
  await followEncryptionKey(db, other);
  expect(seal(other, place, plain).keyId).toBe(added);
});

test('unknown lines of later versions stay in the key file; a later file heading is refused', async rig => {
  const management = await rig.open();
  const path = join(rig.directory, 'service.key');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text}\n# kept in the safe\nwrap 0001 c29tZXRoaW5n\n`);
  await rekey({ ...management, directory: rig.directory }, serviceActor);
  expect(readFileSync(path, 'utf8')).toMatch(/^# kept in the safe\nwrap 0001 c29tZXRoaW5n$/m);
  expect(openKeyFile(rig.directory, false).sealing.size).toBe(2);
  writeFileSync(path, text.replace('keys 1', 'keys 2'));
  expect(() => openKeyFile(rig.directory, false)).toThrow(/newer/);
  writeFileSync(path, `${text}two words\n`);
  expect(() => openKeyFile(rig.directory, false)).toThrow(/damaged/);
});

test('a re-keying waits while another one runs, and says so if that takes long', async rig => {
  const management = await rig.open();
  await ensureIdentity(management.db, management.keys, rig.clock.nowMs);
  const place = { ...management, directory: rig.directory };
  let end: () => void = () => undefined;
  const other = changeKeyFile(rig.directory, () => new Promise<void>(resolve => (end = resolve)));
  await expect(rekey(place, serviceActor)).rejects.toMatchObject({ code: 'busy' });
  expect(keyIdsIn(rig.directory)).toHaveLength(1);
  const waiting = rekey(place, serviceActor);
  end();
  await other;
  expect(await waiting).toMatchObject({ state: 'waiting', resealed: 1 });
});

test('two re-keyings at once use one key, and neither loses it', async rig => {
  const management = await rig.open();
  await ensureIdentity(management.db, management.keys, rig.clock.nowMs);
  const place = { ...management, directory: rig.directory };
  const [one, two] = await Promise.all([rekey(place, serviceActor), rekey(place, serviceActor)]);
  expect(one.keyId).toBe(two.keyId);
  rig.clock.nowMs += 120_000;
  // One ends the re-keying, the other begins the next.
  const [ended, begun] = await Promise.all([rekey(place, serviceActor), rekey(place, serviceActor)]);
  expect([ended.state, begun.state].sort()).toEqual(['done', 'waiting']);
  expect(keyIdsIn(rig.directory)).toHaveLength(2);
  expect((await ensureIdentity(management.db, openKeyFile(rig.directory, false), 0)).publicKey).not.toBe('');
});

test('a re-keying changes nothing where the key file lacks a key that a value needs', async rig => {
  const management = await rig.open();
  const { db, keys } = management;
  await ensureIdentity(db, keys, rig.clock.nowMs);
  await db.updateTable('service_keys').set({ key_id: 'gone' }).execute();
  const before = readFileSync(join(rig.directory, 'service.key'), 'utf8');
  await expect(rekey({ ...management, directory: rig.directory }, serviceActor)).rejects.toThrow(
    /lacks a key/,
  );
  expect(readFileSync(join(rig.directory, 'service.key'), 'utf8')).toBe(before);
  expect(await db.selectFrom('settings').select('name').where('name', '=', 'rekey').execute()).toEqual([]);
});

test('the identity is created once for all nodes, and is known by its fingerprint', async rig => {
  const { db, keys } = await rig.open();
  const [one, two] = await Promise.all([ensureIdentity(db, keys, 1), ensureIdentity(db, keys, 2)]);
  expect(one.fingerprint).toBe(two.fingerprint);
  expect(one.fingerprint).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
  expect(Buffer.from(one.publicKey, 'base64url')).toHaveLength(32);
  expect(fingerprintOfKey(Buffer.alloc(32).toString('base64url'))).toBe(
    '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20 0897 1485 6ee2 33b3 902a 591d 0d5f 2925',
  );
  await db.updateTable('service_keys').set({ key_id: 'gone' }).execute();
  await expect(ensureIdentity(db, keys, 3)).rejects.toMatchObject({ code: 'key_file_damaged' });
});
