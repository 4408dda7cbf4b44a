import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import { TEXTS, type Text } from './texts.ts';

/** The error kinds of the host. Deliberately few: each has its text and its exit code. */
export type ErrorKind = 'refused' | keyof typeof TEXTS;

export interface ErrorOptions {
  /** Fills `{subject}` of the text: a port, a serial, a path. Never a secret. */
  readonly subject?: string | undefined;
  /** Replaces the sentence of the kind. */
  readonly sentence?: string;
  /** Lines below the sentence, one for each mistake, if it announces several. */
  readonly lines?: readonly string[];
  /** Replaces the next step of the kind. */
  readonly next?: string;
  readonly refusal?: RefusalName | undefined;
  /** Additional facts for programs, as JSON. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The only error class of the host. `message` is a sentence for a person, `next` the next step; programs check `kind`
 * and, if the fob refused, `refusal`. No text ever holds a secret.
 */
export class FobError extends Error {
  override readonly name = 'FobError';
  readonly kind: ErrorKind;
  readonly next: string;
  readonly refusal: RefusalName | undefined;
  /** What the error is about: a port, a serial, a path; undefined if it names nothing. */
  readonly subject: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The lines that `message` holds below its sentence. */
  readonly lines: readonly string[];

  constructor(kind: ErrorKind, options: ErrorOptions = {}) {
    const { sentence, next } = textOf(kind, options.refusal);
    const subject = options.subject ?? '';
    const lines = options.lines ?? [];
    const said = options.sentence ?? sentence.replace('{subject}', subject).replace(/ {2,}/g, ' ');
    super([said, ...lines].join('\n'), options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.next = options.next ?? next;
    this.refusal = options.refusal;
    this.subject = options.subject;
    this.details = options.details;
    this.lines = lines;
  }
}

/** Returns an error of the same kind that says more: what a command had done before it, in words and for programs. */
export function amended(
  { kind, refusal, subject, message, next, details, cause }: FobError,
  more: { readonly sentence: string; readonly next?: string; readonly details: ErrorOptions['details'] },
): FobError {
  return new FobError(kind, {
    ...{ refusal, subject, cause },
    sentence: `${message} ${more.sentence}`,
    next: more.next ?? next,
    details: { ...details, ...more.details },
  });
}

function textOf(kind: ErrorKind, refusal: RefusalName | undefined): Text {
  if (refusal !== undefined) return { sentence: REFUSALS[refusal].meaning, next: REFUSALS[refusal].next };
  return TEXTS[kind === 'refused' ? 'bad-input' : kind];
}

/** Refusals that report a fob's state, which the host can also detect by itself. */
const KINDS_OF_REFUSALS: Partial<Record<RefusalName, ErrorKind>> = {
  'not-paired': 'not-paired',
  'already-owned': 'already-owned',
};

/** Makes the error for a nonzero status byte of a response. */
export function refusalError(status: number): FobError {
  const name = refusalName(status);
  if (name === undefined) {
    return new FobError('wrong-version', { sentence: `The fob refused with the unknown number ${status}.` });
  }
  return new FobError(KINDS_OF_REFUSALS[name] ?? 'refused', { refusal: name });
}

function refusalName(status: number): RefusalName | undefined {
  const names = Object.keys(REFUSALS) as RefusalName[];
  return names.find(name => REFUSALS[name].code === status);
}

export function isFobError(error: unknown, ...kinds: readonly ErrorKind[]): error is FobError {
  return error instanceof FobError && (kinds.length === 0 || kinds.includes(error.kind));
}

export function isRefusal(
  error: unknown,
  ...names: readonly RefusalName[]
): error is FobError & { readonly refusal: RefusalName } {
  return error instanceof FobError && error.refusal !== undefined && names.includes(error.refusal);
}

/**
 * Whether it is unknown if the fob has carried out the request. After a memory failure the undo may have failed, too:
 * then the fob completes the refused change at its next boot.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  return (
    isFobError(error, 'no-answer', 'unplugged', 'port-hung', 'cancelled') ||
    isRefusal(error, 'no-session', 'internal', 'storage-failed')
  );
}

/** Returns the `code` that Node and SQLite put on their errors, or an empty string. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Quotes a word of a command in a next step for a POSIX shell, where it needs that. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
