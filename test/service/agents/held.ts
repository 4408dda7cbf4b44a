import { randomBytes } from 'node:crypto';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { readAccounts } from 'passfob/owner/listing';
import { HASTY } from '../../host/kit/owned-fob.ts';
import { secret } from '../../kit/secrets.ts';
import type { OwnedFob } from '../enrolment/assigned.ts';

/** Opens an owner's session with a fob. */
export async function owner({ fob, key }: OwnedFob) {
  const client = connect(fob.plugIn().transport, HASTY);
  await client.hello();
  await client.openSession(pairingKey(key));
  return client;
}

/** The PIN that the fob's person chose. */
export const PIN = secret('730258');

/** Makes a fob require a PIN, which its person chooses, and locks it. */
export async function lockByPin(owned: OwnedFob): Promise<void> {
  const client = await owner(owned);
  const policy = { pinDigits: 6, attempts: 10, wipe: 0, lockSeconds: 60, asks: 0, typing: 0 };
  await client.call('setPolicy', policy);
  await client.close();
  owned.fob.press();
  owned.fob.enter(PIN);
  owned.fob.enter(PIN);
  owned.fob.run(70_000);
}

/** Fills a fob with accounts, except for `left` free records. */
export async function fill(owned: OwnedFob, left = 0): Promise<void> {
  const client = await owner(owned);
  const { freeRecords } = await client.call('info', {});
  for (let free = freeRecords; free > left; free--)
    await client.call('put', {
      id: Uint8Array.of(9, 9, 9, free),
      kind: 2,
      algorithm: 1,
      digits: 6,
      period: 30,
      counter: 0,
      issuer: new Uint8Array(0),
      label: Uint8Array.of(0x61),
      secret: secret(new Uint8Array(randomBytes(20))),
    });
  await client.close();
}

/** Returns the accounts of a fob: kind, issuer and label of each. */
export async function accountsOf(owned: OwnedFob): Promise<string[]> {
  const client = await owner(owned);
  const { accounts } = await client.call('info', {});
  const listed = await readAccounts(client, accounts, undefined);
  await client.close();
  return listed.map(({ kind, issuer, label }) => `${kind} ${Buffer.from(issuer)} ${Buffer.from(label)}`);
}
