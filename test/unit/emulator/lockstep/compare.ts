import { ProcessorFault } from '@passfob/emulator/core/fault';
import { setState, step, writeMemory } from './commands.ts';
import { accessText, type OracleAccess, RAM_WRITE } from './devices.ts';
import type { OracleProgram } from './oracle.ts';
import { FLASH_AT, FLASH_BYTES, makeOurSide, type OurSide, RAM_AT } from './our-side.ts';
import { differences, hex, OTHER_SP, placeState, stateOf } from './processor-state.ts';
import { type OracleStep, Replies } from './replies.ts';
import { type InstructionTrial, SLOT_BYTES } from './trials.ts';

/** `b .`: what both sides find behind a trial, so that neither translates further. */
const BRANCH_TO_ITSELF = 0xe7fe;
/** Unicorn's `uc_err`. */
const INSTRUCTION_INVALID = 10;
const DATA_ERRORS: ReadonlySet<number> = new Set([6, 7, 12, 13]);
const SP = 13;
const PC = 15;

interface RamChange {
  /** Index of the word in RAM. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** What our core did in a trial. */
export interface OurStep {
  readonly fault: ProcessorFault | undefined;
  readonly state: Int32Array;
  readonly accesses: readonly OracleAccess[];
  /** Words of RAM that changed. */
  readonly changes: readonly RamChange[];
}

/** A trial and what came of it. */
export interface TrialResult {
  readonly trial: InstructionTrial;
  /** Whether both sides executed it; not where both refused it. */
  readonly wasExecuted: boolean;
  /** What differs, in sentences; empty where nothing does. */
  readonly problems: readonly string[];
}

function codeOf({ code }: InstructionTrial): Uint8Array {
  const halves = new Uint16Array(SLOT_BYTES / 2 - 1).fill(BRANCH_TO_ITSELF);
  halves.set(code);
  return new Uint8Array(halves.buffer);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Returns the words of `ram` that differ from `copy`, which is brought up to date. */
function changesOf(ram: Int32Array, copy: Int32Array): RamChange[] {
  const changes: RamChange[] = [];
  if (Buffer.compare(bytesOf(ram), bytesOf(copy)) === 0) return changes;
  for (let at = 0; at < ram.length; at++) {
    const after = ram[at] ?? 0;
    const before = copy[at] ?? 0;
    if (after === before) continue;
    copy[at] = after;
    changes.push({ at, before, after });
  }
  return changes;
}

function runOurs({ core, devices, flash, ramWords }: OurSide, copy: Int32Array, trial: InstructionTrial) {
  flash.set(codeOf(trial), trial.pc - FLASH_AT);
  core.forget(trial.pc, SLOT_BYTES);
  placeState(trial.state, core.places);
  devices.accesses = [];
  let fault: ProcessorFault | undefined;
  try {
    // A run ends early after some instructions, such as MSR.
    const until = core.executed + trial.instructions;
    while (core.executed < until) core.run(until - core.executed);
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw new Error(`${trial.title}: ${error}`, { cause: error });
    fault = error;
  }
  return {
    fault,
    state: stateOf(core.places),
    accesses: devices.accesses,
    changes: changesOf(ramWords, copy),
  };
}

function store(memory: DataView, { bytes, address, value }: OracleAccess): void {
  const at = address - RAM_AT;
  if (bytes === 1) memory.setUint8(at, value);
  else if (bytes === 2) memory.setUint16(at, value, true);
  else memory.setUint32(at, value, true);
}

/** Brings two copies of the RAM up to date, and returns the words that differ between them. */
function ramProblems(ours: Int32Array, oracles: Int32Array, our: OurStep, oracle: OracleStep): string[] {
  const view = new DataView(oracles.buffer);
  const touched = new Set<number>();
  for (const { at, after } of our.changes) {
    ours[at] = after;
    touched.add(RAM_AT + at * 4);
  }
  for (const access of oracle.accesses.filter(({ kind }) => kind === RAM_WRITE)) {
    store(view, access);
    touched.add(access.address & ~3).add((access.address + access.bytes - 1) & ~3);
  }
  return [...touched].flatMap(address => {
    const at = (address - RAM_AT) >> 2;
    const [is = 0, should = 0] = [ours[at], oracles[at]];
    return is === should ? [] : [`${hex(address)} holds ${hex(is)}, not ${hex(should)}`];
  });
}

function accessProblems(our: OurStep, oracle: OracleStep): string[] {
  const [is, should] = [our.accesses, oracle.accesses.filter(({ kind }) => kind !== RAM_WRITE)].map(all =>
    all.map(accessText).join('; '),
  );
  return is === should ? [] : [`the bus saw "${is}", not "${should}"`];
}

/** Returns the fault by which an oracle's step ended, as our core calls it. */
function oracleFault({ error, state }: OracleStep, pc: number): ProcessorFault['kind'] | undefined {
  if (((state[PC] ?? 0) & 1) === 0) return 'invalid-state';
  if (DATA_ERRORS.has(error)) return 'data-bus';
  // Only of the instruction itself: Unicorn also looks at the next one.
  return error === INSTRUCTION_INVALID && ((state[PC] ?? 0) & ~1) === pc
    ? 'undefined-instruction'
    : undefined;
}

/** Of the stack pointers: they read as zero, whatever software writes (ARMv7-M ARM A5.1.3); Unicorn keeps them. */
function clearLowBits(state: Int32Array): void {
  for (const at of [SP, OTHER_SP]) state[at] = (state[at] ?? 0) & ~3;
}

function problemsOf(trial: InstructionTrial, our: OurStep, oracle: OracleStep, ram: string[]): string[] {
  const expected = oracleFault(oracle, trial.pc);
  if (our.fault?.kind !== expected)
    return [`the fault is ${our.fault?.message ?? 'none'}, not ${expected ?? 'none'} (${oracle.error})`];
  clearLowBits(oracle.state);
  const state = expected === undefined ? differences(our.state, oracle.state) : [];
  return [...state, ...accessProblems(our, oracle), ...ram];
}

const isUnaligned = ({ address, bytes }: OracleAccess): boolean => address % bytes !== 0;
const isInFlash = (address: number): boolean =>
  (address - FLASH_AT) >>> 0 < FLASH_BYTES || address < FLASH_BYTES;

/**
 * Unicorn refuses no unaligned access, and splits those to devices. An access without memory does not end its IT block:
 * the next instruction is executed.
 */
function isComparable({ instructions, steps }: InstructionTrial, { fault, accesses }: OurStep): boolean {
  if (fault?.kind === 'unaligned' || accesses.some(isUnaligned)) return false;
  return !(fault?.kind === 'data-bus' && (instructions > steps || isInFlash(fault.address)));
}

interface OurTrial {
  readonly trial: InstructionTrial;
  readonly our?: OurStep;
}

/**
 * Runs trials on our side alone. Those that cannot be compared are undone and have no result; their code stays in flash.
 * @param memory what they begin with
 */
export const ourSteps = (trials: readonly InstructionTrial[], memory: Parameters<typeof makeOurSide>[0]) =>
  runAllOurs(makeOurSide(memory), trials);

function runAllOurs(side: OurSide, trials: readonly InstructionTrial[]): OurTrial[] {
  const copy = Int32Array.from(side.ramWords);
  return trials.map(trial => {
    const our = runOurs(side, copy, trial);
    if (isComparable(trial, our)) return { trial, our };
    for (const { at, before } of our.changes) {
      copy[at] = before;
      side.ramWords[at] = before;
    }
    return { trial };
  });
}

/**
 * Runs trials on both sides, all of them in one exchange.
 * @param memory what both sides begin with
 */
export function compareTrials(
  oracle: OracleProgram,
  trials: readonly InstructionTrial[],
  memory: { readonly flash: Uint8Array; readonly ram: Uint8Array },
): TrialResult[] {
  const side = makeOurSide(memory);
  const [ourRam, oracleRam] = [Int32Array.from(side.ramWords), Int32Array.from(side.ramWords)];
  const ours = runAllOurs(side, trials);
  const commands = ours.flatMap(({ trial, our }) => [
    writeMemory(trial.pc, codeOf(trial)),
    ...(our ? [setState(trial.state), step(trial.steps)] : []),
  ]);
  const replies = new Replies(
    oracle.exchange([writeMemory(FLASH_AT, memory.flash), writeMemory(RAM_AT, memory.ram), ...commands]),
  );
  const results = ours.flatMap(({ trial, our }) => {
    if (!our) return [];
    const step = replies.step();
    const problems = problemsOf(trial, our, step, ramProblems(ourRam, oracleRam, our, step));
    return [{ trial, wasExecuted: our.fault === undefined, problems }];
  });
  return results;
}
