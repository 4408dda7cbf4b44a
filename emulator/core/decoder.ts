import { ALWAYS, guarded } from './conditions.ts';
import { ProcessorFault } from './fault.ts';
import type { DecodeContext, Executor, InstructionForm } from './form.ts';
import { TABLE } from './table.ts';

/** Whether this half-word begins an instruction of 32 bits (ARMv7-M ARM A5.1). */
export function isWide(half: number): boolean {
  return half >= 0xe800;
}

/** The forms that instructions with this upper byte can have. */
function formsByByte(length: 16 | 32): InstructionForm[][] {
  const shift = length - 8;
  return [...Array(256).keys()].map(byte =>
    TABLE.filter(
      form => form.length === length && (((byte << shift) ^ form.value) & form.care) >>> shift === 0,
    ),
  );
}

const narrowForms = formsByByte(16);
const wideForms = formsByByte(32);

/** The forms of which an instruction has been decoded. */
export type SeenForms = Set<InstructionForm>;

/**
 * Returns the executor of an instruction.
 * @param word the instruction; of 32 bits, its first half-word is the upper one
 * @param condition of the IT block in which it lies, else `ALWAYS`
 * @throws ProcessorFault `undefined-instruction`, for unpredictable ones, too
 */
export function decode(word: number, condition: number, context: DecodeContext, seen: SeenForms): Executor {
  const wide = context.next - context.pc === 4;
  const forms = (wide ? wideForms[word >>> 24] : narrowForms[word >>> 8]) ?? [];
  for (const form of forms) {
    if ((word & form.care) !== form.value) continue;
    const execute = form.make(word, context);
    if (execute === undefined) continue;
    seen.add(form);
    return condition === ALWAYS ? execute : guarded(context.r, condition, execute, context.next);
  }
  const text = (word >>> 0).toString(16).padStart(wide ? 8 : 4, '0');
  throw new ProcessorFault('undefined-instruction', context.pc, text);
}
