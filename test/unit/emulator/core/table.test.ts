import { ALWAYS } from '@passfob/emulator/core/conditions';
import { decode } from '@passfob/emulator/core/decoder';
import { ProcessorFault } from '@passfob/emulator/core/fault';
import type { InstructionForm } from '@passfob/emulator/core/form';
import { Memory } from '@passfob/emulator/core/memory';
import { TABLE } from '@passfob/emulator/core/table';
import { expect, it } from 'vitest';
import { play } from '../kit/register-script.ts';
import { makeProgram } from './program.ts';

const program = makeProgram();
const memory = new Memory({
  flash: program.flash,
  ram: program.ram,
  bus: { read: () => 0, write: () => {} },
});

/** Returns the form that an instruction decodes to. */
function formOf(word: number, length: number): InstructionForm | undefined {
  const seen = new Set<InstructionForm>();
  const context = {
    r: program.core.places,
    memory,
    controls: program.core,
    pc: 0,
    next: length / 8,
    isConditional: false,
    constant: () => 100,
    conditionsBehind: () => () => 0,
  };
  try {
    decode(word, ALWAYS, context, seen);
  } catch (error) {
    if (!(error instanceof ProcessorFault)) throw error;
  }
  return [...seen][0];
}

/** Numbers that differ in all bits, from a fixed beginning. */
function* scatteredWords(count: number): Generator<number> {
  let word = 1;
  for (let index = 0; index < count; index++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    yield word;
  }
}

it('each row has a name of its own', () => {
  const names = TABLE.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('each row is what some instruction decodes to', () => {
  const hidden = TABLE.filter(form => {
    for (const scattered of scatteredWords(2_000)) {
      const word = (scattered & ~form.care) | form.value;
      const inLength = form.length === 16 ? word & 0xffff : word;
      if (formOf(inLength, form.length) === form) return false;
    }
    return true;
  });
  expect(hidden.map(({ name }) => name)).toEqual([]);
});

it('no row of 16 bits begins like an instruction of 32 bits, and the other way about', () => {
  const strays = TABLE.filter(({ length, value }) => {
    const half = length === 16 ? value & 0xffff : value >>> 16;
    return half >= 0xe800 !== (length === 32);
  });
  expect(strays.map(({ name }) => name)).toEqual([]);
});

it('a core tells the rows that it has decoded', () => {
  // movs r0, #1; adds r0, r0, r1
  const { core, stage } = makeProgram();
  play(stage, 'flash 0 0x2001 0x1840; run 2');
  expect([...core.seenForms].map(({ name }) => name)).toEqual(['MOV (immediate) T1', 'ADD (register) T1']);
});

it('a core goes on when its places for constants are used up', () => {
  const { core, ram } = makeProgram();
  const r = core.places;
  const view = new DataView(ram.buffer);
  for (let value = 0; value < 70_000; value++) {
    // movw r0, #value in RAM, which is another instruction each time
    const [i, j, k, l] = [(value >> 11) & 1, (value >> 12) & 15, (value >> 8) & 7, value & 255];
    view.setUint16(0, 0xf240 | (i << 10) | j, true);
    view.setUint16(2, (k << 12) | ((value >> 16) << 8) | l, true);
    r[15] = 0x2000_0000;
    core.run(1);
    if (r[value >> 16] !== (value & 0xffff)) throw new Error(`${value} went wrong.`);
  }
});
