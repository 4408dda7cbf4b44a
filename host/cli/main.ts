#!/usr/bin/env node
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

const ending = new AbortController();
// Once: whoever asks a second time is taken at their word by the system.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

process.exitCode = await run(process.argv.slice(2), processTerminal(), ending.signal);
