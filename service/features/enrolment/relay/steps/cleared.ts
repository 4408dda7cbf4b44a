import { pause } from 'passfob/client/pause';
import type { CareKind } from '../../../../base/kinds.ts';
import { careLimits } from '../../../../base/limits/care.ts';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { recordAudit } from '../../../audit/record.ts';
import { type CareRunResult, careFor } from '../../../care/run/run.ts';
import type { Acting } from '../../../tokens/acting.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { RelayRefusal } from '../records/refusal.ts';
import { opened } from './locked.ts';
import type { Run } from './run.ts';

/** What comes before the account of a new user. */
const FIRST: ReadonlySet<CareKind> = new Set<CareKind>(['remove-account', 'pin-reset']);

/**
 * Removes the accounts that must not stay beside the one that is about to be written: of revoked tokens, and of those
 * that were taken from their users. A PIN that nobody present knows is reset before that, if a person of the service
 * has asked for it; otherwise it has to be entered.
 * @throws RelayRefusal `no_pin` if such an account remains, `in_use` if another relay cares for the fob
 */
export async function clearedFob(run: Run, fob: FobRow): Promise<void> {
  const { client, tools, claim } = run;
  const first = await care(run, fob);
  if (isLeft(first)) {
    await opened(run, () => client.call('info', {}, { signal: tools.signal }));
    if (isLeft(await care(run, fob)))
      throw new RelayRefusal('no_pin', 'an earlier account could not be removed');
  }
  await claim.holding(acting => comeBack(acting, fob.id));
}

function isLeft({ waiting }: CareRunResult): boolean {
  return waiting.some(({ kind }) => kind === 'remove-account');
}

async function care(
  { management, client, hello, tools, tell, claim }: Run,
  fob: FobRow,
): Promise<CareRunResult> {
  const session = { client, hello, fobId: fob.id, tools };
  for (let waitedMs = 0; ; waitedMs += relayLimits.pinPollMs) {
    const result = await careFor(management, session, {
      relay: { kind: 'activation', name: claim.actor.source },
      mayHold: true,
      only: FIRST,
      tell: ({ phase }) => phase === 'hold' && tell('press', relayTexts.steps.pinReset),
    });
    if (!result.isBusy) return result;
    if (waitedMs > careLimits.careLeaseMs)
      throw new RelayRefusal('in_use', 'another relay cares for the fob');
    await pause(relayLimits.pinPollMs, tools.signal);
  }
}

/** A fob that was lost, or out of use, is in use again. */
async function comeBack({ db, keys, actor, atMs }: Acting, fobId: string): Promise<void> {
  const fob = await db
    .selectFrom('fobs')
    .select(['serial', 'state'])
    .where('id', '=', fobId)
    .where('state', 'in', ['found', 'retired'])
    .executeTakeFirst();
  if (fob === undefined) return;
  await db.updateTable('fobs').set({ state: 'in_use', state_ms: atMs }).where('id', '=', fobId).execute();
  const about = { subjectKind: 'fob', subjectId: fobId, subject: fob.serial } as const;
  const detail = { what: 'activated', from: fob.state };
  await recordAudit(db, keys, { atMs, actor, action: 'fob.found', ...about, detail });
}
