import { keepObserved } from '@passfob/service/subjects/care/observed';
import { resetFobPin } from '@passfob/service/subjects/care/task-acts';
import { accountIdOf } from '@passfob/service/subjects/tokens/account-id';
import type { ObservedFob } from 'passfob/owner/observe';
import { accepted, grace, type Office } from '../../service/users/kit.ts';

const HOUR_MS = 3_600_000;

/** The fob that needs care: its battery is nearly empty, its clock has no time, and its user forgot the PIN. */
export const FOB_IN_NEED = 'PF-8VZA-2MKP';

/** Stores what the fobs of the company told their agents, and what help desk asks for. */
export async function seeFobs({ management }: Office): Promise<void> {
  const { db, clock } = management;
  const fobs = await db.selectFrom('fobs').select(['id', 'serial']).orderBy('serial').execute();
  for (const [nth, fob] of fobs.entries()) {
    const tokens = await db
      .selectFrom('tokens')
      .select(['id', 'serial', 'issuer', 'label'])
      .where('fob_id', '=', fob.id)
      .execute();
    const accounts = tokens.map(token => {
      const { issuer, label } = token;
      return { id: accountIdOf(token, fob.serial), isDamaged: false, kind: 2, issuer, label };
    });
    const need = fob.serial === FOB_IN_NEED && inNeed(nth);
    await keepObserved(db, {
      fobId: fob.id,
      observed: { ...told(nth), serial: fob.serial, accounts, ...need },
      relay: { kind: 'agent', name: `198.51.100.${20 + nth}` },
      atMs: clock() - nth * HOUR_MS,
    });
  }
  accepted(await resetFobPin(management, grace, { serial: FOB_IN_NEED }));
}

function told(nth: number): Omit<ObservedFob, 'serial' | 'accounts'> {
  return {
    board: 'pico',
    firmware: '0.2.0',
    protocolVersion: 2,
    algorithms: 7,
    espruino: '2v29',
    clock: { state: 'trusted', errorMs: 120 + nth, uncertaintyMs: 510, errorSeconds: 1, ageSeconds: 86_400 },
    status: {
      policy: {
        pinDigits: 4,
        attempts: 10,
        onLimit: 'lock',
        lockAfterSeconds: 60,
        ask: [],
        typing: 'never',
      },
      pin: 'set',
      isLocked: false,
      failures: 0,
      iterations: 2_400,
      canBeReset: true,
      wentBack: 'no',
      batteryPercent: 90 - 3 * nth,
    },
    freeRecords: 30,
  };
}

function inNeed(nth: number): Partial<ObservedFob> {
  const { status } = told(nth);
  return {
    clock: { state: 'unset', errorMs: null, uncertaintyMs: null },
    ...(status && { status: { ...status, failures: 9, batteryPercent: 12 } }),
  };
}
