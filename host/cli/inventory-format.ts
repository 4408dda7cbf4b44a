import type { ImportedBundle } from '../inventory/bundle.ts';
import type { ClockReading } from '../inventory/clocks.ts';
import type { FobRecord, KnownFob } from '../inventory/fobs.ts';
import type { HistoryEvent } from '../inventory/schema.ts';
import type { Lines, Table } from './base/columns.ts';
import { printable } from './base/terminal.ts';

/** Formats the fobs of the inventory as lines for people. */

export function fobsTable(fobs: readonly KnownFob[]): Table {
  const rows = fobs.map(fob => [
    fob.serial,
    `${fob.board} ${fob.firmware}`,
    fob.holder ?? 'nobody',
    fob.accounts.length === 1 ? '1 account' : `${fob.accounts.length} accounts`,
    clockText(fob),
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
  'clock-set': 'its clock was set',
  'policy-set': 'its policy was set',
  'pin-required': 'a new PIN was required',
  'pin-reset': 'its PIN was reset',
  'opened-for-update': 'opened for an update',
  verified: 'proved its accounts',
};

export function recordText(serial: string, { fob, clocks, history }: FobRecord): Lines {
  const now =
    fob === null ? [`The fob ${serial} has no keys in this inventory.`] : [fobsTable([fob]), ...fob.accounts];
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

export function takenText({ added, known }: ImportedBundle): string {
  const lines = [
    added.length === 0 ? 'Nothing was new.' : `Added: ${added.join(', ')}.`,
    ...(known.length === 0 ? [] : [`Here already, not changed: ${known.join(', ')}.`]),
  ];
  return lines.map(printable).join('\n');
}
