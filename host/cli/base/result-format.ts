import type { ClockResult } from '../../commands/clock.ts';
import type { ClocksResult } from '../../commands/clocks.ts';
import type { DevicesResult } from '../../commands/devices.ts';
import type { AccountForm, ListResult } from '../../commands/list.ts';
import type { VerifiedAccount } from '../../commands/verify.ts';
import type { Lines } from './columns.ts';
import { printable } from './terminal.ts';

/** Formats results as lines for people. Text from a fob is made safe to print. */

const PAIRINGS = {
  none: 'not in this inventory',
  pending: 'pairing interrupted',
  confirmed: 'in this inventory',
} as const;

export function devicesText({ devices, silent }: DevicesResult): Lines {
  const isSomeoneNamed = devices.some(({ holder }) => holder !== null);
  const fobs = devices.map(({ serial, holder, state, pairing, board, firmware, interpreter, addresses }) => [
    serial,
    ...(isSomeoneNamed ? [holder ?? ''] : []),
    state,
    state === 'blank' ? '' : PAIRINGS[pairing],
    `${board} ${firmware}`,
    interpreter === undefined ? '' : `Espruino ${interpreter}`,
    addresses.join(', '),
  ]);
  const others = silent.map(({ address, error }) => `${address}: ${printable(error.message)}`);
  return [{ rows: fobs }, ...others];
}

const LIST_HEADING = [
  ...['no.', 'id', 'issuer', 'label', 'kind', 'hash', 'passcode', 'period/counter', 'state'],
] as const;

export function listText({ accounts }: ListResult): Lines {
  if (accounts.length === 0) return 'The fob holds no account.';
  const rows = accounts.map((account, place) => [
    String(place + 1),
    account.id,
    account.issuer,
    account.label,
    account.kind.toUpperCase(),
    account.algorithm,
    formText(account),
    movingText(account),
    account.health,
  ]);
  return [{ heading: LIST_HEADING, rows }];
}

/** Describes the passcodes of an account: `TOTP SHA-1, 6 digits, 30 s`. */
export function passcodeText({ kind, algorithm, ...form }: AccountForm): string {
  const parts = [`${kind.toUpperCase()} ${algorithm}`, formText(form), movingText(form)];
  return parts.filter(part => part !== '').join(', ');
}

function formText({ digits, alphabet }: Pick<AccountForm, 'digits' | 'alphabet'>): string {
  return alphabet === 'decimal' ? `${digits} digits` : `${digits} ${alphabet} characters`;
}

function movingText({
  suite,
  periodSeconds,
  counter,
}: Pick<AccountForm, 'suite' | 'periodSeconds' | 'counter'>): string {
  const parts = [
    ...(suite === undefined ? [] : [suite]),
    ...(periodSeconds === undefined ? [] : [`${periodSeconds} s`]),
    ...(counter === undefined ? [] : [`counter ${counter}`]),
  ];
  return parts.join(', ');
}

/** Texts for the results of an account check. */
export const CHECK_TEXTS = {
  proved: 'proved',
  wrong: 'wrong: another key or other settings',
  missing: 'missing on the fob',
  damaged: 'damaged on the fob',
  unknown: 'on the fob, but not in the inventory',
  undone: 'an interrupted enrolment, undone',
} as const;

export function verifyText(accounts: readonly VerifiedAccount[]): Lines {
  if (accounts.length === 0) return 'The fob holds no account, as the inventory says.';
  return [
    { rows: accounts.map(({ id, issuer, label, verdict }) => [id, issuer, label, CHECK_TEXTS[verdict]]) },
  ];
}

/** The clock's error before it was set. */
function beforeText({ serial, before }: ClockResult): string[] {
  if (before?.differenceMs === undefined) return [];
  const { differenceMs, driftPpm } = before;
  const drift = driftPpm === undefined ? '' : `, ${driftPpm} ppm since it was set before`;
  const direction = differenceMs < 0 ? 'behind' : 'ahead';
  return [`The fob ${serial} was ${(Math.abs(differenceMs) / 1000).toFixed(3)} s ${direction}${drift}.`];
}

/** Formats a paragraph for each clock, and a line for each fob that failed. */
export function clocksText({ clocks, failed }: ClocksResult): string {
  const lines = failed.map(
    ({ serial, address, error }) => `${serial ?? address}: ${printable(error.message)}`,
  );
  return [...clocks.map(clockText), ...lines].join('\n');
}

export function clockText(clock: ClockResult): string {
  const { serial, state, fobTime, differenceMs = 0, uncertaintyMs = 0, ageSeconds = 0, driftPpm } = clock;
  const { errorSeconds, trimPpm } = clock;
  if (state === 'unset') return `The clock of the fob ${serial} is not set. Run: passfob clock --set`;
  const direction = differenceMs < 0 ? 'behind' : 'ahead of';
  const seconds = (ms: number) => (Math.abs(ms) / 1000).toFixed(3);
  return [
    ...beforeText(clock),
    `The clock of the fob ${serial} shows ${fobTime}.`,
    `It is ${seconds(differenceMs)} s ${direction} this computer (known to ${seconds(uncertaintyMs)} s).`,
    `It was set ${ageSeconds} s ago${driftPpm === undefined ? '' : `; drift since then ${driftPpm} ppm`}.`,
    ...(errorSeconds === undefined ? [] : [`It estimates its error at ${errorSeconds} s at most.`]),
    ...(trimPpm === undefined || trimPpm === 0 ? [] : [`It corrects itself by ${trimPpm} ppm.`]),
    ...(state === 'stale' ? ['That is no longer trusted. Run: passfob clock --set'] : []),
  ].join('\n');
}
