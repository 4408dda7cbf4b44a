import { accountProof, KIND_TOTP, type OwnedAccount, storedKey } from '@passfob/protocol/account';
import { equal } from '@passfob/protocol/hmac';
import { ACCOUNT_ID_BYTES, PROOF_NONCE_BYTES } from '@passfob/protocol/limits';
import type { OcraSuite } from '@passfob/protocol/ocra';
import type { Client } from '../client/client.ts';
import { hostPrimitives } from '../client/primitives.ts';
import { digitsByte } from '../enrol/alphabets.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { FobError, isRefusal } from '../errors.ts';
import { FORMER_PERIOD_SECONDS_MIN } from '../limits.ts';
import type { OwnerTools } from './tools.ts';

/** Makes the owner's account from an enrolment. @param id the account's id, as drawn by `randomId` */
export function accountOf(enrolment: Enrolment, id: Uint8Array): OwnedAccount {
  const { kind, algorithm, digits, alphabet, issuer, label, secret, suite } = enrolment;
  const text = new TextEncoder();
  return {
    settings: {
      id,
      kind,
      algorithm,
      digits: digitsByte(alphabet, digits),
      period: kind === KIND_TOTP ? enrolment.period : 0,
      ...(suite !== undefined && traitsOf(suite)),
      issuer: text.encode(issuer),
      label: text.encode(label),
    },
    key: storedKey(hostPrimitives, algorithm, secret),
  };
}

function traitsOf({ question, length, inputs, step }: OcraSuite) {
  return { question, length, inputs, step };
}

/**
 * Writes an account inside an open session. Writing the same account again changes nothing.
 * @returns whether the fob proved the account in its answer; undefined if it must still be asked
 * @throws FobError `refused` (full, unsupported, too-long, out-of-range, account-exists …), `old-firmware`, those of
 * the link
 */
export async function putAccount(
  tools: OwnerTools,
  client: Client,
  account: OwnedAccount,
  moving: Pick<Enrolment, 'counter' | 'suite'>,
): Promise<boolean | undefined> {
  try {
    return await put(tools, client, account, moving);
  } catch (error) {
    const { kind, period } = account.settings;
    const isShort = kind === KIND_TOTP && period < FORMER_PERIOD_SECONDS_MIN;
    if (!isShort || !isRefusal(error, 'out-of-range')) throw error;
    throw new FobError('old-firmware', {
      sentence: `The firmware of this fob takes periods of ${FORMER_PERIOD_SECONDS_MIN} seconds or more, not ${period}.`,
      cause: error,
    });
  }
}

async function put(
  { random, signal }: OwnerTools,
  client: Client,
  { settings, key }: OwnedAccount,
  { counter, suite }: Pick<Enrolment, 'counter' | 'suite'>,
): Promise<boolean | undefined> {
  const request = { ...settings, counter, secret: key };
  if (suite !== undefined) {
    await client.call('putOcra', { ...request, ...suite }, { signal });
    return undefined;
  }
  if (client.knows('enrol')) {
    const nonce = random(PROOF_NONCE_BYTES);
    try {
      const { mac } = await client.call('enrol', { ...request, nonce }, { signal });
      return equal(mac, accountProof(hostPrimitives, key, settings.id, settings, nonce));
    } catch (error) {
      if (!isRefusal(error, 'unknown-command')) throw error;
    }
  }
  await client.call('put', request, { signal });
  return undefined;
}

/**
 * Lets the fob prove, by a MAC over a fresh nonce, that it holds exactly this key with these settings.
 * @throws FobError `refused` (no-such-account, damaged …), those of the link
 */
export async function isProved(
  { random, signal }: OwnerTools,
  client: Client,
  { settings, key }: OwnedAccount,
): Promise<boolean> {
  const nonce = random(PROOF_NONCE_BYTES);
  const { mac } = await client.call('prove', { id: settings.id, nonce }, { signal });
  return equal(mac, accountProof(hostPrimitives, key, settings.id, settings, nonce));
}

/** Draws an id. Ids with a first byte of 0 are reserved for the fob's own records. */
export function randomId(random: (length: number) => Uint8Array): Uint8Array {
  for (;;) {
    const id = random(ACCOUNT_ID_BYTES);
    if (id[0] !== 0) return id;
  }
}
