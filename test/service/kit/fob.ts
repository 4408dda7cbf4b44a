import { randomBytes } from 'node:crypto';
import { writing } from '@passfob/service/storage/database/database';
import { serialOnFob } from '@passfob/service/subjects/tokens/account-id';
import { fobNamed, fobSecretsOf, registerFob } from '@passfob/service/subjects/tokens/fobs';
import { insertToken } from '@passfob/service/subjects/tokens/issue';
import { findOrAddUser } from '@passfob/service/subjects/users/users';
import { type Client, connect } from 'passfob/client/client';
import { pairingCode, pairingKey } from 'passfob/client/handshake';
import { isRefusal } from 'passfob/errors';
import { accountOf, putAccount } from 'passfob/owner/account';
import { readAccounts } from 'passfob/owner/listing';
import { freshSecrets, giveSecrets } from 'passfob/owner/pairing';
import { secret } from '../../kit/secrets.ts';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { HASTY } from '../../unit/host/kit/owned-fob.ts';
import { seedOf } from '../../unit/host/kit/seeds.ts';
import { accepted, grace, type Office, randomSecret } from '../users/kit.ts';

/** A fob that a service owns. key: of its pairing. */
export interface OwnedFob {
  readonly fob: CoreFob;
  readonly serial: string;
  readonly id: string;
  readonly key: Uint8Array;
}

/** Makes a service the owner of a blank fob. */
export async function makeAssigned(office: Office, fob = new CoreFob()): Promise<OwnedFob> {
  const client = connect(fob.plugIn().transport, HASTY);
  return { fob, ...(await makeAssignedBy(office, client, async () => fob.code)) };
}

/** Makes a service the owner of the blank fob that a client is connected to. @param code reads it off the screen */
export async function makeAssignedBy(
  office: Office,
  client: Client,
  code: () => Promise<string>,
): Promise<Omit<OwnedFob, 'fob'>> {
  const { serial, board, firmware } = await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(await code()));
  const secrets = freshSecrets(randomSecret);
  await giveSecrets({ now: () => office.nowMs, random: randomSecret }, client, secrets);
  await office.do(registerFob, { serial, board, firmware, secrets });
  return { serial, id: (await office.row('fobs', { serial })).id, key: secrets.pairingKey };
}

/** Runs work in an owner's session. */
export async function asOwner<T>(
  { fob, key }: Pick<OwnedFob, 'fob' | 'key'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = connect(fob.plugIn().transport, HASTY);
  try {
    await client.hello();
    await client.openSession(pairingKey(key));
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The secrets that the service has of a fob. */
export async function secretsOf({ management }: Pick<Office, 'management'>, serial: string) {
  const row = await fobNamed(management.db, serial);
  const secrets = row && fobSecretsOf(management.keys, row);
  if (secrets === undefined) throw new Error('the service has no secrets of the fob');
  return secrets;
}

/** Whether a fob refuses a recovery key, before it asks its person. */
export function refusesRecoveryKey(owned: OwnedFob, recoveryKey: Uint8Array): Promise<boolean> {
  const ending = new AbortController();
  const options = { signal: ending.signal, onPressNeeded: () => ending.abort() };
  return asOwner(owned, client =>
    client.call('resetPin', { recoveryKey }, options).then(
      () => false,
      error => isRefusal(error, 'wrong-recovery'),
    ),
  );
}

/** The PIN that the fob's person chose. */
export const PIN = secret('730258');

/** Makes a fob require a PIN, which its person chooses, and locks it. */
export async function lockByPin(owned: OwnedFob): Promise<void> {
  const policy = { pinDigits: 6, attempts: 10, wipe: 0, lockSeconds: 60, asks: 0, typing: 0 };
  await asOwner(owned, client => client.call('setPolicy', policy));
  choosePinAt(owned);
}

/** Chooses the PIN at a fob that wants one, and waits until the fob locks itself. */
export function choosePinAt({ fob }: Pick<OwnedFob, 'fob'>): void {
  fob.press();
  fob.enter(PIN);
  fob.enter(PIN);
  fob.run(70_000);
}

/** Fills a fob with accounts, except for `left` free records. */
export function fill(owned: OwnedFob, left = 0): Promise<void> {
  return asOwner(owned, async client => {
    const { freeRecords } = await client.call('info', {});
    for (let free = freeRecords; free > left; free--)
      await putForeign(client, Uint8Array.of(9, 9, 9, free), 'a');
  });
}

/** Puts an account on a fob of which the service knows nothing. */
export async function putForeign(client: Client, id: Uint8Array, label: string, issuer = ''): Promise<void> {
  const names = { issuer: Buffer.from(issuer), label: Buffer.from(label) };
  const form = { kind: 2, algorithm: 1, digits: 6, period: 30, counter: 0 };
  await client.call('put', { id, ...form, ...names, secret: randomSecret(20) });
}

/** An account on a fob, and its token. */
export interface HeldAccount {
  readonly serial: string;
  /** Its id on the fob, in hexadecimal. */
  readonly id: string;
}

/** Puts an account on a fob; its token has this user, or is in the inventory. */
export async function putOnFob(
  { management, nowMs }: Office,
  owned: OwnedFob,
  seed: ReturnType<typeof seedOf>,
  user?: string,
): Promise<HeldAccount> {
  const id = Uint8Array.of(7, ...randomBytes(3));
  const tools = { now: () => nowMs, random: randomSecret };
  await asOwner(owned, client => putAccount(tools, client, accountOf(seed, id), seed));
  const serial = serialOnFob(owned.serial, id);
  const { db, keys } = management;
  const kind = seed.kind === 1 ? 'hotp' : 'totp';
  const token = { serial, kind, issuer: seed.issuer, label: seed.label, secret: seed.secret } as const;
  const inserted = await writing(db, async tx => {
    const of = user === undefined ? {} : { user: await findOrAddUser(tx, user, nowMs) };
    return insertToken({ keys, actor: grace, atMs: nowMs, db: tx }, token, { fobId: owned.id, ...of });
  });
  accepted(inserted);
  return { serial, id: Buffer.from(id).toString('hex') };
}

/** Puts a TOTP account of this label on a fob. */
export function putHeld(office: Office, owned: OwnedFob, label: string, user?: string): Promise<HeldAccount> {
  return putOnFob(office, owned, { ...seedOf({ kind: 2 }), issuer: 'Example', label }, user);
}

/** Returns the accounts of a fob, in its order. */
export function accountsOf(owned: Pick<OwnedFob, 'fob' | 'key'>) {
  return asOwner(owned, async client => {
    const { accounts } = await client.call('info', {});
    const listed = await readAccounts(client, accounts, undefined);
    return listed.map(({ kind, issuer, label }) => ({
      kind,
      issuer: `${Buffer.from(issuer)}`,
      label: `${Buffer.from(label)}`,
    }));
  });
}

/** Returns the labels of the accounts on a fob, in its order. */
export async function labelsOf(owned: Pick<OwnedFob, 'fob' | 'key'>): Promise<string[]> {
  return (await accountsOf(owned)).map(({ label }) => label);
}
