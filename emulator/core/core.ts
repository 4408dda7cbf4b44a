import type { Execution } from '../base/timeline.ts';
import { Constants } from './constants.ts';
import type { Controls } from './controls.ts';
import { ProcessorFault } from './fault.ts';
import { type CommonContext, FlashCode } from './flash-code.ts';
import type { InstructionForm } from './form.ts';
import { RUN_INSTRUCTIONS_MAX } from './limits.ts';
import { Memory, type MemoryOptions } from './memory.ts';
import { NZ, PC, PLACES, REMAINING } from './places.ts';
import { RamCode } from './ram-code.ts';

/** A Cortex-M4 that executes instructions; exceptions are entered and left from outside, between two of its runs. */
export interface Core extends Execution, Controls {
  /** Its state, by the indexes of `places.ts`. */
  readonly places: Int32Array;
  /** The forms of which an instruction has been decoded, which happens when it is executed for the first time. */
  readonly seenForms: ReadonlySet<InstructionForm>;
  /**
   * Executes up to `count` instructions from `places[PC]`. Ends early after `stop`, SVC, WFI and WFE, after an
   * instruction that may let an interrupt in (CPSIE, MSR), and where the PC becomes an EXC_RETURN: 0xF0000000 and above.
   * @throws ProcessorFault with `places[PC]` at the instruction; where a branch went to an even address or to one
   *   without memory, at that address. What an instruction before it has done stays done.
   */
  run(count: number): void;
  /** Drops what was decoded from this span of flash, which has changed. */
  forget(address: number, bytes: number): void;
  /** Loads and stores of words by the processor itself, for the exception entry. @throws ProcessorFault */
  load(address: number): number;
  store(address: number, value: number): void;
}

/** From here on, an address in the PC is an EXC_RETURN (ARMv7-M ARM B1.5.8). */
const EXCEPTION_RETURN = 0xf000_0000;

/** Returns a processor, with all registers 0 and the floating-point unit disabled: reset is a matter of the exceptions. */
export function createCore(options: MemoryOptions): Core {
  return new CortexM4(options);
}

class CortexM4 implements Core {
  readonly places = new Int32Array(PLACES);
  readonly seenForms = new Set<InstructionForm>();
  isFpuEnabled = false;
  trapsDivisionByZero = false;
  readonly #memory: Memory;
  readonly #constants = new Constants(this.places);
  /** The flash, at each of its addresses. */
  readonly #flash: readonly FlashCode[];
  readonly #ramCode: RamCode;
  /** Instructions executed before the present run. */
  #before = 0;
  /** Instructions that the present run is meant to execute. */
  #count = 0;

  constructor(options: MemoryOptions) {
    this.#memory = new Memory(options);
    const common: CommonContext = {
      r: this.places,
      memory: this.#memory,
      controls: this,
      constant: value => this.#constants.placeOf(value),
    };
    const { flashAt, flashBytes } = this.#memory;
    this.#flash = [0, flashAt].map(start => new FlashCode(start, flashBytes, common, this.seenForms));
    this.#ramCode = new RamCode(common, this.seenForms);
    // Z is clear after a reset of ours, as in QEMU; the manual leaves the flags unknown.
    this.places[NZ] = 1;
  }

  onSupervisorCall = () => {};
  onFloatingPointContext = () => {};

  get executed(): number {
    return this.#before + this.#count - (this.places[REMAINING] ?? 0);
  }

  stop(): void {
    const left = this.places[REMAINING] ?? 0;
    if (left <= 1) return;
    this.#count -= left - 1;
    this.places[REMAINING] = 1;
  }

  run(count: number): void {
    this.#count = Math.min(count, RUN_INSTRUCTIONS_MAX);
    this.places[REMAINING] = this.#count;
    try {
      this.#runAnywhere();
    } finally {
      this.#before = this.executed;
      this.#count = 0;
      this.places[REMAINING] = 0;
    }
  }

  #runAnywhere(): void {
    const r = this.places;
    while ((r[REMAINING] ?? 0) > 0 && (r[PC] ?? 0) >>> 0 < EXCEPTION_RETURN) {
      const pc = r[PC] ?? 0;
      const code = this.#flash.find(({ start, bytes }) => (pc - start) >>> 0 < bytes);
      if (code === undefined) this.#stepOutside(pc);
      else this.#runIn(code, pc);
    }
  }

  /** Executes instructions while they lie in this code: the loop in which the time goes by. */
  #runIn(code: FlashCode, from: number): void {
    const r = this.places;
    const { start, bytes, executors } = code;
    let pc = from;
    try {
      let offset = (pc - start) >>> 0;
      while (offset < bytes && (r[REMAINING] ?? 0) > 0) {
        pc = (executors[offset >>> 1] ?? this.#decodeIn(code, pc))();
        r[REMAINING] = (r[REMAINING] ?? 0) - 1;
        offset = (pc - start) >>> 0;
      }
      r[PC] = pc;
    } catch (error) {
      r[PC] = placeOfFault(error, pc);
      throw error;
    }
  }

  #stepOutside(pc: number): void {
    const r = this.places;
    try {
      this.#makeSpace();
      r[PC] = this.#ramCode.executorAt(pc)();
      r[REMAINING] = (r[REMAINING] ?? 0) - 1;
    } catch (error) {
      r[PC] = placeOfFault(error, pc);
      throw error;
    }
  }

  #decodeIn(code: FlashCode, pc: number) {
    this.#makeSpace();
    return code.decodeAt(pc);
  }

  /** Self-modifying code may use up the places of constants. */
  #makeSpace(): void {
    if (!this.#constants.isFull) return;
    this.#constants.clear();
    this.#ramCode.clear();
    for (const code of this.#flash) code.clear();
  }

  forget(address: number, bytes: number): void {
    const offset = address - this.#memory.flashAt;
    for (const code of this.#flash) code.forget(code.start + offset, bytes);
  }

  load(address: number): number {
    return this.#memory.load32(address);
  }

  store(address: number, value: number): void {
    this.#memory.store32(address, value);
  }
}

/** An even branch has been done: it is the next instruction that the processor cannot execute (ARMv7-M ARM B1.5.6). */
function placeOfFault(error: unknown, pc: number): number {
  return error instanceof ProcessorFault && error.kind === 'invalid-state' ? error.address : pc;
}
