import { parseArgs } from 'node:util';
import { FobError } from 'passfob/errors';
import { texts } from './play/texts.ts';

/** What the demo is asked to do. */
export interface Options {
  readonly mode: 'page' | 'transcript' | 'help';
  readonly keep: string | undefined;
  /** Whether the page is to be opened in this computer's browser. */
  readonly open: boolean;
}

/** Reads the command line. @throws FobError `usage` */
export function readOptions(args: readonly string[]): Options {
  const { transcript = false, keep, open = false, help = false } = parsed(args);
  if (help) return { mode: 'help', keep: undefined, open: false };
  if (keep === '') throw new FobError('usage', texts.errors.usage(texts.usage.keepWhat));
  if (transcript && open) throw new FobError('usage', texts.errors.usage(texts.usage.openWhat));
  return { mode: transcript ? 'transcript' : 'page', keep, open };
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      transcript: { type: 'boolean' },
      keep: { type: 'string' },
      open: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    const { unreadable } = texts.usage;
    const reason = cause instanceof Error ? (cause.message.split(/\. |\n/)[0] ?? unreadable) : unreadable;
    throw new FobError('usage', { ...texts.errors.usage(`${reason.replace(/\.$/, '')}.`), cause });
  }
}
