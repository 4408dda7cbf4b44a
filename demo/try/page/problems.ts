import { isFobError } from 'passfob/errors';
import { texts } from './texts.ts';

/** Returns what to say about an error: what happened, and what to do on this page, which has no command line. */
export function problemText(error: unknown): string {
  if (!isFobError(error)) return texts.problems.other(error instanceof Error ? error.message : String(error));
  const { refusal, kind, message } = error;
  if (refusal !== undefined && refusal in texts.refusals)
    return texts.refusals[refusal as keyof typeof texts.refusals];
  if (kind in texts.problems) return texts.problems[kind as Problem];
  return texts.problems.other(message);
}

type Problem = Exclude<keyof typeof texts.problems, 'other'>;
