import { driftOf } from 'passfob/owner/health';
import type { ListedAccount, ObservedFob } from 'passfob/owner/observe';
import { careLimits } from '../../base/limits/care.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import type { Db } from '../../storage/database/database.ts';
import type { CareSchema, ObservedColumns } from '../../storage/schema/schema.ts';
import type { CareRelay } from './session.ts';

type AccountRow = CareSchema['fob_accounts'];

/** Stores what a fob told in this session, in the caller's transaction. @returns the changed columns of its row */
export async function keepObserved(
  db: Db,
  {
    fobId,
    observed,
    relay,
    atMs,
  }: {
    readonly fobId: string;
    readonly observed: ObservedFob;
    readonly relay: CareRelay;
    readonly atMs: number;
  },
): Promise<void> {
  const { accounts } = observed;
  const columns = {
    ...columnsOf(observed, relay, atMs),
    // The fob may leave these names empty, but the columns must not be empty.
    ...(observed.board !== '' && { board: observed.board }),
    ...(observed.firmware !== '' && { firmware: observed.firmware }),
    ...(accounts !== 'locked' && { listed_ms: atMs }),
    ...driftColumn(observed),
  };
  await db.updateTable('fobs').set(columns).where('id', '=', fobId).execute();
  if (accounts !== 'locked') await keepAccounts(db, fobId, accounts, atMs);
}

function columnsOf(
  { algorithms, protocolVersion, espruino, clock, status, freeRecords }: ObservedFob,
  relay: CareRelay,
  atMs: number,
): Omit<ObservedColumns, 'listed_ms'> {
  return {
    algorithms,
    protocol: protocolVersion,
    espruino: espruino ?? null,
    clock_state: clock.state,
    seen_error_ms: clock.errorMs,
    trim_ppm: clock.trimPpm ?? null,
    battery_percent: status?.batteryPercent ?? null,
    pin: status?.pin ?? null,
    pin_digits: status?.policy.pinDigits ?? null,
    is_locked: flag(status?.isLocked),
    pin_failures: status?.failures ?? null,
    pin_attempts: status?.policy.attempts ?? null,
    can_reset_pin: flag(status?.canBeReset),
    went_back: status?.wentBack ?? null,
    free_records: freeRecords ?? null,
    last_seen_ms: atMs,
    last_relay: relay.kind,
    last_relay_name: storable(relay.name).slice(0, careLimits.relayNameMax),
  };
}

function flag(is: boolean | undefined): 0 | 1 | null {
  return is === undefined ? null : is ? 1 : 0;
}

/** A drift that could not be measured leaves the last one. */
function driftColumn({ clock }: ObservedFob): { drift_ppm?: number } {
  const drift = driftOf(clock);
  return drift === undefined || Math.abs(drift.ppm) > tokenLimits.driftPpmMax ? {} : { drift_ppm: drift.ppm };
}

async function keepAccounts(
  db: Db,
  fobId: string,
  accounts: readonly ListedAccount[],
  atMs: number,
): Promise<void> {
  const before = await db
    .selectFrom('fob_accounts')
    .selectAll()
    .where('fob_id', '=', fobId)
    .orderBy('place')
    .execute();
  const listed = accounts.map((account, place) => accountRow(fobId, account, place, atMs));
  // A fob that was tampered with may list an id twice.
  const rows = [...new Map(listed.map(row => [row.account, row])).values()];
  const isSame = before.length === rows.length && before.every((row, at) => isSameAccount(row, rows[at]));
  if (isSame) return;
  await db.deleteFrom('fob_accounts').where('fob_id', '=', fobId).execute();
  if (rows.length > 0) await db.insertInto('fob_accounts').values(rows).execute();
}

function accountRow(fobId: string, account: ListedAccount, place: number, atMs: number): AccountRow {
  return {
    fob_id: fobId,
    account: Buffer.from(account.id).toString('hex'),
    place,
    kind: account.kind,
    issuer: storable(account.issuer),
    label: storable(account.label),
    is_damaged: account.isDamaged ? 1 : 0,
    seen_ms: atMs,
  };
}

function isSameAccount(row: AccountRow, other: AccountRow | undefined): boolean {
  return (
    other !== undefined &&
    row.account === other.account &&
    row.kind === other.kind &&
    row.issuer === other.issuer &&
    row.label === other.label &&
    row.is_damaged === other.is_damaged
  );
}

/** Names come from the fob: not every database stores every character. */
function storable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?');
}
