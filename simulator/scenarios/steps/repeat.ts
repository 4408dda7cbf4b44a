import { REPETITIONS_MAX } from '../limits.ts';
import { map, number, required, type Shape } from '../shapes.ts';
import { runAll, type Step, type StepKind, step } from './step.ts';

/** @param steps the shape of a list of steps */
export function repeatSteps(steps: Shape<readonly Step[]>): readonly StepKind[] {
  return [
    step(
      'repeat',
      'do steps several times',
      map(
        {
          times: required(number(1, REPETITIONS_MAX), 'how often'),
          steps: required(steps, 'what to do each time'),
        },
        'times and steps',
      ),
      async (world, { times, steps: repeated }) => {
        for (let done = 0; done < times; done++) await runAll(world, repeated);
      },
    ),
  ];
}
