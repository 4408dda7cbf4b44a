import type { ReportedFinding } from '../commands/health.ts';
import type { InfoClock, InfoResult } from '../commands/info.ts';
import type { PolicyResult } from '../commands/pin.ts';
import { measuresBattery } from '../owner/boards.ts';
import { durationText, signed } from '../owner/health-texts.ts';
import type { FobStatus, Policy } from '../owner/status.ts';
import { printable } from './base/terminal.ts';

/** A fob's PIN policy, state and health as sentences. Names of damaged accounts come from the fob. */

const PINS = {
  none: 'It has no PIN.',
  set: 'Its PIN is set.',
  'to-be-chosen': 'It asks its person to choose a PIN.',
} as const;

const WENT_BACK = {
  no: undefined,
  yes: 'Warning: its memory went back to an earlier content. Somebody may have tried to undo wrong PINs or passcodes that were shown.',
  unknown:
    'Warning: it cannot tell whether its memory went back to an earlier content, because its clock lost its power.',
} as const;

export function infoText(result: InfoResult): string {
  const { serial, board, firmware, interpreter, accounts, free, status, clock, health } = result;
  const room = accounts === undefined ? [] : [`It holds ${counted(accounts, 'account')}; ${free} more fit.`];
  const about =
    status === undefined
      ? ['Its firmware has no PIN: update the firmware to get one.']
      : [...statusLines(status), ...(measuresBattery(board) ? [] : ['Its board cannot measure a battery.'])];
  const todo = health
    .filter(({ kind }) => FINDINGS.includes(kind))
    .map(({ kind, sentence, next }) => (kind === 'battery-low' ? next : `${sentence} ${next}`));
  const on = interpreter === undefined ? '' : ` on Espruino ${interpreter}`;
  return [
    `The fob ${serial} is of the kind ${board}, with firmware ${firmware}${on}.`,
    ...room,
    ...about,
    ...clockLines(clock),
    ...todo,
  ]
    .map(printable)
    .join('\n');
}

/** Findings that the lines about the PIN and the memory do not tell. */
const FINDINGS: readonly ReportedFinding['kind'][] = [
  'clock-unset',
  'clock-stale',
  'clock-off',
  'drift-high',
  'battery-low',
  'old-firmware',
  'damaged-account',
];

/** A clock that is not set is told as a finding. */
function clockLines(clock: InfoClock): string[] {
  const { state, errorMs, uncertaintyMs, driftPpm, driftUncertaintyPpm, crystalPpm, trimPpm = 0 } = clock;
  if (state === 'unset' || errorMs === null) return [];
  const isRight = Math.abs(errorMs) <= (uncertaintyMs ?? 0);
  const error = isRight
    ? 'agrees with this computer'
    : `is ${durationText(errorMs)} ${errorMs < 0 ? 'behind' : 'ahead of'} this computer`;
  const may = crystalPpm === undefined ? '' : `; its crystal may drift by ${crystalPpm} ppm`;
  return [
    `Its clock ${error}.`,
    ...(driftPpm === undefined
      ? []
      : [`Its clock has drifted by ${signed(driftPpm)} ppm, to within ${driftUncertaintyPpm} ppm${may}.`]),
    ...(trimPpm === 0 ? [] : [`Its clock corrects itself by ${signed(trimPpm)} ppm.`]),
  ];
}

function statusLines(status: FobStatus): string[] {
  const { pin, isLocked, failures, policy, iterations, canBeReset, wentBack, batteryPercent } = status;
  const atLimit = policy.onLimit === 'wipe' ? 'it erases itself' : 'only its owner can open it';
  const warning = WENT_BACK[wentBack];
  return [
    isLocked
      ? `${PINS[pin]} It is locked: its accounts show when the PIN has been entered on it.`
      : PINS[pin],
    ...(failures > 0
      ? [`${counted(failures, 'wrong PIN')} since the last right one; after ${policy.attempts} ${atLimit}.`]
      : []),
    ...(pin === 'set' && iterations <= 1
      ? ['Its PIN guards its keys only: this board cannot slow down guesses at a copy of its memory.']
      : []),
    canBeReset
      ? 'A forgotten PIN can be reset by: passfob pin reset'
      : 'A forgotten PIN cannot be reset yet. Run, while it is open: passfob pin escrow',
    ...(batteryPercent === undefined ? [] : [`Its battery is at ${batteryPercent} %.`]),
    ...(warning === undefined
      ? []
      : [`${warning} It forgets this when its policy is set: passfob pin policy`]),
  ];
}

const TYPING = {
  never: 'It does not type passcodes into computers.',
  allowed: 'Its person may have it type passcodes.',
  enter: 'Its person may have it type passcodes, with Enter behind them.',
} as const;

const ASKED = {
  passcode: 'every passcode',
  approval: 'every approval',
  settings: 'the settings',
} as const;

const LIST = new Intl.ListFormat('en-GB');

export function policyText({ serial, policy, canType }: PolicyResult): string {
  return [
    policy.pinDigits === 0
      ? `The fob ${serial} asks for no PIN.`
      : `The fob ${serial} asks for a PIN of ${policy.pinDigits} digits or more.`,
    canType
      ? TYPING[policy.typing]
      : 'It types nothing: its board has no USB keyboard, so its person types the passcodes.',
    ...(policy.pinDigits === 0 ? ['If it asks for one (--digits 6):'] : []),
    limitText(policy),
    policy.lockAfterSeconds === 0
      ? 'It locks when its display goes off.'
      : `It locks ${policy.lockAfterSeconds} s after the last key.`,
    policy.ask.length === 0
      ? 'Once unlocked, it does not ask for its PIN again.'
      : `It asks for its PIN again before ${LIST.format(policy.ask.map(name => ASKED[name]))}.`,
  ].join('\n');
}

function limitText({ attempts, onLimit }: Policy): string {
  return onLimit === 'wipe'
    ? `After ${attempts} wrong PINs it erases itself.`
    : `After ${attempts} wrong PINs it is locked until its owner resets the PIN.`;
}

/** Additional notes for the person. */
export function policyNote({ isSet, pin, wentBack }: PolicyResult): string {
  const warning = WENT_BACK[wentBack];
  return [
    ...(pin === 'to-be-chosen' ? [PINS[pin]] : []),
    ...(warning === undefined ? [] : [isSet ? `${warning} It counts from here again.` : warning]),
  ].join('\n');
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
