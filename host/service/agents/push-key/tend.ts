import { KIND_OCRA } from '../../../../protocol/account.ts';
import type { OcraSuite } from '../../../../protocol/ocra.ts';
import { SHA256 } from '../../../../protocol/primitives.ts';
import type { Client } from '../../../client/client.ts';
import type { Hello } from '../../../client/hello.ts';
import { isRefusal } from '../../../errors.ts';
import { isProved, type OwnedAccount, putAccount, randomId } from '../../../owner/account.ts';
import type { OwnerTools } from '../../../owner/tools.ts';
import { serialOnFob } from '../../enrolment/relay/steps/account-id.ts';
import { limits } from '../../limits.ts';
import type { Keys } from '../../sealing/key-file.ts';
import type { Acting } from '../../tokens/acting.ts';
import { cutText } from '../../tokens/cut-text.ts';
import {
  dropPushKey,
  isTokenOf,
  makePushKey,
  markPushKey,
  type PushKeyRow,
  pushKeyState,
  pushSecretOf,
} from './records.ts';

/** `PUSH_SUITE`, as a fob takes it. */
const SUITE: OcraSuite = { algorithm: SHA256, digits: 8, question: 2, length: 40, inputs: 0, step: 0 };
/** What the account is called on the fob, behind the service's name. */
const LABEL = 'push';

/** A fob in its owner's session. */
export interface TendedFob {
  readonly client: Client;
  readonly hello: Hello;
  readonly fobId: string;
  readonly tools: OwnerTools;
  readonly keys: Keys;
  /** Runs `work` in a transaction. */
  readonly holding: <T>(work: (acting: Acting) => Promise<T>) => Promise<T>;
}

/**
 * How the push key of a fob stands: it holds it, has none to hold, or cannot hold one. `locked`: its person has to enter
 * the PIN first.
 */
export type Tended = 'held' | 'none' | 'unfit' | 'locked';

const UNFIT = [
  'full',
  'too-long',
  'unsupported',
  'out-of-range',
  'unknown-command',
  'account-exists',
] as const;

/**
 * Has a fob hold its push key, and prove it, or hold it no more. Cut off anywhere it is begun again, and goes on with what
 * is there: what is kept is written before the fob hears of it.
 * @param isMeant that a token of the fob is just about to be used
 * @throws FobError those of the link, and refusals that say that the fob has failed
 */
export async function tendPushKey(fob: TendedFob, isMeant = false): Promise<Tended> {
  const { row, isWanted, service } = await fob.holding(({ db }) => pushKeyState(db, fob.fobId));
  try {
    if (isWanted === 'no' && !isMeant) return row === undefined ? 'none' : await takeBack(fob, row);
    if (row !== undefined && (await isThere(fob, row, service))) return 'held';
    if (isWanted === 'perhaps' && !isMeant) return 'none';
    return await give(fob, row, service);
  } catch (error) {
    if (isRefusal(error, 'locked')) return 'locked';
    if (isRefusal(error, ...UNFIT)) return 'unfit';
    throw error;
  }
}

async function takeBack({ client, tools, fobId, holding }: TendedFob, row: PushKeyRow): Promise<Tended> {
  await remove(client, row, tools);
  await holding(({ db }) => dropPushKey(db, fobId));
  return 'none';
}

/** Whether the fob proves the key that is kept for it. */
async function isThere(fob: TendedFob, row: PushKeyRow, service: string): Promise<boolean> {
  const proved = await withAccount(fob, row, service, account => proves(fob, account));
  if (proved && row.proved_ms === null) await mark(fob, row);
  return proved === true;
}

async function give(fob: TendedFob, row: PushKeyRow | undefined, service: string): Promise<Tended> {
  const { client, hello, tools, holding, fobId } = fob;
  if (!client.knows('putOcra') || ((hello.algorithms >> SHA256) & 1) === 0) return 'unfit';
  const info = await client.call('info', {}, { signal: tools.signal });
  // It was on this fob: renamed there, by another name of the service's, damaged, or gone with all that was on it.
  if (row !== undefined && row.proved_ms !== null) await remove(client, row, tools);
  else if (info.freeRecords === 0) return 'unfit';
  const kept = await holding(async acting => {
    if (row !== undefined && row.proved_ms !== null) return row;
    const account = await freshId(fob, acting);
    return makePushKey(acting, fobId, client.sessionChance, account);
  });
  const isRight = await withAccount(fob, kept, service, async account => {
    await putAccount(tools, client, account, { counter: 0, suite: SUITE });
    return proves(fob, account);
  });
  if (isRight !== true) return 'unfit';
  await mark(fob, kept);
  return 'held';
}

/** An id that no token of the fob has. */
async function freshId({ hello, tools }: TendedFob, { db }: Acting): Promise<Uint8Array> {
  for (;;) {
    const id = randomId(tools.random);
    if (!(await isTokenOf(db, serialOnFob(hello.serial, id)))) return id;
  }
}

/** @returns undefined where the seal does not open */
async function withAccount<T>(
  { keys }: TendedFob,
  row: PushKeyRow,
  service: string,
  work: (account: OwnedAccount) => Promise<T>,
): Promise<T | undefined> {
  const key = pushSecretOf(keys, row);
  if (key === undefined) return undefined;
  try {
    const text = new TextEncoder();
    const issuer = cutText(service, limits.pushIssuerBytes);
    const names = { issuer: text.encode(issuer), label: text.encode(LABEL) };
    const id = new Uint8Array(Buffer.from(row.account, 'hex'));
    return await work({ key, settings: { id, kind: KIND_OCRA, period: 0, ...SUITE, ...names } });
  } finally {
    key.fill(0);
  }
}

async function proves({ client, tools }: TendedFob, account: OwnedAccount): Promise<boolean> {
  try {
    return await isProved(tools, client, account);
  } catch (error) {
    if (isRefusal(error, 'damaged', 'no-such-account')) return false;
    throw error;
  }
}

async function remove(client: Client, row: PushKeyRow, { signal }: OwnerTools): Promise<void> {
  const id = new Uint8Array(Buffer.from(row.account, 'hex'));
  try {
    await client.call('remove', { id }, { signal });
  } catch (error) {
    if (!isRefusal(error, 'no-such-account')) throw error;
  }
}

function mark({ holding }: TendedFob, row: PushKeyRow): Promise<void> {
  return holding(({ db, atMs }) => markPushKey(db, row, atMs));
}
