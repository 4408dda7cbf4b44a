import type { Bus } from '@passfob/emulator/core/bus';
import { type Core, createCore } from '@passfob/emulator/core/core';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import { PC, SP } from '@passfob/emulator/core/places';
import { expect } from 'vitest';

export const FLASH_AT = 0x0800_0000;
export const RAM_AT = 0x2000_0000;
const MEMORY_BYTES = 0x1000;

/** A bus on which nothing answers. */
const emptyBus: Bus = {
  read(address) {
    throw new ProcessorFault('data-bus', address);
  },
  write(address) {
    throw new ProcessorFault('data-bus', address);
  },
};

/** A processor with a program in flash, and its memories. */
export interface Program {
  readonly core: Core;
  readonly r: Int32Array;
  readonly flash: Uint8Array;
  readonly ram: Uint8Array;
}

/** Puts half-words into a memory. */
export function putHalves(memory: Uint8Array, offset: number, halves: readonly number[]): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  for (const [index, half] of halves.entries()) view.setUint16(offset + 2 * index, half, true);
}

/** Returns a processor about to execute these half-words from the flash, with the stack at the end of the RAM. */
export function programOf(halves: readonly number[], bus = emptyBus): Program {
  const flash = new Uint8Array(MEMORY_BYTES);
  const ram = new Uint8Array(MEMORY_BYTES);
  putHalves(flash, 0, halves);
  const core = createCore({ flash, ram, bus });
  core.places[PC] = FLASH_AT;
  core.places[SP] = RAM_AT + MEMORY_BYTES;
  return { core, r: core.places, flash, ram };
}

/** Values of registers by their numbers. */
export type Registers = Readonly<Record<number, number>>;

export function putRegisters(r: Int32Array, registers: Registers): void {
  for (const [n, value] of Object.entries(registers)) r[Number(n)] = value;
}

export function expectRegisters(r: Int32Array, registers: Registers): void {
  const found = Object.keys(registers).map(n => [n, (r[Number(n)] ?? 0) >>> 0]);
  expect(Object.fromEntries(found)).toEqual(registers);
}

/** Executes all of a straight program and returns its state. */
export function execute(
  halves: readonly number[],
  registers: Registers = {},
  count = Number.NaN,
): Int32Array {
  const { core, r } = programOf(halves);
  putRegisters(r, registers);
  core.run(Number.isNaN(count) ? instructionsIn(halves) : count);
  return r;
}

/** Counts instructions of 16 and of 32 bits. */
function instructionsIn(halves: readonly number[]): number {
  let count = 0;
  for (let at = 0; at < halves.length; count++) at += (halves[at] ?? 0) >= 0xe800 ? 2 : 1;
  return count;
}

/** Returns the fault of a run. */
export function faultOf(core: Core, count: number): ProcessorFault {
  try {
    core.run(count);
  } catch (error) {
    if (error instanceof ProcessorFault) return error;
    throw error;
  }
  throw new Error('There was no fault.');
}
