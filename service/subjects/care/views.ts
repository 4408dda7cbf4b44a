import { crystalPpmOf } from 'passfob/owner/boards';
import { type HealthFacts, type HealthFinding, healthOf } from 'passfob/owner/health';
import type { ObservedFob } from 'passfob/owner/observe';
import type { CareRelayKind, FobLifeState } from '../../base/kinds.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { careLimits } from '../../base/limits/care.ts';
import { done, refused } from '../../base/results.ts';
import { careTexts } from '../../base/texts/care.ts';
import type { TokenState } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { accountIdOf } from '../tokens/account-id.ts';
import { openTaskStates } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import { managedStates, type TaskView, tasksOf } from './tasks.ts';

/** An account as the fob last listed it. Its names come from the fob. */
export interface FobAccountView {
  /** Its id, 8 hexadecimal digits. */
  readonly account: string;
  /** 1 HOTP, 2 TOTP, 3 OCRA. */
  readonly kind: number;
  readonly issuer: string;
  readonly label: string;
  readonly isDamaged: boolean;
  /** The token's serial number; null for an account that no token explains, and for the push key's. */
  readonly token: string | null;
  /** Whether it holds the key for approvals. */
  readonly isPushKey: boolean;
}

/** A token of a fob. */
export interface FobTokenView {
  readonly serial: string;
  readonly user: string | null;
  readonly state: TokenState;
}

/** A fob as the service knows it. Null: it was not told. Times in milliseconds since 1970. */
export interface CaredFobView {
  readonly serial: string;
  readonly nickname: string;
  readonly state: FobLifeState;
  readonly board: string;
  readonly firmware: string;
  readonly espruino: string | null;
  /** Bit n: the board computes algorithm n. */
  readonly algorithms: number | null;
  /** When its clock was last set. */
  readonly clockSetMs: number | null;
  readonly clock: {
    readonly state: 'unset' | 'trusted' | 'stale' | null;
    /** Fob minus service when it was last seen. */
    readonly errorMs: number | null;
    /** The same when it was last set. */
    readonly setErrorMs: number | null;
    readonly driftPpm: number | null;
    readonly trimPpm: number | null;
  };
  readonly batteryPercent: number | null;
  readonly pin: {
    readonly state: 'none' | 'set' | 'to-be-chosen' | null;
    readonly minDigits: number | null;
    readonly isLocked: boolean | null;
    readonly failures: number | null;
    readonly attempts: number | null;
    readonly canBeReset: boolean | null;
  };
  readonly freeRecords: number | null;
  readonly lastSeen: {
    readonly atMs: number;
    readonly relay: CareRelayKind | null;
    readonly name: string | null;
  } | null;
  /** Nobody is asked for a hold until then; 0: it was not put off. */
  readonly putOffUntilMs: number;
  readonly createdMs: number;
  /** How many tasks wait or are being done. */
  readonly openTasks: number;
}

/** A fob with everything about it. */
export interface FobDetail {
  readonly fob: CaredFobView;
  readonly health: readonly HealthFinding[];
  readonly tokens: readonly FobTokenView[];
  /** When its accounts were last listed; null for never. */
  readonly listedMs: number | null;
  readonly accounts: readonly FobAccountView[];
  readonly tasks: readonly TaskView[];
}

/** Facts about the board of a fob, which no fob tells. */
export type FactsOfBoard = (board: string) => Omit<HealthFacts, 'lastSetMs'>;

const factsOfBoard: FactsOfBoard = board => ({ crystalPpm: crystalPpmOf(board) });

/** Returns a fob with its health, accounts and tasks. */
export async function viewFob(db: Db, serial: string, factsOf: FactsOfBoard = factsOfBoard) {
  const row = await fobNamed(db, serial);
  if (row === undefined) return refused('unknown_fob');
  const tasks = await tasksOf(db, row.id);
  const tokens = await tokensOn(db, row.id);
  const accounts = await accountsOn(db, row);
  const openTasks = tasks.filter(({ state }) => state === 'waiting' || state === 'running').length;
  return done({
    fob: viewOf(row, openTasks),
    health: healthOfRow(row, accounts, factsOf(row.board)),
    tokens,
    listedMs: row.listed_ms,
    accounts,
    tasks,
  });
}

function tokensOn(db: Db, fobId: string): Promise<FobTokenView[]> {
  return db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .select(['tokens.serial', 'tokens.state', 'users.name as user'])
    .where('tokens.fob_id', '=', fobId)
    .orderBy('tokens.serial')
    .execute();
}

/** Returns the accounts of a fob as it last listed them. */
export async function accountsOn(db: Db, fob: FobRow): Promise<FobAccountView[]> {
  const rows = await db
    .selectFrom('fob_accounts')
    .selectAll()
    .where('fob_id', '=', fob.id)
    .orderBy('place')
    .execute();
  const tokens = await db
    .selectFrom('tokens')
    .select(['id', 'serial'])
    .where('fob_id', '=', fob.id)
    .execute();
  const push = await db
    .selectFrom('push_keys')
    .select('account')
    .where('fob_id', '=', fob.id)
    .executeTakeFirst();
  const serials = new Map(
    tokens.map(token => [Buffer.from(accountIdOf(token, fob.serial)).toString('hex'), token.serial]),
  );
  return rows.map(({ account, kind, issuer, label, is_damaged }) => ({
    account,
    kind,
    issuer,
    label,
    isDamaged: is_damaged === 1,
    token: serials.get(account) ?? null,
    isPushKey: account === push?.account,
  }));
}

/** Returns the findings of the last session; none for a fob that was in no session yet. */
function healthOfRow(
  row: FobRow,
  accounts: readonly FobAccountView[],
  facts: Omit<HealthFacts, 'lastSetMs'>,
): readonly HealthFinding[] {
  if (row.last_seen_ms === null || row.clock_state === null) return [];
  const lastSetMs = row.clock_set_ms ?? undefined;
  return healthOf(observedOf(row, row.clock_state, row.last_seen_ms, accounts), { ...facts, lastSetMs });
}

function observedOf(
  row: FobRow,
  clockState: ObservedFob['clock']['state'],
  seenMs: number,
  accounts: readonly FobAccountView[],
): ObservedFob {
  const ageSeconds =
    row.clock_set_ms === null ? 0 : Math.max(0, Math.round((seenMs - row.clock_set_ms) / 1000));
  return {
    serial: row.serial,
    board: row.board,
    firmware: row.firmware,
    protocolVersion: row.protocol ?? 1,
    algorithms: row.algorithms ?? 0,
    clock: {
      state: clockState,
      errorMs: row.seen_error_ms,
      // As over a quick link: the round trip is not stored.
      uncertaintyMs: row.seen_error_ms === null ? null : careLimits.seenUncertaintyMs,
      ...(clockState !== 'unset' && { ageSeconds }),
    },
    ...statusOfRow(row),
    accounts:
      row.is_locked === 1
        ? 'locked'
        : accounts.map(({ account, ...named }) => ({
            ...named,
            id: new Uint8Array(Buffer.from(account, 'hex')),
          })),
    ...(row.free_records !== null && { freeRecords: row.free_records }),
  };
}

function statusOfRow(row: FobRow): Pick<ObservedFob, 'status'> {
  if (row.pin === null || row.is_locked === null || row.went_back === null) return {};
  return {
    status: {
      policy: {
        pinDigits: row.pin_digits ?? 0,
        attempts: row.pin_attempts ?? 0,
        onLimit: 'lock',
        lockAfterSeconds: 0,
        ask: [],
        typing: 'never',
      },
      pin: row.pin,
      isLocked: row.is_locked === 1,
      failures: row.pin_failures ?? 0,
      iterations: 0,
      canBeReset: row.can_reset_pin === 1,
      wentBack: row.went_back,
      ...(row.battery_percent !== null && { batteryPercent: row.battery_percent }),
    },
  };
}

/** Selects fobs. Conditions are combined. */
export interface CaredFobQuery {
  /** The last serial number of the previous page. */
  readonly after?: string;
  readonly state?: FobLifeState;
  /** Only fobs whose clock was not set since this time, or never: milliseconds since 1970. */
  readonly clockBeforeMs?: number;
  /** Only fobs whose clock has no time. */
  readonly isClockUnset?: boolean;
  readonly isBatteryLow?: boolean;
  /** Only fobs of these boards with another firmware than the newest. */
  readonly oldFirmware?: readonly { readonly board: string; readonly newest: string }[];
  /** Only fobs that were not seen since this time, or never: milliseconds since 1970. */
  readonly notSeenSinceMs?: number;
  /** Only fobs with tasks that wait or are being done. */
  readonly hasTasks?: boolean;
  /** Default 50, at most 200. */
  readonly rows?: number;
}

/** Returns the serial numbers of the fobs with tokens of a user that are not revoked. */
export async function fobsOfUser(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select('fobs.serial')
    .distinct()
    .where('tokens.user_id', '=', userId)
    .where('tokens.state', '<>', 'revoked')
    .orderBy('fobs.serial')
    .execute();
  return rows.map(({ serial }) => serial);
}

/** A page of fobs by serial number. */
export interface CaredFobPage {
  readonly fobs: readonly CaredFobView[];
  /** `after` of the next page; null if this is the last. */
  readonly next: string | null;
}

/** Returns the fobs that a query selects, a page at a time. */
export async function listCaredFobs(db: Db, query: CaredFobQuery = {}): Promise<CaredFobPage> {
  const { pageRowsDefault, pageRowsMax } = administrationLimits;
  const rows = Math.max(1, Math.min(query.rows ?? pageRowsDefault, pageRowsMax));
  const found = await selected(db, query)
    .select(({ selectFrom }) =>
      selectFrom('fob_tasks')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('fob_tasks.fob_id', '=', 'fobs.id')
        .where('fob_tasks.state', 'in', openTaskStates)
        .as('open_tasks'),
    )
    .orderBy('fobs.serial')
    .limit(rows + 1)
    .execute();
  const page = found.slice(0, rows);
  return {
    fobs: page.map(({ open_tasks, ...row }) => viewOf(row, Number(open_tasks ?? 0))),
    next: found.length > rows ? (page.at(-1)?.serial ?? null) : null,
  };
}

/** Returns how many fobs a query selects, whatever its page. */
export async function countCaredFobs(db: Db, { after: _, ...query }: CaredFobQuery): Promise<number> {
  const { count } = await selected(db, query)
    .clearSelect()
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Returns the serial numbers of the fobs that a query selects and that can have tasks. @param most how many at most */
export async function serialsForCare(db: Db, query: CaredFobQuery, most: number): Promise<string[]> {
  const rows = await selected(db, query)
    .clearSelect()
    .select('fobs.serial')
    .where('fobs.state', 'in', managedStates)
    .orderBy('fobs.serial')
    .limit(most)
    .execute();
  return rows.map(({ serial }) => serial);
}

function selected(db: Db, query: CaredFobQuery) {
  const { state, notSeenSinceMs, oldFirmware, clockBeforeMs } = query;
  let select = db
    .selectFrom('fobs')
    .selectAll('fobs')
    .where('fobs.serial', '>', query.after ?? '');
  if (state !== undefined) select = select.where('fobs.state', '=', state);
  if (clockBeforeMs !== undefined)
    select = select.where(where =>
      where.or([where('fobs.clock_set_ms', 'is', null), where('fobs.clock_set_ms', '<', clockBeforeMs)]),
    );
  if (query.isClockUnset) select = select.where('fobs.clock_state', '=', 'unset');
  if (query.isBatteryLow) select = select.where('fobs.battery_percent', '<=', careLimits.batteryLowPercent);
  if (notSeenSinceMs !== undefined)
    select = select.where(where =>
      where.or([where('fobs.last_seen_ms', 'is', null), where('fobs.last_seen_ms', '<', notSeenSinceMs)]),
    );
  if (oldFirmware !== undefined)
    select = select.where(where =>
      where.or(
        oldFirmware.map(({ board, newest }) =>
          where.and([where('fobs.board', '=', board), where('fobs.firmware', '<>', newest)]),
        ),
      ),
    );
  if (query.hasTasks)
    select = select.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('fob_tasks')
          .select('fob_tasks.id')
          .whereRef('fob_tasks.fob_id', '=', 'fobs.id')
          .where('fob_tasks.state', 'in', openTaskStates),
      ),
    );
  return select;
}

function viewOf(row: FobRow, openTasks: number): CaredFobView {
  const flag = (value: 0 | 1 | null) => (value === null ? null : value === 1);
  return {
    serial: row.serial,
    nickname: row.nickname,
    state: row.state,
    board: row.board,
    firmware: row.firmware,
    espruino: row.espruino,
    algorithms: row.algorithms,
    clockSetMs: row.clock_set_ms,
    clock: {
      state: row.clock_state,
      errorMs: row.seen_error_ms,
      setErrorMs: row.clock_error_ms,
      driftPpm: row.drift_ppm,
      trimPpm: row.trim_ppm,
    },
    batteryPercent: row.battery_percent,
    pin: {
      state: row.pin,
      minDigits: row.pin_digits,
      isLocked: flag(row.is_locked),
      failures: row.pin_failures,
      attempts: row.pin_attempts,
      canBeReset: flag(row.can_reset_pin),
    },
    freeRecords: row.free_records,
    lastSeen:
      row.last_seen_ms === null
        ? null
        : { atMs: row.last_seen_ms, relay: row.last_relay, name: row.last_relay_name },
    putOffUntilMs: row.put_off_until_ms,
    createdMs: row.created_ms,
    openTasks,
  };
}

/** Returns what to do about a finding of a fob's health. */
export function careNext(finding: HealthFinding): string {
  const isLossOfPower = finding.kind === 'memory-went-back' && !finding.isSure;
  return careTexts.next[isLossOfPower ? 'power-lost' : finding.kind];
}
