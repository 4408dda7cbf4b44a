import type { Bus } from '@passfob/emulator/core/bus';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import { hex } from './processor-state.ts';

/** Kinds of accesses, as `oracle/oracle.c` numbers them; the size is added. */
export const RAM_WRITE = 0x100;
export const DEVICE_READ = 0x200;
export const DEVICE_WRITE = 0x300;

/** One access as `oracle/oracle.c` reports it. */
export interface OracleAccess {
  readonly kind: number;
  readonly bytes: number;
  readonly address: number;
  readonly value: number;
}

const isDevice = (address: number): boolean =>
  (address >= 0x4000_0000 && address < 0x6000_0000) || address >>> 20 === 0xe00;

const cut = (value: number, bytes: number): number =>
  (bytes === 4 ? value : value & (2 ** (8 * bytes) - 1)) >>> 0;

/** Devices that answer as those of `oracle/oracle.c` do, and that remember all accesses. */
export class RecordedDevices implements Bus {
  accesses: OracleAccess[] = [];

  read(address: number, bytes: number): number {
    if (!isDevice(address)) throw new ProcessorFault('data-bus', address);
    const value = cut(Math.imul(address, 0x9e37_79b1) ^ (address >>> 7), bytes);
    this.accesses.push({ kind: DEVICE_READ, bytes, address, value });
    return value;
  }

  write(address: number, value: number, bytes: number): void {
    if (!isDevice(address)) throw new ProcessorFault('data-bus', address);
    this.accesses.push({ kind: DEVICE_WRITE, bytes, address, value: cut(value, bytes) });
  }
}

const NAMES: Readonly<Record<number, string>> = {
  [RAM_WRITE]: 'RAM write',
  [DEVICE_READ]: 'device read',
  [DEVICE_WRITE]: 'device write',
};

export const accessText = ({ kind, bytes, address, value }: OracleAccess): string =>
  `${NAMES[kind]} of ${bytes} bytes at ${hex(address)}: ${hex(value)}`;
