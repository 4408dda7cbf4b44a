import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** The load of a machine that does nothing else, after the build before it. */
const QUIET = 0.7;
const PATIENCE_MS = 240_000;
const LOOK_MS = 5_000;

// Each part waits until what ran before it has left the mean of the last minute; a machine that stays busy is measured, and
// nothing of it recorded (`begin`).
const untilMs = Date.now() + PATIENCE_MS;
while ((loadavg()[0] ?? 0) > QUIET && Date.now() < untilMs) await pause(LOOK_MS);
