#!/usr/bin/env node
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Whoever asks a second time is taken at their word. Heard until then: packages that restore the cursor end the
    // process at once where nobody but they listens.
    if (ending.signal.aborted) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    ending.abort();
  });
}

process.exitCode = await run(process.argv.slice(2), processTerminal(), ending.signal);
