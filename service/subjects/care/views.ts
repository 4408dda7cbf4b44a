import { crystalPpmOf } from 'passfob/owner/boards';
import { type HealthFacts, type HealthFinding, healthOf, needsAttention } from 'passfob/owner/health';
import { healthText } from 'passfob/owner/health-texts';
import type { ObservedFob } from 'passfob/owner/observe';
import type { FobLifeState } from '../../base/kinds.ts';
import { administrationLimits } from '../../base/limits/administration.ts';
import { careLimits } from '../../base/limits/care.ts';
import { done, refused } from '../../base/results.ts';
import {
  count,
  described,
  flag,
  list,
  named,
  nullable,
  number,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import { careTexts } from '../../base/texts/care.ts';
import type { Db } from '../../storage/database/database.ts';
import { accountIdOf } from '../tokens/account-id.ts';
import { openTaskStates } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import { tokenState } from '../tokens/views.ts';
import { lifeState } from './subject.ts';
import { fobTask, managedStates, tasksOf } from './tasks.ts';

const known = nullable(flag);

/** A fob as the service knows it. Null: it was not told. */
export const fobShape = named(
  object({
    serial: serviceText,
    nickname: described(serviceText, 'The name that its user gave it, or empty.'),
    state: lifeState,
    board: serviceText,
    firmware: serviceText,
    espruino: nullable(serviceText),
    algorithms: described(nullable(count), 'Bit n: the board computes algorithm n of the protocol.'),
    clock: nullable(object({ setMs: time, errorMs: nullable(number), driftPpm: nullable(number) })),
    clockState: nullable(oneOf('unset', 'trusted', 'stale')),
    clockErrorMs: described(nullable(number), 'Fob minus service when it was last seen.'),
    trimPpm: nullable(number),
    batteryPercent: nullable(number),
    pin: object({
      state: nullable(oneOf('none', 'set', 'to-be-chosen')),
      minDigits: nullable(count),
      isLocked: known,
      failures: nullable(count),
      attempts: nullable(count),
      canBeReset: known,
    }),
    freeRecords: nullable(count),
    lastSeen: nullable(
      object({
        atMs: time,
        relay: nullable(oneOf('agent', 'activation', 'page', 'command')),
        name: nullable(serviceText),
      }),
    ),
    putOffUntilMs: described(time, 'Nobody is asked for a hold of the button until then.'),
    openTasks: count,
    createdMs: time,
  }),
  'Fob',
);
export type CaredFobView = TypeOf<typeof fobShape>;

/** An account as the fob last listed it: its id, 8 hexadecimal digits, and the names that it gave. */
const accountShape = named(
  object({
    account: serviceText,
    kind: described(count, '1: HOTP, 2: TOTP, 3: OCRA.'),
    issuer: serviceText,
    label: serviceText,
    isDamaged: flag,
    token: described(
      nullable(serviceText),
      'The serial number of its token. Null: no token explains the account, or it is the key for approvals.',
    ),
    isForApprovals: flag,
  }),
  'FobAccount',
);
export type FobAccountView = TypeOf<typeof accountShape>;

const finding = named(
  object({ kind: serviceText, text: serviceText, next: serviceText, needsAttention: flag }),
  'FobHealthFinding',
);

/** A fob with everything about it. */
export const fobDetailShape = object({
  fob: fobShape,
  health: list(finding),
  tokens: list(object({ serial: serviceText, user: nullable(serviceText), state: tokenState })),
  listedMs: described(nullable(time), 'When its accounts were last listed. Null: never.'),
  accounts: list(accountShape),
  tasks: list(fobTask),
});
type DetailShown = TypeOf<typeof fobDetailShape>;

/** The same, with the findings as they were found. */
export type FobDetail = Omit<DetailShown, 'health'> & { readonly health: readonly HealthFinding[] };

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

function tokensOn(db: Db, fobId: string) {
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
    isForApprovals: account === push?.account,
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
    clock:
      row.clock_set_ms === null
        ? null
        : { setMs: row.clock_set_ms, errorMs: row.clock_error_ms, driftPpm: row.drift_ppm },
    clockState: row.clock_state,
    clockErrorMs: row.seen_error_ms,
    trimPpm: row.trim_ppm,
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

/** Returns a fob with everything about it, as it is shown to programs. */
export function detailShown(detail: FobDetail): DetailShown {
  return {
    ...detail,
    health: detail.health.map(one => ({
      kind: one.kind,
      text: healthText(one),
      next: careNext(one),
      needsAttention: needsAttention(one),
    })),
  };
}

/** Returns what to do about a finding of a fob's health. */
export function careNext(finding: HealthFinding): string {
  const isLossOfPower = finding.kind === 'memory-went-back' && !finding.isSure;
  return careTexts.next[isLossOfPower ? 'power-lost' : finding.kind];
}
