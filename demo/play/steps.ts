import { FobError } from 'passfob/errors';
import { faultOf } from './faults.ts';
import { texts } from './texts.ts';

/** Reports one finding of a step. */
export type Fact = (name: string, value: string) => void;

/** Runs one step of a transcript. @throws FobError that names the step */
export type Step = <T>(title: string, work: (fact: Fact) => Promise<T>) => Promise<T>;

/** Width of the column with the names of facts. */
const NAME_COLUMNS = 10;

/** Numbers a transcript's steps and prints each line as it happens. */
export function stepsOf(say: (line: string) => void): { step: Step; count: () => number } {
  let number = 0;
  const step: Step = async (title, work) => {
    number++;
    say('');
    say(`${String(number).padStart(2)}  ${title}`);
    try {
      return await work((name, value) => say(`      ${name.padEnd(NAME_COLUMNS)}${value}`));
    } catch (error) {
      const { sentence, next } = faultOf(error);
      const kind = error instanceof FobError ? error.kind : 'verification-failed';
      throw new FobError(kind, { sentence: texts.errors.step(number, title, sentence), next, cause: error });
    }
  };
  return { step, count: () => number };
}
