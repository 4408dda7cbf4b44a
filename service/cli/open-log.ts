import { gatherLines } from '../base/log.ts';

/** Every way in which a process ends by itself or is asked to end; an uncaught error ends in `exit`. */
const ENDINGS = ['exit', 'SIGINT', 'SIGTERM'] as const;

/**
 * Gathers lines of the log (`gatherLines`), and writes them before the process ends, however it ends; only SIGKILL
 * loses the lines of the last turn of the event loop.
 */
export function openLog(write: (lines: string) => void) {
  const lines = gatherLines(write);
  // A second signal ends the process in the handler of the command line, so this handler runs before that one.
  for (const ending of ENDINGS) process.prependListener(ending as 'exit', lines.flush);
  return {
    write: lines.write,
    /** Writes the gathered lines, and no longer watches the process. */
    close() {
      lines.flush();
      for (const ending of ENDINGS) process.off(ending, lines.flush);
    },
  };
}
