import type { CareEntry } from '../batch/care.ts';
import { type CareAct, type CareResult, isLeftToPerson } from '../commands/care.ts';
import { type ReportedFinding, reported } from '../commands/health.ts';
import { CARE_TAG_CHARS } from '../limits.ts';
import { needsAttention } from '../owner/health.ts';
import { healthText } from '../owner/health-texts.ts';
import { errorDocument } from './base/report.ts';

/** Formats the outcome of care, for people and for programs. */

const DONE: Readonly<Record<CareAct, string>> = {
  'clock-set': 'Its clock is set.',
  'recovery-key-left': 'It has a recovery key again.',
  'power-loss-acknowledged': 'The loss of power of its clock module is acknowledged.',
};

const PLANNED: Readonly<Record<CareAct, string>> = {
  'clock-set': 'Set its clock.',
  'recovery-key-left': 'Give it a recovery key.',
  'power-loss-acknowledged': 'Acknowledge the loss of power of its clock module.',
};

export type CareOutcome = 'well' | 'mended' | 'attention' | 'skipped' | 'failed';

/** skipped: not a fob of this inventory. */
export function outcomeOf(entry: CareEntry): CareOutcome {
  if ('error' in entry) return entry.isStranger ? 'skipped' : 'failed';
  if (isLeftToPerson(entry.result)) return 'attention';
  return entry.result.done.length > 0 ? 'mended' : 'well';
}

/** Returns an entry of the JSON document. */
export function careDocument(entry: CareEntry): Readonly<Record<string, unknown>> {
  const { address, serial } = entry;
  const head = { address, serial, outcome: outcomeOf(entry) };
  if ('error' in entry) return { ...head, error: errorDocument(entry.error) };
  const { board, firmware, found, done, planned, refused, left, waitsForHold, observed } = entry.result;
  return {
    ...head,
    board,
    firmware,
    found: reported(observed, found),
    done,
    planned,
    refused: refused.map(({ act, error }) => ({ act, error: errorDocument(error) })),
    left: reported(observed, left, waitsForHold),
    waitsForHold,
  };
}

/** Formats a paragraph for a fob: what was found, what was done, and what a person has to do. */
export function careText(entry: CareEntry): string[] {
  const { serial } = entry;
  if ('error' in entry) {
    const { message, next } = entry.error;
    return [message.includes(serial) ? message : `The fob ${serial}: ${message}`, line('to do', next)];
  }
  const { found, done, planned, refused, left, waitsForHold, observed } = entry.result;
  const rest = reported(observed, left, waitsForHold);
  const mended = found.filter(finding => !left.some(({ kind }) => kind === finding.kind));
  const all = [
    ...mended.map(finding => line('found', healthText(finding))),
    ...done.map(act => line('done', DONE[act])),
    ...planned.map(act => line('would', PLANNED[act])),
    ...refused.map(({ error }) => line('failed', `${error.message} ${error.next}`)),
    ...left.map((finding, at) => line(needsAttention(finding) ? 'to do' : 'note', textOf(rest[at]))),
  ];
  return all.length === 0 ? [`The fob ${serial} is well.`] : [`The fob ${serial}:`, ...all];
}

function textOf(finding: ReportedFinding | undefined): string {
  return finding === undefined ? '' : `${finding.sentence} ${finding.next}`;
}

function line(tag: string, text: string): string {
  return `  ${tag.padEnd(CARE_TAG_CHARS)} ${text}`;
}

/** The question before a hold of the button. */
export function holdQuestion({ serial, left }: CareResult): string {
  const reasons = left.filter(({ kind }) => kind.startsWith('clock-')).map(healthText);
  return `The fob ${serial}: ${reasons.join(' ')} Set its clock now? It asks for a hold of its button.`;
}

/** The question before the end of a warning: only a person knows where the fob was. */
export function acknowledgeQuestion({ serial, left }: CareResult): string {
  const reasons = left.filter(({ kind }) => kind === 'memory-went-back').map(healthText);
  return `The fob ${serial}: ${reasons.join(' ')} Do you have it in your hand, do you know why it was without power, and did nobody else have it?`;
}
