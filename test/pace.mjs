// Prints how much slower this machine is at present than the one of docs/bench.json: 1 or more. Virtual
// machines of one kind differ, and one was found at less than half its former pace. Most tests start processes, so that is what is
// measured: the median of some starts of Node.
import { spawnSync } from 'node:child_process';

/** "yardstick: `node -e 0`" of docs/bench.json, of 2026-11-28. */
const REFERENCE_MS = 52;
const STARTS = 21;

const startsMs = Array.from({ length: STARTS }, () => {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  return performance.now() - began;
});
const median = startsMs.sort((one, other) => one - other)[(STARTS - 1) / 2];
process.stdout.write(`${Math.max(1, median / REFERENCE_MS).toFixed(2)}\n`);
