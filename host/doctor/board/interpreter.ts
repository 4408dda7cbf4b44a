import { losesInput } from '../../espruino.ts';
import { INTERPRETER_MIN } from '../../flash/limits.ts';
import type { BoardUnderTest } from './board.ts';
import { type BoardFinding, boardFinding } from './finding.ts';
import {
  BALANCE_SIGMA_MAX,
  RANDOM_SAMPLES,
  SUPPLY_VOLTS_MAX,
  SUPPLY_VOLTS_MIN,
  VARIABLES_MIN,
} from './limits.ts';

/** Bits of a number of `E.hwRand`. */
const WORD_BITS = 32;

/** @param version `process.env.VERSION`: 2v29, or 2v29.277 between two releases */
export function checkVersion(version: string): BoardFinding {
  const [, major = 0, minor = 0] = (/^(\d+)v(\d+)/.exec(version) ?? []).map(Number);
  const { major: wantedMajor, minor: wantedMinor } = INTERPRETER_MIN;
  const isOld = major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
  if (isOld) {
    const wanted = `${wantedMajor}v${wantedMinor}`;
    return boardFinding('version', 'problem', 'version-old', { version }, { wanted });
  }
  const isLosing = losesInput(version);
  return boardFinding('version', 'ok', isLosing ? 'version-losing' : 'version-good', { version });
}

/** Variables of the interpreter, and free Storage. */
export async function checkMemory(board: BoardUnderTest): Promise<BoardFinding> {
  const [total = 0, free = 0, storage = 0] = await board.numbers(
    '(function(m){return[m.total,m.free,require("Storage").getFree()]})(process.memory())',
  );
  const values = { total, free, storage };
  if (total >= VARIABLES_MIN) return boardFinding('memory', 'ok', 'memory-good', values);
  return boardFinding('memory', 'problem', 'memory-small', values, { wanted: String(VARIABLES_MIN) });
}

export async function checkSupply(board: BoardUnderTest): Promise<BoardFinding> {
  const [volts = 0] = await board.numbers('[E.getAnalogVRef()]');
  const isGood = volts >= SUPPLY_VOLTS_MIN && volts <= SUPPLY_VOLTS_MAX;
  const values = { volts: Number(volts.toFixed(2)) };
  return boardFinding('supply', isGood ? 'ok' : 'warning', isGood ? 'supply-good' : 'supply-wrong', values);
}

/** A look at the random numbers: it finds a broken generator, not a weak one. */
export async function checkRandom(board: BoardUnderTest): Promise<BoardFinding> {
  const samples = await board.numbers(
    `(function(a){for(var i=0;i<${RANDOM_SAMPLES};i++)a.push(E.hwRand());return a})([])`,
  );
  const defect = defectOf(samples);
  const values = { samples: samples.length };
  if (defect === undefined) return boardFinding('random', 'ok', 'random-good', values);
  return boardFinding('random', 'problem', 'random-stuck', { ...values, defect });
}

/** Returns the defect of random words, or undefined for none. @param samples signed or unsigned words of 32 bits */
export function defectOf(samples: readonly number[]): string | undefined {
  const words = samples.map(sample => sample >>> 0);
  const distinct = new Set(words).size;
  if (distinct === 1) return 'it always gives the same number';
  if (distinct < words.length) return 'it repeats numbers';
  const ones = Array.from({ length: WORD_BITS }, (_, bit) => words.filter(word => (word >>> bit) & 1).length);
  if (ones.some(count => count === 0 || count === words.length)) return 'a bit never changes';
  const bits = words.length * WORD_BITS;
  const surplus = Math.abs(ones.reduce((sum, count) => sum + count, 0) - bits / 2);
  if (surplus > (BALANCE_SIGMA_MAX * Math.sqrt(bits)) / 2) return 'ones and zeros are not balanced';
  return undefined;
}
