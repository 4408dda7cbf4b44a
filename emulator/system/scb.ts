import type { Peripheral } from '../base/peripheral.ts';
import { type Behaviour, type Register, Registers } from '../base/registers.ts';
import type { Controls } from '../core/controls.ts';
import {
  BUS_FAULT,
  MEM_MANAGE,
  NMI,
  PEND_SV,
  SV_CALL,
  SYS_TICK,
  USAGE_FAULT,
} from '../core/exception-numbers.ts';
import type { ExceptionState } from './exception-state.ts';

/** Offsets from 0xE000E000 (ARMv7-M ARM tables B3-4 and B3-5; PM0214 §4.4). */
const TABLE = {
  ACTLR: { at: 0x008 },
  CPUID: { at: 0xd00, reset: 0x410fc241, rw: 0 },
  ICSR: { at: 0xd04, rw: 0 },
  VTOR: { at: 0xd08, rw: 0xffffff80 },
  AIRCR: { at: 0xd0c, rw: 0 },
  SCR: { at: 0xd10, rw: 0x16 },
  CCR: { at: 0xd14, reset: 0x200, rw: 0x31b },
  SHPR1: { at: 0xd18, rw: 0 },
  SHPR2: { at: 0xd1c, rw: 0 },
  SHPR3: { at: 0xd20, rw: 0 },
  SHCSR: { at: 0xd24, rw: 0 },
  CFSR: { at: 0xd28, clearedBy1: -1 },
  HFSR: { at: 0xd2c, clearedBy1: -1 },
  DFSR: { at: 0xd30, clearedBy1: -1 },
  MMFAR: { at: 0xd34 },
  BFAR: { at: 0xd38 },
  AFSR: { at: 0xd3c, rw: 0 },
  CPACR: { at: 0xd88, rw: 0x00f00000 },
  /** No debugger is attached; TRCENA and the like keep their bits. */
  DEMCR: { at: 0xdfc, rw: 0x010f07f1 },
  FPCCR: { at: 0xf34, reset: 0xc0000000, rw: 0xc0000000 },
  FPCAR: { at: 0xf38, rw: 0xfffffff8 },
  FPDSCR: { at: 0xf3c, rw: 0x07c00000 },
  MVFR0: { at: 0xf40, reset: 0x10110021, rw: 0 },
  MVFR1: { at: 0xf44, reset: 0x11000011, rw: 0 },
} as const satisfies Record<string, Register>;

/** SCR (B3.2.7) */
export const SLEEPONEXIT = 1 << 1;
export const SLEEPDEEP = 1 << 2;
/** Pending, too, makes an event for WFE. */
export const SEVONPEND = 1 << 4;
/** CCR (B3.2.8) */
export const NONBASETHRDENA = 1 << 0;
export const STKALIGN = 1 << 9;
const DIV_0_TRP = 1 << 4;
/** CPACR: the FPU may be used, if only by privileged software (B3.2.20). */
const CP10 = 1 << 20;
/** HFSR (B3.2.16) */
export const VECTTBL = 1 << 1;
export const DEBUGEVT = 1 << 31;
export const FORCED = 1 << 30;

/** ICSR (B3.2.4) */
const NMIPENDSET = 1 << 31;
const PENDSVSET = 1 << 28;
const PENDSVCLR = 1 << 27;
const PENDSTSET = 1 << 26;
const PENDSTCLR = 1 << 25;
const ISRPENDING = 1 << 22;
const RETTOBASE = 1 << 11;

/** AIRCR (B3.2.6) */
const VECTKEY = 0x05fa;
const VECTKEYSTAT = 0xfa05;
const SYSRESETREQ = 1 << 2;

/** SHCSR (B3.2.13): the bits of each system exception. */
const SYSTEM_HANDLERS = [
  { exception: MEM_MANAGE, active: 1 << 0, pended: 1 << 13, enabled: 1 << 16 },
  { exception: BUS_FAULT, active: 1 << 1, pended: 1 << 14, enabled: 1 << 17 },
  { exception: USAGE_FAULT, active: 1 << 3, pended: 1 << 12, enabled: 1 << 18 },
  { exception: SV_CALL, active: 1 << 7, pended: 1 << 15, enabled: 0 },
  { exception: PEND_SV, active: 1 << 10, pended: 0, enabled: 0 },
  { exception: SYS_TICK, active: 1 << 11, pended: 0, enabled: 0 },
];

/** What registers of the block allow a program. */
export type ProgramControls = Pick<Controls, 'isFpuEnabled' | 'trapsDivisionByZero'>;

/** The System Control Block (ARMv7-M ARM B3.2). The MPU is absent and reads as 0. */
export class SystemControl implements Peripheral {
  readonly name = 'SCB';
  readonly registers: Registers<keyof typeof TABLE>;
  readonly #state: ExceptionState;
  readonly #controls: ProgramControls;
  readonly #onResetRequest: () => void;

  constructor(ports: { state: ExceptionState; controls: ProgramControls; onResetRequest: () => void }) {
    this.#state = ports.state;
    this.#controls = ports.controls;
    this.#onResetRequest = ports.onResetRequest;
    this.registers = new Registers(TABLE, {
      ICSR: {
        read: () => this.#readState(),
        written: (_value, _before, written) => this.#writeState(written),
      },
      AIRCR: {
        read: () => (VECTKEYSTAT << 16) | (this.#state.priorityGroup << 8),
        written: (_value, _before, written) => this.#writeControl(written),
      },
      SHCSR: {
        read: () => this.#readHandlers(),
        written: (_value, _before, written) => this.#writeHandlers(written),
      },
      CCR: { written: () => this.#applyControls() },
      CPACR: { written: () => this.#applyControls() },
      SHPR1: this.#priorities(4),
      SHPR2: this.#priorities(8),
      SHPR3: this.#priorities(12),
    });
  }

  reset(): void {
    this.registers.reset();
    this.#applyControls();
    for (const fault of [MEM_MANAGE, BUS_FAULT, USAGE_FAULT]) this.#state.enable(fault, false);
  }

  #applyControls(): void {
    this.#controls.trapsDivisionByZero = this.registers.has('CCR', DIV_0_TRP);
    this.#controls.isFpuEnabled = this.registers.has('CPACR', CP10);
  }

  read(offset: number): number {
    return this.registers.read(offset);
  }

  write(offset: number, value: number, mask: number): void {
    // The priorities of single handlers are written as bytes, so their registers need to know the mask.
    const first = { [TABLE.SHPR1.at]: 4, [TABLE.SHPR2.at]: 8, [TABLE.SHPR3.at]: 12 }[offset];
    if (first === undefined) this.registers.write(offset, value, mask);
    else
      for (let byte = 0; byte < 4; byte++)
        if ((mask >>> (8 * byte)) & 0xff)
          this.#state.setPriority(first + byte, (value >>> (8 * byte)) & 0xff);
  }

  #priorities(first: number): Behaviour {
    const byte = (number: number): number =>
      Math.max(0, this.#state.priority(first + number)) << (8 * number);
    return { read: () => byte(0) | byte(1) | byte(2) | byte(3) };
  }

  #readState(): number {
    const state = this.#state;
    const { first, running } = state;
    const has = (bits: number, isSet: boolean): number => (isSet ? bits : 0);
    return (
      running |
      has(RETTOBASE, state.depth === 1) |
      (first << 12) |
      has(ISRPENDING, first > SYS_TICK) |
      has(PENDSTSET, state.isPending(SYS_TICK)) |
      has(PENDSVSET, state.isPending(PEND_SV)) |
      has(NMIPENDSET, state.isPending(NMI))
    );
  }

  #writeState(written: number): void {
    if (written & NMIPENDSET) this.#state.pend(NMI);
    if (written & PENDSVSET) this.#state.pend(PEND_SV);
    if (written & PENDSVCLR) this.#state.unpend(PEND_SV);
    if (written & PENDSTSET) this.#state.pend(SYS_TICK);
    if (written & PENDSTCLR) this.#state.unpend(SYS_TICK);
  }

  #writeControl(written: number): void {
    if (written >>> 16 !== VECTKEY) return;
    this.#state.priorityGroup = (written >>> 8) & 7;
    if (written & SYSRESETREQ) this.#onResetRequest();
  }

  #readHandlers(): number {
    let bits = 0;
    for (const { exception, active, pended, enabled } of SYSTEM_HANDLERS) {
      if (this.#state.isActive(exception)) bits |= active;
      if (this.#state.isPending(exception)) bits |= pended;
      if (this.#state.isEnabled(exception)) bits |= enabled;
    }
    return bits;
  }

  /** Changes what is enabled and pending. The active bits, which only an operating system would write, stay. */
  #writeHandlers(written: number): void {
    for (const { exception, pended, enabled } of SYSTEM_HANDLERS) {
      if (enabled !== 0) this.#state.enable(exception, (written & enabled) !== 0);
      if (pended === 0) continue;
      if (written & pended) this.#state.pend(exception);
      else this.#state.unpend(exception);
    }
  }
}
