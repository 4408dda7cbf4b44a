import type { HealthFinding } from './health.ts';

/** Sentences about a fob's health for people. The next step depends on the owner, so each owner has its own texts. */

/**
 * Describes a finding in a sentence about "it".
 * @returns text that may hold names from the fob: make it safe to print
 */
export function healthText(finding: HealthFinding): string {
  switch (finding.kind) {
    case 'clock-unset':
      return finding.wasSet ? 'Its clock lost its time.' : 'Its clock is not set.';
    case 'clock-stale':
      return 'Its clock was set too long ago: services may refuse its passcodes.';
    case 'clock-off':
      return `Its clock is ${durationText(finding.errorMs)} ${finding.errorMs < 0 ? 'behind' : 'ahead'}.`;
    case 'drift-high':
      return `Its clock drifts by ${signed(finding.driftPpm)} ppm; the crystal of its board may drift by ${finding.crystalPpm} ppm.`;
    case 'battery-low':
      return `Its battery is at ${finding.percent} %.`;
    case 'old-firmware':
      return `Its firmware is ${finding.firmware}; the newest is ${finding.newest}.`;
    case 'pin-to-be-chosen':
      return 'It asks its person to choose a PIN.';
    case 'locked':
      return lockedText(finding.attemptsLeft);
    case 'memory-went-back':
      return finding.isSure
        ? 'Its memory went back to an earlier content: somebody may have tried to undo wrong PINs or passcodes that were shown.'
        : 'It cannot tell whether its memory went back to an earlier content, because its clock lost its power.';
    case 'cannot-reset-pin':
      return 'It has no recovery key: a forgotten PIN cannot be reset.';
    case 'damaged-account':
      return `Its account ${nameOf(finding.account)} is damaged.`;
    case 'full':
      return 'No further account fits on it.';
  }
}

function lockedText(attemptsLeft: number): string {
  const left = attemptsLeft === 1 ? '1 attempt is left' : `${attemptsLeft} attempts are left`;
  return attemptsLeft === 0
    ? 'It is locked after too many wrong PINs: only its owner can open it.'
    : `It is locked by its PIN (${left}), so its accounts cannot be read.`;
}

function nameOf({ issuer, label }: { readonly issuer: string; readonly label: string }): string {
  const name = issuer === '' ? label : `${issuer}:${label}`;
  return name === '' ? 'without a name' : name;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Formats a length of time in the largest unit of which it has two or more: `95 s`, `3 h`. */
export function durationText(lengthMs: number): string {
  const ms = Math.abs(lengthMs);
  if (ms >= 2 * DAY_MS) return `${Math.round(ms / DAY_MS)} days`;
  if (ms >= 2 * HOUR_MS) return `${Math.round(ms / HOUR_MS)} h`;
  if (ms >= 2 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${Math.round(ms / 1000)} s`;
}

/** Formats a number with its sign: `+1.5`, `-2`. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value)}`;
}
