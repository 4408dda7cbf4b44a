import { setTime, setTimeWithoutHold } from 'passfob/owner/clock';
import { type ObservedFob, observeClock } from 'passfob/owner/observe';
import { type RecoveryKeys, renewRecoveryKey, resetPin } from 'passfob/owner/recovery';
import { acknowledgeWentBack, policyRequest, statusOf } from 'passfob/owner/status';
import type { FobTaskRow } from '../../tokens/fob-tasks.ts';
import { type CareStep, orderOn } from '../plan.ts';
import type { ManagedSession } from '../session.ts';
import { readNames, readOrder } from '../wanted.ts';
import { ignoring, type StepOutcome } from './outcome.ts';

/** Dependencies of a step on the fob. */
export interface Performing {
  readonly session: ManagedSession;
  readonly observed: ObservedFob;
  readonly recoveryKeys: RecoveryKeys;
  readonly task: FobTaskRow;
  readonly mayHold: boolean;
  /** Fewest digits of a PIN that the tokens need. */
  readonly pinDigits: number;
  /** Called when the fob asks its person. */
  readonly onHold: () => void;
}

type Perform = (performing: Performing, step: CareStep) => Promise<StepOutcome>;

/**
 * Does one step to the fob. Each can be repeated after a cut: the fob then is as it should be, or the step is done
 * again without anybody being asked twice.
 * @throws FobError those of the link, refusals; LeaseLost; ServiceError `busy`
 */
export function performStep(performing: Performing, step: CareStep): Promise<StepOutcome> {
  return steps[step.kind](performing, step);
}

const steps: Readonly<Record<CareStep['kind'], Perform>> = {
  'remove-account': removeAccount,
  'pin-reset': resetForgottenPin,
  clock: setClock,
  policy: setPolicy,
  'require-pin': requirePin,
  'recovery-key': giveRecoveryKey,
  'power-loss': acknowledgePowerLoss,
  'rename-account': renameAccount,
  order: orderAccounts,
  erase: eraseFob,
  'push-key': () => Promise.reject(new Error('the push key is no planned step')),
};

async function removeAccount(
  { session: { client, tools }, observed }: Performing,
  { subject }: CareStep,
): Promise<StepOutcome> {
  const id = bytesOf(subject);
  await ignoring(client.call('remove', { id }, { signal: tools.signal }), 'no-such-account');
  const { accounts, freeRecords } = observed;
  if (accounts === 'locked') return { observed };
  const left = accounts.filter(account => Buffer.compare(account.id, id) !== 0);
  return {
    observed: {
      ...observed,
      accounts: left,
      ...(freeRecords !== undefined && { freeRecords: freeRecords + accounts.length - left.length }),
    },
  };
}

/**
 * The fob is open afterwards, and has to be read again. If it does not take its new recovery key now, that key waits
 * for the next session: the reset itself is done.
 */
async function resetForgottenPin(
  { session, recoveryKeys, observed, onHold }: Performing,
  { needsHold }: CareStep,
): Promise<StepOutcome> {
  const { client, tools } = session;
  // A reset that is cut off after this is found by the state of the fob.
  const acts = { onPressNeeded: onHold, onOpen: async () => undefined };
  if (needsHold) await resetPin(tools, client, recoveryKeys, acts);
  else await ignoring(renewRecoveryKey(tools, client, recoveryKeys), 'locked', 'storage-failed');
  return { observed, isStale: true };
}

async function setClock({ session, observed, mayHold, onHold }: Performing): Promise<StepOutcome> {
  const { client, tools } = session;
  if (mayHold) await setTime(tools, client, onHold);
  else if (!(await setTimeWithoutHold(tools, client))) return { observed, why: 'hold', needsHold: true };
  const setMs = Math.max(0, Math.round(tools.now()));
  const clock = await observeClock(tools, client);
  return { observed: { ...observed, clock }, clockSet: { setMs, errorMs: observed.clock.errorMs } };
}

async function setPolicy({
  session: { client, tools },
  observed,
  pinDigits,
}: Performing): Promise<StepOutcome> {
  const before = observed.status?.policy;
  if (before === undefined) return { observed, why: 'old_firmware' };
  await client.call('setPolicy', policyRequest({ ...before, pinDigits }), { signal: tools.signal });
  return withStatus({ client, tools }, observed);
}

async function requirePin({ session: { client, tools }, observed }: Performing): Promise<StepOutcome> {
  await client.call('requirePin', {}, { signal: tools.signal });
  return withStatus({ client, tools }, observed);
}

async function withStatus(
  { client, tools }: Pick<ManagedSession, 'client' | 'tools'>,
  observed: ObservedFob,
): Promise<StepOutcome> {
  const status = statusOf(await client.call('status', {}, { signal: tools.signal }));
  return { observed: { ...observed, status } };
}

async function giveRecoveryKey({ session, recoveryKeys, observed }: Performing): Promise<StepOutcome> {
  const { client, tools } = session;
  await renewRecoveryKey(tools, client, recoveryKeys);
  return withStatus(session, observed);
}

async function acknowledgePowerLoss({
  session: { client, tools },
  observed,
}: Performing): Promise<StepOutcome> {
  const { status: before } = observed;
  if (before === undefined) return { observed, why: 'old_firmware' };
  const status = await acknowledgeWentBack(tools, client, before);
  return { observed: { ...observed, status }, ...(status.wentBack !== 'no' && { why: 'notice' }) };
}

async function renameAccount(
  { session: { client, tools }, observed, task }: Performing,
  { subject }: CareStep,
): Promise<StepOutcome> {
  const names = readNames(task.wanted);
  const { accounts } = observed;
  if (names === undefined || accounts === 'locked') return { observed, why: 'no_account' };
  const text = new TextEncoder();
  const id = bytesOf(subject);
  const request = { id, issuer: text.encode(names.issuer), label: text.encode(names.label) };
  await client.call('rename', request, { signal: tools.signal });
  const renamed = accounts.map(account =>
    Buffer.compare(account.id, id) === 0 ? { ...account, ...names } : account,
  );
  return { observed: { ...observed, accounts: renamed } };
}

async function orderAccounts({
  session: { client, tools },
  observed,
  task,
}: Performing): Promise<StepOutcome> {
  const { accounts } = observed;
  if (accounts === 'locked') return { observed, why: 'locked' };
  const idOf = (account: (typeof accounts)[number]) => Buffer.from(account.id).toString('hex');
  const ordered = [...accounts];
  const wanted = orderOn(accounts.map(idOf), readOrder(task.wanted));
  for (const [place, id] of wanted.entries()) {
    const from = ordered.findIndex(account => idOf(account) === id);
    if (from === place) continue;
    await client.call('move', { id: bytesOf(id), place }, { signal: tools.signal });
    ordered.splice(place, 0, ...ordered.splice(from, 1));
  }
  return { observed: { ...observed, accounts: ordered } };
}

async function eraseFob({ session: { client, tools }, observed, onHold }: Performing): Promise<StepOutcome> {
  await client.call('erase', {}, { signal: tools.signal, onPressNeeded: onHold });
  return { observed: { ...observed, accounts: [] }, isErased: true };
}

function bytesOf(id: string): Uint8Array {
  return new Uint8Array(Buffer.from(id, 'hex'));
}
