import type { Core } from '@passfob/emulator/core/core';
import { ASLEEP } from '@passfob/emulator/core/places';
import { feed, keepConditions, readMemory, run, setState, writeMemory } from './commands.ts';
import { accessText, DEVICE_READ, DEVICE_WRITE, type OracleAccess } from './devices.ts';
import { type ExceptionChange, exceptionsBetween } from './exception-model.ts';
import type { OracleProgram } from './oracle.ts';
import { FLASH_AT, RAM_AT } from './our-side.ts';
import { differences, hex, IPSR, stateOf } from './processor-state.ts';
import type { CoreListener } from './recorded-core.ts';
import { Replies } from './replies.ts';

/** Instructions of one run of the oracle, at most, and between two looks at the whole memory. */
const RUN_MAX = 1_000_000;
const MEMORY_EVERY = 8_000_000;
/** ARMv7-M ARM B3.2.5 */
const VTOR = 0xe000_ed08;
const [LR, PC] = [14, 15];

/** A run of instructions between two exceptions, or a part of one. */
interface RecordedRun {
  readonly firstInstruction: number;
  readonly state: Int32Array;
  readonly accesses: readonly OracleAccess[];
  /** The RAM after it, where that is compared. */
  readonly ram?: Uint8Array;
}

const bytesOf = (words: Int32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
/** The oracle stays in thread mode, in which an EXC_RETURN is an address like any other. */
const inThreadMode = (state: Int32Array): Int32Array => state.map((value, at) => (at === IPSR ? 0 : value));

/** Everything that our core does on a board, as commands to the oracle and what comes of them. */
export class BootRecording implements CoreListener {
  readonly #ram: Uint8Array;
  readonly #commands: Uint8Array[] = [];
  readonly #runs: RecordedRun[] = [];
  readonly counts = { instructions: 0, accesses: 0, entry: 0, return: 0, 'tail chain': 0, resets: 0 };
  /** What the core has done since the last command. */
  #instructions = 0;
  #accesses: OracleAccess[] = [];
  #last: Int32Array | undefined;
  #vectors = 0;
  #memoryDue = MEMORY_EVERY;

  /** @param memory as the program finds it; the RAM is the board's */
  constructor(memory: { readonly flash: Uint8Array; readonly ram: Uint8Array }) {
    this.#ram = memory.ram;
    this.#commands.push(writeMemory(FLASH_AT, memory.flash), writeMemory(RAM_AT, memory.ram));
  }

  onStart({ places }: Core): void {
    const state = stateOf(places);
    if (this.#last !== undefined && differences(state, this.#last).length === 0) return;
    this.#endRun();
    if (this.#last === undefined || this.#isReset(state)) {
      this.counts.resets++;
      this.#vectors = 0;
      this.#commands.push(setState(inThreadMode(state)));
    } else this.#explain(this.#last, state);
    this.#last = state;
  }

  onExecuted({ places }: Core, instructions: number, accesses: readonly OracleAccess[]): void {
    this.#instructions += instructions;
    for (const access of accesses) {
      this.#accesses.push(access);
      if (access.kind === DEVICE_WRITE && access.address === VTOR) this.#vectors = access.value;
    }
    this.#last = stateOf(places);
    // The next exception will change the RAM.
    const isMemoryDue = this.counts.instructions + this.#instructions > this.#memoryDue;
    if (isMemoryDue) this.#memoryDue += MEMORY_EVERY;
    // Unicorn ends a run at WFI.
    if (isMemoryDue || this.#instructions > RUN_MAX || places[ASLEEP] !== 0) this.#endRun(isMemoryDue);
  }

  #isReset(state: Int32Array): boolean {
    return state[LR] === -1 && state[PC] === (this.#word(4) | 1);
  }

  #word(address: number): number {
    const isInRam = address >>> 28 === 2;
    const bytes = isInRam ? this.#ram : this.#flash;
    const at = isInRam ? address - RAM_AT : address & 0x7_ffff;
    return new DataView(bytes.buffer, bytes.byteOffset).getInt32(at, true);
  }

  get #flash(): Uint8Array {
    return (this.#commands[0] ?? new Uint8Array()).subarray(12);
  }

  #explain(before: Int32Array, after: Int32Array): void {
    const memory = { word: (address: number) => this.#word(address), vectors: this.#vectors };
    const changes = exceptionsBetween(before, after, memory);
    if (!changes) {
      const what = `after ${this.counts.instructions} instructions, at ${hex(before[PC] ?? 0)}`;
      throw new Error(`No exception explains, ${what}: ${differences(after, before).join('; ')}`);
    }
    for (const change of changes) this.#tell(change);
  }

  #tell({ kind, state, frame }: ExceptionChange): void {
    this.counts[kind]++;
    if (frame) this.#commands.push(keepConditions());
    for (const [address, words] of frame?.parts ?? [])
      this.#commands.push(writeMemory(address, bytesOf(words)));
    this.#commands.push(setState(inThreadMode(state)));
  }

  #endRun(looksAtMemory = false): void {
    if (this.#instructions === 0 || this.#last === undefined) return;
    const reads = this.#accesses.filter(({ kind }) => kind === DEVICE_READ).map(({ value }) => value | 0);
    this.#commands.push(feed(reads), run(this.#instructions));
    if (looksAtMemory) this.#commands.push(readMemory(RAM_AT, this.#ram.length));
    this.#runs.push({
      firstInstruction: this.counts.instructions,
      state: this.#last,
      accesses: this.#accesses,
      ...(looksAtMemory && { ram: this.#ram.slice() }),
    });
    this.counts.instructions += this.#instructions;
    this.counts.accesses += this.#accesses.length;
    this.#instructions = 0;
    this.#accesses = [];
  }

  /** Has the oracle do the same. Returns the first run in which it did something else, in a sentence. */
  compare(oracle: OracleProgram): string | undefined {
    this.#endRun();
    const replies = new Replies(oracle.exchange([...this.#commands, readMemory(RAM_AT, this.#ram.length)]));
    for (const { firstInstruction, state, accesses, ram } of this.#runs) {
      const step = replies.step();
      const problems = [
        ...differences(inThreadMode(state), step.state),
        ...accessProblems(accesses, step.accesses),
        ...(step.error === 0 ? [] : [`Unicorn's error ${step.error}`]),
        ...(ram && Buffer.compare(ram, replies.memory(ram.length)) !== 0 ? ['the RAM differs'] : []),
      ];
      if (problems.length > 0) return `From instruction ${firstInstruction} on: ${problems.join('; ')}`;
    }
    return Buffer.compare(this.#ram, replies.memory(this.#ram.length)) === 0
      ? undefined
      : 'The RAM differs at the end';
  }
}

function accessProblems(ours: readonly OracleAccess[], oracles: readonly OracleAccess[]): string[] {
  const text = (access: OracleAccess | undefined): string => (access ? accessText(access) : 'no access');
  for (let at = 0; at < Math.max(ours.length, oracles.length); at++) {
    const [is, should] = [text(ours[at]), text(oracles[at])];
    if (is !== should) return [`access ${at} is ${is}, not ${should}`];
  }
  return [];
}
