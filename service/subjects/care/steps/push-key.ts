import { KIND_OCRA, type OwnedAccount } from '@passfob/protocol/account';
import { isRefusal } from 'passfob/errors';
import { isProved, putAccount } from 'passfob/owner/account';
import { cutText } from '../../../base/cut-text.ts';
import { agentLimits } from '../../../base/limits/agents.ts';
import type { Management } from '../../../storage/management.ts';
import { serialOnFob } from '../../tokens/account-id.ts';
import {
  freshPushSecret,
  type PushKeyRow,
  provePushKey,
  pushAccountOf,
  pushSecretOf,
  readPushKey,
  storePushKey,
} from '../../tokens/push-keys.ts';
import { pushSuiteOfFob } from '../../tokens/push-question.ts';
import { readSettings } from '../../users/settings.ts';
import type { ManagedSession } from '../session.ts';

const SUITE = pushSuiteOfFob();
/** The account's name on the fob, after the service's name. */
const LABEL = 'push';
const UNFIT = [
  'full',
  'too-long',
  'unsupported',
  'out-of-range',
  'unknown-command',
  'account-exists',
] as const;

/**
 * The state of a fob's push key: held, none, or the fob cannot hold one. `locked`: not known, because the user has to
 * enter the PIN first.
 */
export type PushKeyState = 'held' | 'none' | 'unfit' | 'locked';

/**
 * Brings the push key on the fob up to date in a session: stores and proves it, or removes it. After an interruption
 * it starts again from the current state: the key is stored in the database before the fob receives it.
 * @param onChange called when the accounts on the fob have changed
 * @throws FobError those of the link, and refusals that say that the fob has failed; ServiceError `busy`
 */
export async function syncPushKey(
  management: Management,
  session: ManagedSession,
  onChange: () => void,
): Promise<PushKeyState> {
  try {
    return await sync(management, session, onChange);
  } catch (error) {
    if (isRefusal(error, ...UNFIT)) return 'unfit';
    if (!isRefusal(error, 'locked')) throw error;
    // Most fobs are locked most of the time. A key that was proved before is proved again when it is used.
    const kept = await readPushKey(management.db, session.fobId);
    return kept === undefined || kept.proved_ms === null ? 'locked' : 'held';
  }
}

async function sync(
  management: Management,
  session: ManagedSession,
  onChange: () => void,
): Promise<PushKeyState> {
  const { db } = management;
  const { hello, fobId, client } = session;
  const { serviceName } = await readSettings(db);
  const kept = await readPushKey(db, fobId);
  if (kept !== undefined && (await holds(management, session, kept, serviceName))) return 'held';
  // A collision with another account on a fob has a probability of one in billions, and that account would be a
  // user's token.
  const account = pushAccountOf(fobId);
  if (await isToken(management, serialOnFob(hello.serial, account))) return 'unfit';
  const row = kept ?? (await makeKey(management, session));
  // An existing account in its place is old: under an earlier name of the service, or with a key that was destroyed.
  if ((row === undefined || kept !== undefined) && (await remove(session, account))) onChange();
  if (row === undefined) return 'none';
  if (!client.knows('putOcra') || ((hello.algorithms >> SUITE.algorithm) & 1) === 0) return 'unfit';
  const isRight = await withAccount(management, row, serviceName, async given => {
    await put(session, given);
    onChange();
    return proves(session, given);
  });
  return isRight === true && (await provePushKey(management, row)) ? 'held' : 'unfit';
}

/** Whether the fob proves the stored key. */
async function holds(
  management: Management,
  session: ManagedSession,
  row: PushKeyRow,
  service: string,
): Promise<boolean> {
  const isRight = await withAccount(management, row, service, account => proves(session, account));
  return isRight === true && (await provePushKey(management, row));
}

/** Returns a new, stored key; undefined if the fob is to have none. */
async function makeKey(
  management: Management,
  { client, fobId }: ManagedSession,
): Promise<PushKeyRow | undefined> {
  const secret = freshPushSecret(client.sessionChance);
  try {
    return await storePushKey(management, fobId, secret);
  } finally {
    secret.fill(0);
  }
}

async function put(session: ManagedSession, account: OwnedAccount): Promise<void> {
  const { client, tools } = session;
  const write = () => putAccount(tools, client, account, { counter: 0, suite: SUITE });
  try {
    await write();
  } catch (error) {
    if (!isRefusal(error, 'account-exists')) throw error;
    await remove(session, account.settings.id);
    await write();
  }
}

/** @returns undefined if the key cannot be decrypted */
async function withAccount<T>(
  { keys }: Management,
  row: PushKeyRow,
  service: string,
  work: (account: OwnedAccount) => Promise<T>,
): Promise<T | undefined> {
  const key = pushSecretOf(keys, row);
  if (key === undefined) return undefined;
  try {
    const text = new TextEncoder();
    const issuer = text.encode(cutText(service, agentLimits.pushIssuerBytes));
    const id = new Uint8Array(Buffer.from(row.account, 'hex'));
    const settings = { id, kind: KIND_OCRA, period: 0, ...SUITE, issuer, label: text.encode(LABEL) };
    return await work({ key, settings });
  } finally {
    key.fill(0);
  }
}

async function proves({ client, tools }: ManagedSession, account: OwnedAccount): Promise<boolean> {
  try {
    return await isProved(tools, client, account);
  } catch (error) {
    if (isRefusal(error, 'damaged', 'no-such-account')) return false;
    throw error;
  }
}

/** @returns whether the account was there */
async function remove({ client, tools }: ManagedSession, id: Uint8Array): Promise<boolean> {
  try {
    await client.call('remove', { id }, { signal: tools.signal });
    return true;
  } catch (error) {
    if (isRefusal(error, 'no-such-account')) return false;
    throw error;
  }
}

async function isToken({ db }: Management, serial: string): Promise<boolean> {
  const found = await db.selectFrom('tokens').select('id').where('serial', '=', serial).executeTakeFirst();
  return found !== undefined;
}
