import { ServiceError } from '@passfob/service/base/errors';
import { FobError } from 'passfob/errors';
import { texts } from './texts.ts';

/** What to tell a person about an error: a sentence and the next step. */
export interface Fault {
  readonly sentence: string;
  readonly next: string;
}

/** An error that is not ours is named by nothing but its type: its text may quote what was being worked on. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FobError) return { sentence: error.message, next: error.next };
  if (error instanceof ServiceError) return { sentence: error.message, next: '' };
  return texts.errors.internal(error instanceof Error ? error.name : typeof error);
}

/** Where an error and its causes arose, without their texts. */
export function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    lines.push(cause.name, ...(cause.stack ?? '').split('\n').filter(line => /^\s+at /.test(line)));
  }
  return lines.join('\n');
}
