import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { hostPrimitives } from 'passfob/client/primitives';
import { code } from 'passfob/commands/code';
import { enroll } from 'passfob/commands/enroll';
import type { Enrolment } from 'passfob/enrol/enrolment';
import { freshSeed } from 'passfob/enrol/seed';
import { readFiles } from 'passfob/formats/read';
import { historyOf } from 'passfob/inventory/history';
import { pairingKeyOf, pairingsOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { KEY } from '../formats/keys.ts';
import { passfob } from './kit/cli.ts';
import { failure } from './kit/failure.ts';
import { needsBuild } from './kit/simulated-fob.ts';
import { atHand, owned } from './kit/workplace.ts';

/** A broken source of randomness: it gives the same bytes each time. */
const dead = (length: number) => new Uint8Array(length).fill(7);
const fresh = (label = 'alice') => freshSeed({ kind: 1, label }, dead);
const sealed = (path: string) => ({ format: 'pskc', sealing: { key: KEY }, path }) as const;

async function accountIn(path: string): Promise<Enrolment | undefined> {
  const file = { name: path, bytes: new Uint8Array(readFileSync(path)) };
  const [row] = await readFiles([file], { key: async () => KEY, password: async () => '' });
  return row?.outcome.state === 'ok' ? row.outcome.enrolment : undefined;
}

it('the file holds the account as the fob has it, encrypted, for its owner alone', async () => {
  const { fob, owner, atFob } = await owned();
  const path = join(temporaryFolder(), 'seeds.xml');
  const result = await enroll(owner.context, atFob, fresh(), { saveTo: sealed(path), isFresh: true });
  expect(result.savedTo).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const account = await accountIn(path);
  const key = secret(account?.secret ?? new Uint8Array(0));
  expect(readFileSync(path, 'utf8')).not.toContain(Buffer.from(key).toString('base64'));
  const history = await historyOf(owner.context.inventory, atFob.hello.serial);
  expect(history.map(({ event, detail }) => `${event} ${detail}`)).toContain(
    'exported alice, for pskc, by unknown',
  );
  const shown = await code(owner.context, await atHand(fob), 'alice');
  expect(shown.code).toBe(hotp(new Hmac(hostPrimitives, 1, key), 0, 6));
});

it('the secret differs on another fob and under another name, though this computer draws the same bytes', async () => {
  const keys = new Set<string>();
  for (let fobs = 0; fobs < 2; fobs++) {
    const { fob, owner, atFob } = await owned();
    const place = temporaryFolder();
    await enroll(owner.context, atFob, fresh(), { saveTo: sealed(join(place, 'a')), isFresh: true });
    await enroll(owner.context, await atHand(fob), fresh('bob'), {
      saveTo: sealed(join(place, 'b')),
      isFresh: true,
    });
    for (const name of ['a', 'b']) {
      keys.add(Buffer.from((await accountIn(join(place, name)))?.secret ?? []).toString('hex'));
    }
  }
  expect(keys.size).toBe(4);
  expect(keys).not.toContain(Buffer.from(dead(20)).toString('hex'));
});

it('no file is left where the account cannot be written', async () => {
  const { owner, atFob } = await owned();
  const path = join(temporaryFolder(), 'seeds.xml');
  const enrolment = { ...fresh(), issuer: 'x'.repeat(33) };
  expect(
    (await failure(enroll(owner.context, atFob, enrolment, { saveTo: sealed(path), isFresh: true }))).kind,
  ).toBe('bad-input');
  expect(existsSync(path)).toBe(false);
});

it('the randomness of each session is new, though the owner sends the same, and none exists before', async () => {
  const { fob, owner, atFob } = await owned();
  const [pairing] = await pairingsOf(owner.context.inventory, atFob.hello.serial);
  const key = pairingKey(await pairingKeyOf(owner.context.inventory, pairing?.id ?? 0));
  const client = connect(fob.plugIn().transport, { random: dead });
  await client.hello();
  expect(() => client.sessionChance).toThrow();
  const seen = new Set<string>();
  for (let sessions = 0; sessions < 3; sessions++) {
    await client.openSession(key);
    expect(client.sessionChance).toHaveLength(32);
    seen.add(Buffer.from(client.sessionChance).toString('hex'));
  }
  expect(seen.size).toBe(3);
});

describeNeeds(needsBuild, 'passfob enroll --out', () => {
  const run = (home: string, ...args: string[]) =>
    passfob(['enroll', '--generate', '--label', 'alice', '--port', 'tcp:127.0.0.1:1', ...args], {
      home,
      input: '',
    });

  it('a command asks twice before it writes a readable secret, and before it searches for a fob', async () => {
    const home = temporaryFolder();
    const out = join(home, 'seeds');
    const once = await run(home, '--out', out, '--out-format', 'entra');
    expect([once.exitCode, once.stderr]).toEqual([
      2,
      'passfob: This file would hold the secret unencrypted.\nEncrypt it with --out-format pskc, or allow it with --plain-seeds.\n',
    ]);
    const unsure = await run(home, '--out', out, '--out-format', 'entra', '--plain-seeds');
    expect([unsure.exitCode, unsure.stderr]).toEqual([
      2,
      'passfob: This command needs a confirmation, and it cannot ask for one here.\nAdd --yes.\n',
    ]);
    // The fob is needed only from here on.
    expect((await run(home, '--out', out, '--plain-seeds', '--yes')).exitCode).toBe(4);
    expect(existsSync(out)).toBe(false);
  });

  it('a weak password for a file is refused', async () => {
    const home = temporaryFolder();
    const passwordFile = join(home, 'password');
    writeFileSync(passwordFile, 'short\n');
    const weak = await run(
      home,
      '--out',
      join(home, 'x'),
      '--out-format',
      'pskc',
      '--password-file',
      passwordFile,
    );
    expect([weak.exitCode, weak.stderr]).toEqual([3, expect.stringContaining('shorter than 12 characters')]);
  });
});
