import { MAX_INSIDE_ENTRIES, MAX_INSIDE_FILES } from './limits.ts';
import type { CommandResult } from './message.ts';
import type { ControlTarget } from './target.ts';
import { traceLogOf } from './trace-log.ts';

/** Returns the inside of the fob in the form of answers and events. It has names and sizes, and no contents. */
export function insideResult({ fob, clock, recorder }: ControlTarget): CommandResult {
  const { image, storage, eeprom, timers, watches, parts, isPlugged, supplyMillivolts } = fob.inspect();
  const log = traceLogOf(fob);
  return {
    board: fob.board,
    image,
    clock,
    now: fob.now(),
    powered: fob.powered,
    sleeping: fob.sleeping,
    plugged: isPlugged,
    supplyMillivolts,
    parts: parts ?? null,
    operations: fob.operations,
    transfers: fob.transfers,
    cryptoCalls: fob.cryptoCalls,
    storage: { ...storage, files: storage.files.slice(0, MAX_INSIDE_FILES) },
    eeprom: eeprom ?? null,
    written: log.written,
    timers: timers.slice(0, MAX_INSIDE_ENTRIES).map(({ dueMs, everyMs = null }) => ({ dueMs, everyMs })),
    watches: watches.slice(0, MAX_INSIDE_ENTRIES),
    violations: fob.violations.slice(-MAX_INSIDE_ENTRIES),
    consoleChars: fob.consoleText().length,
    recording: recorder ? { inputs: recorder.count, unrepeatable: recorder.unrepeatable ?? null } : null,
  };
}
