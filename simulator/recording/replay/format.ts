/**
 * The file of a recording: lines of JSON. The first has the facts of the fob at its start; each further one has an
 * input. It holds no screens: a replay draws them.
 */

import { bytesOfBase64 } from '../../base/base64.ts';
import { BOARD_NAMES, checkedParts } from '../../base/boards-and-parts.ts';
import type { FaultPlan } from '../../base/fault-plan.ts';
import type { BoardName, EspruinoVersion, PartsOptions } from '../../base/fob.ts';
import { isObject } from '../../base/objects.ts';
import { inputFault, isPlan, type RecordedInput } from './inputs.ts';
import {
  MAX_RECORDED_ADVANCE_MS,
  MAX_RECORDED_FILE_BYTES,
  MAX_RECORDED_INPUTS,
  MAX_RECORDED_NAME_CHARS,
  MAX_RECORDING_CHARS,
} from './limits.ts';

const FORMAT = 1;

/** How the fob was booted. A fresh fob with the same facts is the same fob. */
export interface RecordedFacts {
  readonly board: BoardName;
  readonly espruino: EspruinoVersion;
  /** The clock of the recorded fob. A replay has a virtual one. */
  readonly clock: 'virtual' | 'real';
  readonly seed: number;
  /** Virtual UTC at boot in ms since 1970. */
  readonly startMs: number;
  /** CRC-32 of the image's application file; empty for a board without one. */
  readonly image: string;
  /** Files flashed beside the image, in base64. */
  readonly files: Readonly<Record<string, string>>;
  /** Faults from the first start on. */
  readonly faults: FaultPlan;
  readonly parts: PartsOptions;
  readonly crystal: boolean;
}

export interface FobRecording {
  readonly facts: RecordedFacts;
  readonly inputs: readonly RecordedInput[];
}

/** The text is no recording that this simulator can read; the message says why in a sentence, and quotes at most a name. */
export class NotARecording extends Error {}

/** Returns the first line of the file. */
export function factsLine(facts: RecordedFacts): string {
  return `${JSON.stringify({ passfobRecording: FORMAT, ...facts })}\n`;
}

/** Returns the line of one input. */
export function inputLine(input: RecordedInput): string {
  return `${JSON.stringify(input)}\n`;
}

/** Returns the whole file. */
export function formatRecording({ facts, inputs }: FobRecording): string {
  return factsLine(facts) + inputs.map(inputLine).join('');
}

/** Reads a file. @throws NotARecording */
export function parseRecording(text: string): FobRecording {
  if (text.length > MAX_RECORDING_CHARS) throw new NotARecording('the file is too long for a recording');
  const [first = '', ...rest] = text.split('\n').filter(line => line.trim() !== '');
  if (rest.length > MAX_RECORDED_INPUTS) throw new NotARecording('the recording has too many inputs');
  const facts = readFacts(readLine(first, 1));
  // Moves of time count with their length, so that all of them together have the bound of one time. The length of
  // a press may be time that the board was busy for.
  let lastAt = 0;
  let movedMs = 0;
  let isPress = false;
  const inputs = rest.map((line, index) => {
    const input = readLine(line, index + 2);
    const fault = inputFault(input);
    if (fault !== undefined) throw new NotARecording(`line ${index + 2} is no input: ${fault}`);
    const recorded = input as RecordedInput;
    if (recorded.at < lastAt) throw new NotARecording(`line ${index + 2} is earlier than the line before it`);
    const ms = recorded.do === 'advance' ? Math.floor(recorded.ms) : 0;
    movedMs += ms;
    if (movedMs > MAX_RECORDED_ADVANCE_MS) throw new NotARecording(`line ${index + 2} is too late`);
    lastAt = recorded.at + (isPress ? 0 : ms);
    isPress = recorded.do === 'keyDown';
    return recorded;
  });
  return { facts, inputs };
}

function readLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new NotARecording(`line ${number} is not JSON`);
  }
}

type Check = (value: unknown) => boolean;

/** Files that hold data and no code. The interpreter runs others, so that a recording would bring an image of its own. */
const DATA_FILES = ['birth'];

/** @throws NotARecording for a file that is none of data */
function isFile([name, text]: [string, unknown]): boolean {
  if (!DATA_FILES.includes(name)) {
    const shown = JSON.stringify(name.slice(0, MAX_RECORDED_NAME_CHARS));
    throw new NotARecording(`the recording brings the file ${shown}: only ${DATA_FILES.join(', ')} is data`);
  }
  if (typeof text !== 'string') return false;
  const bytes = bytesOfBase64(text);
  return bytes !== undefined && bytes.length <= MAX_RECORDED_FILE_BYTES;
}

const areParts: Check = value => {
  if (!isObject(value)) return false;
  try {
    checkedParts(value);
    return true;
  } catch {
    return false;
  }
};

const FACTS: { readonly [K in keyof RecordedFacts]: Check } = {
  board: value => BOARD_NAMES.includes(value as BoardName),
  espruino: value => ['2v25', '2v29', '2v30'].includes(value as string),
  clock: value => value === 'virtual' || value === 'real',
  seed: value => Number.isSafeInteger(value),
  startMs: value => Number.isSafeInteger(value) && Number(value) >= 0,
  image: value => typeof value === 'string' && /^(?:[0-9a-f]{8})?$/.test(value),
  files: value => isObject(value) && Object.entries(value).every(isFile),
  faults: isPlan,
  parts: areParts,
  crystal: value => typeof value === 'boolean',
};

function readFacts(value: unknown): RecordedFacts {
  if (!isObject(value) || !('passfobRecording' in value)) {
    throw new NotARecording('the file is no recording of a simulated fob');
  }
  const { passfobRecording, ...facts } = value;
  if (passfobRecording !== FORMAT) {
    throw new NotARecording('the recording has another format: use the simulator that made it');
  }
  const wrong = Object.entries(FACTS).find(([name, check]) => !check(facts[name]));
  if (wrong !== undefined) throw new NotARecording(`line 1: "${wrong[0]}" is missing or wrong`);
  return facts as unknown as RecordedFacts;
}
