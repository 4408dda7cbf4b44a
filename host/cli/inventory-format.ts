import type { KnownHealth, ReportedFinding } from '../commands/health.ts';
import type { ClockReading } from '../inventory/clocks.ts';
import type { Imported } from '../inventory/exported.ts';
import type { FobRecord, KnownFob } from '../inventory/fobs.ts';
import type { HistoryEvent } from '../inventory/schema.ts';
import type { Lines, Table } from './base/columns.ts';
import { printable } from './base/terminal.ts';

/** Formats the fobs of the inventory as lines for people. */

/** Short words for findings, for a column. */
const WORDS: Readonly<Record<ReportedFinding['kind'], string>> = {
  'clock-unset': 'clock not set',
  'clock-stale': 'clock stale',
  'clock-off': 'clock wrong',
  'drift-high': 'clock drifts',
  'battery-low': 'battery low',
  'old-firmware': 'old firmware',
  'pin-to-be-chosen': 'PIN to be chosen',
  locked: 'locked',
  'memory-went-back': 'memory went back',
  'cannot-reset-pin': 'no recovery key',
  'damaged-account': 'damaged account',
  full: 'full',
};

export function fobsTable(fobs: readonly (KnownFob & KnownHealth)[]): Table {
  const rows = fobs.map(fob => [
    fob.serial,
    `${fob.board} ${fob.firmware}`,
    fob.holder ?? 'nobody',
    fob.accounts.length === 1 ? '1 account' : `${fob.accounts.length} accounts`,
    clockText(fob),
    seenText(fob),
    healthWords(fob),
    [fob.pairing === 'pending' ? 'pairing interrupted' : '', fob.isGiven ? 'given away' : '']
      .filter(text => text !== '')
      .join(', '),
  ]);
  return { rows };
}

function clockText({ clockSet, clockErrorSeconds, isStale }: KnownFob): string {
  if (clockSet === null) return 'clock never set here';
  return `clock set ${clockSet.slice(0, 10)}, within ${clockErrorSeconds} s${isStale ? ': set it' : ''}`;
}

function seenText({ lastSeen, batteryPercent }: KnownHealth): string {
  if (lastSeen === null) return 'not seen yet';
  const battery = batteryPercent === null ? '' : `, battery ${batteryPercent} %`;
  return `seen ${lastSeen.slice(0, 10)}${battery}`;
}

function healthWords({ health }: KnownHealth): string {
  if (health === null) return 'health unknown';
  const words = new Set(health.map(({ kind }) => WORDS[kind]));
  return words.size === 0 ? 'well' : [...words].join(', ');
}

/** A sentence and the next step for each finding. */
function healthLines({ observed, health }: KnownHealth): string[] {
  if (observed === null || health === null)
    return ['It has not told its state yet. Plug it in and run: passfob care'];
  const told = `State on ${moment(observed)}:`;
  if (health.length === 0) return [`${told} well.`];
  return [told, ...health.map(({ sentence, next }) => `  ${sentence} ${next}`)];
}

const EVENTS: Readonly<Record<HistoryEvent, string>> = {
  paired: 'paired with this inventory',
  erased: 'erased',
  forgotten: 'its keys were deleted here',
  'recovery-key-left': 'was given its recovery key',
  enrolled: 'took the account',
  removed: 'lost the account',
  renamed: 'an account is called',
  assigned: 'given to',
  unassigned: 'taken back from',
  given: 'its keys were written for another owner',
  taken: 'taken over from another owner',
  exported: 'its secret was written into a file:',
  'clock-set': 'its clock was set',
  'power-loss-acknowledged': 'the loss of power of its clock module was acknowledged',
  'policy-set': 'its policy was set',
  'pin-required': 'a new PIN was required',
  'pin-reset': 'its PIN was reset',
  'opened-for-update': 'opened for an update',
  verified: 'proved its accounts',
};

export function recordText(
  serial: string,
  { fob, clocks, history }: Omit<FobRecord, 'fob'> & { readonly fob: (KnownFob & KnownHealth) | null },
): Lines {
  const now =
    fob === null
      ? [`The fob ${serial} has no keys in this inventory.`]
      : [fobsTable([fob]), ...fob.accounts, ...healthLines(fob)];
  const past = history.map(({ at, event, detail }) => `${moment(at)}  ${EVENTS[event]} ${detail}`.trimEnd());
  return [...now, ...clocks.map(readingText), ...past];
}

function readingText({ readMs, isSet, differenceMs, driftPpm, trimPpm }: ClockReading): string {
  const parts = [
    differenceMs === undefined ? 'clock was not set' : `clock ${signed(differenceMs / 1000)} s`,
    ...(driftPpm === undefined ? [] : [`drift ${signed(driftPpm)} ppm`]),
    ...(trimPpm === undefined ? [] : [`trim ${signed(trimPpm)} ppm`]),
    ...(isSet ? ['then set'] : []),
  ];
  return `${moment(new Date(readMs).toISOString())}  ${parts.join(', ')}`;
}

function moment(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value)}`;
}

export function takenText({ added, known }: Imported): string {
  const lines = [
    added.length === 0 ? 'Nothing was new.' : `Added: ${added.join(', ')}.`,
    ...(known.length === 0 ? [] : [`Here already, not changed: ${known.join(', ')}.`]),
  ];
  return lines.map(printable).join('\n');
}
