import type { Bus } from '@passfob/emulator/core/bus';
import { type Core, createCore } from '@passfob/emulator/core/core';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import * as places from '@passfob/emulator/core/places';
import { registersOf, type Stage } from '../kit/register-script.ts';

const FLASH_AT = 0x0800_0000;
const RAM_AT = 0x2000_0000;
const MEMORY_BYTES = 0x1000;
const { IPSR, PRIMASK, BASEPRI, FAULTMASK, CONTROL, OTHER_SP, NZ, CARRY, SP, LR, PC, ASLEEP, EVENT } = places;
const PLACES = { IPSR, PRIMASK, BASEPRI, FAULTMASK, CONTROL, OTHER_SP, NZ, CARRY, SP, LR, PC, ASLEEP, EVENT };
const CORE = Object.fromEntries(Array.from({ length: 13 }, (_, n) => [`r${n}`, n]));

const hex = (value: number): string => (value >>> 0).toString(16);

/** A bus on which nothing answers until the script says so; it then stops the core at a store if it is to. */
function makeBus(core: { readonly executed: number; stop(): void }) {
  const accesses: string[] = [];
  const is = { there: false, stopping: false };
  const bus: Bus = {
    read(address) {
      if (!is.there) throw new ProcessorFault('data-bus', address);
      accesses.push(`${core.executed}`);
      return 0;
    },
    write(address, value, bytes) {
      if (!is.there) throw new ProcessorFault('data-bus', address);
      accesses.push(`${hex(value)}/${bytes}@${hex(address)}`);
      if (is.stopping) core.stop();
    },
  };
  return { bus, accesses, is };
}

const put = (memory: Uint8Array, [offset, ...halves]: readonly unknown[]) => {
  const view = new DataView(memory.buffer);
  for (const [index, half] of halves.entries())
    view.setUint16(Number(offset) + 2 * index, Number(half), true);
};

function faultOf(core: Core, count: number): ProcessorFault {
  try {
    core.run(count);
  } catch (error) {
    if (error instanceof ProcessorFault) return error;
    throw error;
  }
  throw new Error('There was no fault.');
}

/** The places of a core, as registers. */
export const placesOf = ({ places: all }: Core) => ({
  read: (place: number) => all[place] ?? 0,
  write: (place: number, value: number) => {
    all[place] = value;
  },
});

/**
 * A processor for scripts, about to execute the flash with its stack at the end of the RAM. `flash` and `ram` take an offset and
 * half-words of a program.
 */
export function makeProgram() {
  const flash = new Uint8Array(MEMORY_BYTES);
  const ram = new Uint8Array(MEMORY_BYTES);
  const { bus, accesses, is } = makeBus({
    get executed() {
      return core.executed;
    },
    stop: () => core.stop(),
  });
  const core = createCore({ flash, ram, bus });
  const r = core.places;
  r[PC] = FLASH_AT;
  r[SP] = RAM_AT + MEMORY_BYTES;
  let calledAt = 0;
  let contexts = '';
  core.onSupervisorCall = () => {
    calledAt = r[PC] ?? 0;
  };
  core.onFloatingPointContext = () => {
    contexts += `${r[CONTROL]} `;
  };
  const stage: Stage = {
    registers: registersOf(placesOf(core), { ...CORE, ...PLACES }),
    names: {
      ...{ F: FLASH_AT, R: RAM_AT, DATA: RAM_AT + 0x100 },
      ...{ FOR_EVENT: places.FOR_EVENT, FOR_INTERRUPT: places.FOR_INTERRUPT },
    },
    shows: {
      executed: () => core.executed,
      load: address => core.load(Number(address)) >>> 0,
      inFlash: offset => flash[Number(offset)],
      bus: () => accesses.join(' '),
      calledAt: () => calledAt,
      contexts: () => contexts.trim(),
      // The fault of a run of so many instructions, or its whole message.
      fault: count => {
        const { kind, address } = faultOf(core, Number(count));
        return `${kind} at ${hex(address)}`;
      },
      message: count => faultOf(core, Number(count)).message,
    },
    acts: {
      flash: (...list) => put(flash, list),
      ram: (...list) => put(ram, list),
      run: count => core.run(Number(count)),
      forget: (address, bytes) => core.forget(Number(address), Number(bytes)),
      store: (address, value) => core.store(Number(address), Number(value)),
      stop: () => core.stop(),
      fpu: () => {
        core.isFpuEnabled = true;
      },
      device: kind => Object.assign(is, { there: true, stopping: kind === 'stopping' }),
    },
  };
  return { core, flash, ram, stage };
}
