import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { macOf, seal, unseal } from '@passfob/service/storage/encryption-at-rest/seal';
import BetterSqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { add, codeNow, testOfRig as it, keyOf, NOON_MS, newToken } from './kit.ts';
import { testOfService as test } from './users/kit.ts';

const onPosix = process.platform !== 'win32';

/** Returns the encodings in which bytes could occur in a file. */
function spellings(bytes: Uint8Array): Buffer[] {
  const buffer = Buffer.from(bytes);
  const texts = [
    buffer.toString('hex'),
    buffer.toString('hex').toUpperCase(),
    buffer.toString('base64').replace(/=+$/, ''),
    buffer.toString('base64url'),
  ];
  return [buffer, ...texts.map(text => Buffer.from(text))];
}

test('no seed, passcode, API key or operator key is readable in any file of the service', async service => {
  const token = await add(service, newToken({ digits: 8 }));
  const passcode = codeNow(token, NOON_MS);
  const request = { user: 'ada', passcode, source: '::1', idempotencyKey: 'idempotent' };
  expect((await service.validate(request)).accepted).toBe(true);
  await service.validate({ ...request, user: secret('typed into the wrong field') });
  const files = readdirSync(service.rig.directory).map(name =>
    readFileSync(join(service.rig.directory, name)),
  );
  expect(files.some(bytes => bytes.includes('FOB-1'))).toBe(true);
  const hidden = [
    ...spellings(token.secret),
    Buffer.from(passcode),
    Buffer.from(service.apiKey ?? ''),
    Buffer.from(keyOf(service)),
    Buffer.from('typed into the wrong field'),
  ];
  for (const needle of hidden) {
    expect(needle.length).toBeGreaterThan(0);
    expect(files.filter(bytes => bytes.includes(needle))).toHaveLength(0);
  }
});

it.runIf(onPosix)('files are created for their owner alone (only on POSIX)', async rig => {
  await rig.start();
  const names = readdirSync(rig.directory);
  expect(names).toContain('service.key');
  for (const name of names)
    expect([name, statSync(join(rig.directory, name)).mode & 0o777]).toEqual([name, 0o600]);
});

it.runIf(onPosix)(
  'a key file that others can read is refused, and nothing else changes (only on POSIX)',
  async rig => {
    await (await rig.start()).close();
    const path = join(rig.directory, 'service.key');
    for (const mode of [0o640, 0o604, 0o620, 0o666]) {
      chmodSync(path, mode);
      await expect(rig.start()).rejects.toMatchObject({ code: 'key_file_readable' });
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
    chmodSync(path, 0o600);
    await rig.start();
  },
);

test('a lost or damaged key file is never replaced while encrypted rows exist', async service => {
  await add(service, newToken());
  await service.close();
  const path = join(service.rig.directory, 'service.key');
  const kept = readFileSync(path);
  rmSync(path);
  await expect(service.rig.start()).rejects.toMatchObject({ code: 'key_file_missing' });
  expect(existsSync(path)).toBe(false);
  for (const damaged of ['', 'passfob service keys 1\n', kept.toString().replace(/ [^ ]+\n$/, ' AAAA\n')]) {
    writeFileSync(path, damaged, { mode: 0o600 });
    await expect(service.rig.start()).rejects.toMatchObject({ code: 'key_file_damaged' });
  }
  writeFileSync(path, kept);
  await service.rig.start();
});

it('an encrypted value decrypts only in its own row and only unchanged', async rig => {
  const keys = openKeyFile(rig.directory, true);
  const plain = secret(new Uint8Array(Buffer.from('a seed that is kept')));
  const place = { table: 'tokens', id: 'one' };
  const sealed = seal(keys, place, plain);
  expect(unseal(keys, place, sealed)).toEqual(plain);
  expect(seal(keys, place, plain).box).not.toBe(sealed.box);
  expect(unseal(keys, { ...place, id: 'two' }, sealed)).toBeUndefined();
  expect(unseal(keys, { table: 'token', id: 'sone' }, sealed)).toBeUndefined();
  expect(unseal(keys, place, { ...sealed, keyId: 'other' })).toBeUndefined();
  expect(unseal(keys, place, { ...sealed, box: '' })).toBeUndefined();
  const box = Buffer.from(sealed.box, 'base64');
  for (let bit = 0; bit < box.length * 8; bit++) {
    const flipped = Buffer.from(box);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(unseal(keys, place, { ...sealed, box: flipped.toString('base64') })).toBeUndefined();
  }
});

it('keyed digests differ for lists whose items join to the same text', async rig => {
  const keys = openKeyFile(rig.directory, true);
  const digests = [['ab', 'c'], ['a', 'bc'], ['abc'], ['', 'abc']].map(parts =>
    macOf(keys, 'temporary', parts),
  );
  expect(new Set([...digests, macOf(keys, 'answer', ['abc'])]).size).toBe(5);
});

test('a seed moved to another row cannot be decrypted: the log reports it and nothing is accepted', async service => {
  await add(service, newToken());
  const other = await add(service, newToken({ user: 'mallory', serial: 'FOB-2' }));
  const database = new BetterSqlite(join(service.rig.directory, 'service.db'));
  database.exec(
    `update tokens set sealed_secret = (select sealed_secret from tokens where serial = 'FOB-2') where serial = 'FOB-1'`,
  );
  database.close();
  const { outcome } = await service.validate({
    user: 'ada',
    passcode: codeNow(other, NOON_MS),
    source: '::1',
  });
  expect(outcome).toBe('unreadable');
});
