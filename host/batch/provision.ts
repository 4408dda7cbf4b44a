import { REFUSED_UNSUPPORTED } from '@passfob/protocol/refusals';
import { accountName } from '../commands/account-name.ts';
import { setInSession } from '../commands/clock.ts';
import type { Context, FobAtHand } from '../commands/context.ts';
import { prepare } from '../commands/enroll.ts';
import { readStatus } from '../commands/fob-status.ts';
import { openOwnerSession } from '../commands/owner-session.ts';
import { type PairOptions, pairBlank } from '../commands/pair.ts';
import { settlePending } from '../commands/verify.ts';
import { writeAccount } from '../commands/write-account.ts';
import type { Enrolment } from '../enrol/enrolment.ts';
import { withFobRandomness } from '../enrol/mixed-seed.ts';
import { FobError, isFobError, refusalError } from '../errors.ts';
import { accountIdText, accountsOf, namesakesOf } from '../inventory/accounts.ts';
import { assignRow, finishRows } from '../inventory/batches.ts';
import type { Pairing } from '../inventory/pairings.ts';
import { type Policy, policyRequest } from '../owner/status.ts';
import type { Ledger, Lot } from './ledger.ts';
import { CLOCK_OFF_SECONDS } from './limits.ts';
import { enrolmentOf, type PlanRow } from './plan.ts';

export interface ProvisionTools extends PairOptions {
  readonly ledger: Ledger;
  /** Stops the work at the next point where the fob is consistent. */
  readonly stop?: AbortSignal | undefined;
}

/** A fob with an open owner session. */
interface Opened {
  readonly pairing: Pairing;
  /** Whether it was just paired: then it holds no account and its clock is set. */
  readonly isFresh: boolean;
  readonly isClockSet: boolean;
  /** Ids of the accounts that the fob has proved. */
  readonly proved: ReadonlySet<string>;
}

/**
 * Applies the whole plan for one fob: owner, recovery key, clock, accounts with their proofs, policy. Each step is
 * durable before the next; after an interruption the same call continues from there.
 * @returns `done`, or `skipped` for a fob that was complete before
 * @throws FobError `no-row`, `row-taken`, `cancelled`, those of `pairBlank`, `openOwnerSession` and `writeAccount`
 */
export async function provision(
  context: Context,
  fob: FobAtHand,
  tools: ProvisionTools,
): Promise<'done' | 'skipped'> {
  const { ledger } = tools;
  const { serial } = fob.hello;
  let opened: Opened | undefined;
  for (;;) {
    const lot = ledger.lotOf(serial);
    if (lot === 'done') return 'skipped';
    if (lot === undefined) throw new FobError('no-row', { subject: serial });
    if (lot.isOpen) ledger.promise(lot);
    try {
      opened ??= await open(context, fob, tools);
      await fill(context, fob, opened, lot, tools);
      return 'done';
    } catch (error) {
      if (!lot.isOpen || !isFobError(error, 'row-taken')) throw error;
      await ledger.reload();
    } finally {
      if (lot.isOpen) ledger.giveBack(lot);
    }
  }
}

async function open(context: Context, fob: FobAtHand, tools: ProvisionTools): Promise<Opened> {
  if (fob.hello.state === 'blank') {
    const { pairing, isClockSet } = await pairBlank(context, fob, tools);
    return { pairing, isFresh: true, isClockSet, proved: new Set() };
  }
  const pairing = await openOwnerSession(context, fob);
  await settlePending(context, fob, pairing);
  const kept = await accountsOf(context.inventory, pairing.id);
  const active = kept.filter(({ state }) => state === 'active');
  const proved = new Set(active.map(({ settings }) => accountIdText(settings.id)));
  return { pairing, isFresh: false, isClockSet: false, proved };
}

async function fill(
  context: Context,
  fob: FobAtHand,
  opened: Opened,
  lot: Lot,
  tools: ProvisionTools,
): Promise<void> {
  const { rows } = lot;
  if (lot.isOpen && !opened.isFresh) await refuseStranger(context, fob, opened);
  if (!opened.isClockSet && rows.some(row => row.setsClock)) await keepTime(context, fob);
  const policy: Partial<Policy> = Object.assign({}, ...rows.map(row => row.policy));
  const isLast = Object.keys(policy).length === 0;
  const missing = rows.filter(({ key }) => !opened.proved.has(tools.ledger.rowOf(key)?.accountId ?? ''));
  for (const [at, row] of missing.entries()) {
    if (tools.stop?.aborted) throw new FobError('cancelled');
    await enrol(context, fob, opened, row, tools.ledger, isLast && at === missing.length - 1 ? rows : []);
  }
  if (!isLast) await setPolicy(context, fob, opened.pairing, policy);
  if (!isLast || missing.length === 0) await finish(context, tools.ledger, rows);
  for (const { key } of rows) {
    const held = tools.ledger.rowOf(key);
    if (held) tools.ledger.note({ ...held, state: 'done', changedMs: context.now() });
  }
}

/** A row for any fob must not go to a fob in use: neither this inventory nor the fob may know of an account on it. */
async function refuseStranger(context: Context, fob: FobAtHand, { proved }: Opened): Promise<void> {
  const { accounts } = await fob.client.call('info', {}, { signal: context.signal });
  if (accounts > 0 || proved.size > 0) throw new FobError('no-row', { subject: fob.hello.serial });
}

async function keepTime(context: Context, fob: FobAtHand): Promise<void> {
  const { state, utc } = await fob.client.call('clock', {}, { signal: context.signal });
  const isRight = state !== 0 && Math.abs(utc - context.now() / 1000) <= CLOCK_OFF_SECONDS;
  if (!isRight) await setInSession(context, fob);
}

/** @param finished rows that this row's proof completes */
async function enrol(
  context: Context,
  fob: FobAtHand,
  opened: Opened,
  row: PlanRow,
  ledger: Ledger,
  finished: readonly PlanRow[],
): Promise<void> {
  const { serial } = fob.hello;
  const given = await enrolmentOf(row, context.random, context.signal);
  const isGenerated = row.source.from === 'generate';
  const enrolment = isGenerated ? withFobRandomness(given, fob.client.sessionChance) : given;
  if (opened.isFresh) refuseUnsupported(fob, enrolment);
  else await prepare(context, fob, enrolment);
  const { pairing } = opened;
  const ids = await namesakesOf(context.inventory, pairing.id, enrolment);
  const account = accountName({ ...enrolment, id: '' });
  if (ids.length > 0) context.report({ event: 'namesake', serial, account, ids });
  await writeAccount(context, fob, pairing, enrolment, {
    async kept(within, id) {
      const changedMs = context.now();
      await assignRow(within, ledger.batchId, row.key, serial, id, changedMs);
      const accountId = accountIdText(id);
      ledger.note({ key: row.key, state: 'assigned', serial, accountId, changedMs, handedOnMs: null });
    },
    async proved(within) {
      if (finished.length > 0) await finishRows(within, ledger.batchId, keysOf(finished), context.now());
    },
  });
}

function refuseUnsupported({ hello }: FobAtHand, { algorithm }: Enrolment): void {
  if (((hello.algorithms >> algorithm) & 1) === 0) throw refusalError(REFUSED_UNSUPPORTED);
}

/** The last step, because from here on the fob may ask for a PIN. */
async function setPolicy(
  context: Context,
  fob: FobAtHand,
  pairing: Pairing,
  changes: Partial<Policy>,
): Promise<void> {
  const { policy } = await readStatus(context, fob, pairing);
  const request = policyRequest({ ...policy, ...changes });
  if (JSON.stringify(request) === JSON.stringify(policyRequest(policy))) return;
  await fob.client.call('setPolicy', request, { signal: context.signal });
}

function finish(context: Context, ledger: Ledger, rows: readonly PlanRow[]): Promise<void> {
  return finishRows(context.inventory, ledger.batchId, keysOf(rows), context.now());
}

function keysOf(rows: readonly PlanRow[]): string[] {
  return rows.map(({ key }) => key);
}
