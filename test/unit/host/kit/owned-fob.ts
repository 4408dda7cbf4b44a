import { randomBytes } from 'node:crypto';
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { type Client, connect } from 'passfob/client/client';
import { pairingCode, pairingKey } from 'passfob/client/handshake';
import { hostPrimitives } from 'passfob/client/primitives';
import { secret } from '../../../kit/secrets.ts';
import { type CableOptions, CoreFob } from './core-fob.ts';

/** So short that a lost frame costs the test little; nothing here depends on the time of an answer. */
export const HASTY = { patience: { answerTimeoutMs: 1_000, sendsMax: 3 } };

/** A paired fob with one HOTP account. */
export async function ownedFob() {
  const fob = new CoreFob();
  const key = secret(new Uint8Array(randomBytes(32)));
  const client = connect(fob.plugIn().transport);
  await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(fob.code));
  await client.call('adopt', {
    deviceSecret: secret(new Uint8Array(randomBytes(32))),
    pairingKey: key,
    entropy: new Uint8Array(randomBytes(32)),
  });
  await client.openSession(pairingKey(key));
  const account = {
    id: Uint8Array.of(1, 2, 3, 4),
    kind: 1,
    algorithm: 1,
    digits: 6,
    period: 0,
    counter: 0,
    issuer: new Uint8Array(0),
    label: Uint8Array.of(0x61),
    secret: secret(new Uint8Array(randomBytes(20))),
  };
  await client.call('put', account);
  const passcode = (counter: number) => hotp(new Hmac(hostPrimitives, 1, account.secret), counter, 6);
  return { fob, key, account, passcode };
}

/**
 * Opens a session of a new client over a new cable.
 * @param before the number before its first clear sequence number; random by default
 */
export async function session(
  owned: { fob: CoreFob; key: Uint8Array },
  options: CableOptions = {},
  before?: number,
): Promise<Client> {
  const random = (length: number) =>
    length === 1 && before !== undefined ? Uint8Array.of(before) : new Uint8Array(randomBytes(length));
  const client = connect(owned.fob.plugIn(options).transport, { ...HASTY, random });
  await client.hello();
  await client.openSession(pairingKey(owned.key));
  return client;
}

/** Sends one of each kind of request, ending with a HOTP code that needs a press. */
export async function wholeConversation(
  owned: Awaited<ReturnType<typeof ownedFob>>,
  options: CableOptions,
  before?: number,
) {
  const client = await session(owned, options, before);
  const info = await client.call('info', {});
  const listed = await client.call('list', { index: 0 });
  const onPressNeeded = () => owned.fob.approve();
  const { code, counter } = await client.call('code', { id: listed.id }, { onPressNeeded });
  return { accounts: info.accounts, code: String.fromCharCode(...code), counter };
}
