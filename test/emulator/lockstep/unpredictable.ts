import { dataRules, narrowRules } from './data-rules.ts';
import { floatingRules, memoryRules, systemRules } from './memory-rules.ts';
import { fieldsOf, fits, type Pattern, patternOf } from './pattern.ts';
import type { UnpredictableRule } from './rule.ts';

const RULES: readonly (UnpredictableRule & { readonly pattern: Pattern })[] = [
  ...[narrowRules, dataRules, memoryRules, systemRules, floatingRules].flat(),
].map(each => ({ ...each, pattern: patternOf(each.bits) }));

/** Returns the clause by which an instruction is UNPREDICTABLE, or undefined. */
export function unpredictable(word: number): string | undefined {
  return RULES.find(({ pattern, applies }) => fits(pattern, word) && applies(fieldsOf(pattern, word)))
    ?.clause;
}
