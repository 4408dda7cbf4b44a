import { ServiceError } from '@passfob/service/base/errors';
import { FobError } from 'passfob/errors';
import { texts } from './texts.ts';

/** How to tell a person about an error: a sentence and the next step. */
export interface Fault {
  readonly sentence: string;
  readonly next: string;
}

/** Describes an error. A foreign error is described by its type only, because its text may quote the data in use. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FobError) return { sentence: error.message, next: error.next };
  if (error instanceof ServiceError) return { sentence: error.message, next: '' };
  return texts.errors.internal(error instanceof Error ? error.name : typeof error);
}

/** Returns where an error and its causes arose, without their texts. */
export function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    lines.push(cause.name, ...(cause.stack ?? '').split('\n').filter(line => /^\s+at /.test(line)));
  }
  return lines.join('\n');
}
