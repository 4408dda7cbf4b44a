import { recordLimits } from '../base/limits/records.ts';
import type { Db } from './schema/store.ts';
import { readSetting } from './settings.ts';

/** The name of the setting. */
export const KEPT_DAYS = 'kept_days';

const { events, mail, audit } = recordLimits.keptDays;
const DAY_MS = 86_400_000;

/** How many days log-ins, mail and audit are kept. */
export interface KeptDays {
  readonly eventDays: number;
  readonly mailDays: number;
  readonly auditDays: number;
  /** A shorter time for the audit, and from when on it counts; null if none waits. */
  readonly auditNext: { readonly days: number; readonly fromMs: number } | null;
}

/** Returns how long records are kept at a time: a shorter time for the audit counts from its own time on. */
export async function readKeptDays(db: Db, nowMs: number): Promise<KeptDays> {
  const stored = await storedKeptDays(db);
  const { auditNext } = stored;
  return auditNext === null || nowMs < auditNext.fromMs
    ? stored
    : { ...stored, auditDays: auditNext.days, auditNext: null };
}

/** Returns the same as it was last set, whatever the time. */
export async function storedKeptDays(db: Db): Promise<KeptDays> {
  return (
    (await readSetting<KeptDays>(db, KEPT_DAYS)) ?? {
      eventDays: events.initial,
      mailDays: mail.initial,
      auditDays: audit.initial,
      auditNext: null,
    }
  );
}

/** Returns the start of the oldest day that is kept. Days of UTC go whole: a day that is partly gone has no sums. */
export function keptFromMs(days: number, nowMs: number): number {
  return (Math.floor(nowMs / DAY_MS) - days) * DAY_MS;
}
