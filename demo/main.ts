import { parseArgs } from 'node:util';
import { FobError } from 'passfob/errors';
import { DEMO_BOARDS, type DemoBoard } from './play/boards.ts';
import { faultOf, traceOf } from './play/faults.ts';
import { onStage } from './play/stage.ts';
import { texts } from './play/texts.ts';
import { showPage } from './show.ts';
import { transcript } from './transcript.ts';

/** DemoOptions of the demo's command line. */
export interface DemoOptions {
  readonly mode: 'page' | 'transcript' | 'help';
  readonly keep: string | undefined;
  readonly board: DemoBoard | undefined;
  /** Whether to open the page in this computer's browser. */
  readonly open: boolean;
}

/** Reads the command line. @throws FobError `usage` */
function readOptions(args: readonly string[]): DemoOptions {
  const { transcript = false, keep, open = false, help = false, board: name } = parsed(args);
  if (help) return { mode: 'help', keep: undefined, board: undefined, open: false };
  if (keep === '') throw new FobError('usage', texts.errors.usage(texts.usage.keepWhat));
  if (transcript && open) throw new FobError('usage', texts.errors.usage(texts.usage.openWhat));
  const board = DEMO_BOARDS.find(each => each === name);
  if (name !== undefined && !board) throw new FobError('usage', texts.errors.usage(texts.usage.boardWhat));
  return { mode: transcript ? 'transcript' : 'page', keep, board, open };
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      transcript: { type: 'boolean' },
      keep: { type: 'string' },
      board: { type: 'string' },
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

/** Exit codes, as `--help` documents them. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

const say = (line: string) => console.log(line);

/** @param stop stops the demo, with an error as its reason @returns the exit code */
async function run(args: readonly string[], stop: AbortController): Promise<number> {
  try {
    const { mode, keep, board, open } = readOptions(args);
    if (mode === 'help') say(texts.help);
    else if (mode === 'transcript') await onStage({ keep, board, stop }, stage => transcript(stage, say));
    else await page({ keep, board, stop, open });
    return EXIT.done;
  } catch (caught) {
    // The stop came first; errors after it are its consequences.
    const error = stop.signal.aborted ? stop.signal.reason : caught;
    const { sentence, next } = faultOf(error);
    console.error([`demo: ${sentence}`, next].filter(Boolean).join('\n'));
    if (process.env.PASSFOB_DEBUG) console.error(traceOf(error));
    return error instanceof FobError && error.kind === 'usage' ? EXIT.usage : EXIT.failed;
  }
}

/** The page runs until the user stops it, so that stop is not a failure. */
async function page({
  keep,
  board,
  stop,
  open,
}: {
  keep: string | undefined;
  board: DemoBoard | undefined;
  stop: AbortController;
  open: boolean;
}) {
  say(texts.ready.starting);
  try {
    await onStage({ keep, board, stop }, stage => showPage(stage, { open, say }));
  } catch (error) {
    if (!isInterrupted(stop.signal)) throw error;
  }
  say(texts.ready.ended);
}

function isInterrupted({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof FobError && reason.kind === 'cancelled';
}

const stop = new AbortController();
const interrupt = () => stop.abort(new FobError('cancelled', texts.errors.interrupted));
// Once: a second signal ends the process at once, by the system's default.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
// The reader of our output has closed it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), stop);
