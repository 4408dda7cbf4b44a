#!/usr/bin/env node
import { SIGNAL_REPEAT_MS } from '../limits.ts';
import { processTerminal } from './base/terminal.ts';
import { run } from './run.ts';

const ending = new AbortController();
let endingSince = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second signal ends the process at once. A second Ctrl-C counts only after a moment, because npx passes each
    // one on again. The handlers stay until then: packages that restore the cursor end the process if nobody else
    // listens.
    if (!ending.signal.aborted) endingSince = performance.now();
    else if (signal !== 'SIGINT' || performance.now() - endingSince > SIGNAL_REPEAT_MS) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
    ending.abort();
  });
}

process.exitCode = await run(process.argv.slice(2), processTerminal(), ending.signal);
