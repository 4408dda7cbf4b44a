import type { Bus } from '@passfob/emulator/core/bus';
import { type Core, createCore } from '@passfob/emulator/core/core';
import type { MemoryOptions } from '@passfob/emulator/core/memory';
import { DEVICE_READ, DEVICE_WRITE, type OracleAccess } from './devices.ts';

/** Hears what a core does. */
export interface CoreListener {
  /** Before it executes instructions; since the last time, exceptions may have changed the state. */
  onStart(core: Core): void;
  /** After it has executed some, with all accesses of those to the bus. */
  onExecuted(core: Core, instructions: number, accesses: readonly OracleAccess[]): void;
}

/** Makes a core of ours that tells what it does, and behaves as any other. */
export function makeRecordedCore(options: MemoryOptions, listener: CoreListener): Core {
  let accesses: OracleAccess[] = [];
  const bus: Bus = {
    read(address, bytes) {
      const value = options.bus.read(address, bytes) >>> 0;
      accesses.push({ kind: DEVICE_READ, bytes, address, value });
      return value;
    },
    write(address, value, bytes) {
      accesses.push({ kind: DEVICE_WRITE, bytes, address, value: value >>> 0 });
      options.bus.write(address, value, bytes);
    },
  };
  const core = createCore({ ...options, bus });
  const run = core.run.bind(core);
  core.run = count => {
    listener.onStart(core);
    accesses = [];
    const before = core.executed;
    try {
      run(count);
    } finally {
      listener.onExecuted(core, core.executed - before, accesses);
    }
  };
  return core;
}
