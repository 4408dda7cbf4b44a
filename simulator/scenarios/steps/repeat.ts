import { REPETITIONS_MAX } from '../base/limits.ts';
import { map, number, required, type Shape } from '../base/shapes.ts';
import { runAll, type ScenarioStep, type StepKind, step } from '../base/step.ts';

/** @param steps the shape of a list of steps */
export function repeatSteps(steps: Shape<readonly ScenarioStep[]>): readonly StepKind[] {
  return [
    step(
      'repeat',
      'do steps several times',
      map({
        times: required(number(1, REPETITIONS_MAX), 'how often'),
        steps: required(steps, 'what to do each time'),
      }),
      async (world, { times, steps: repeated }) => {
        for (let done = 0; done < times; done++) await runAll(world, repeated);
      },
    ),
  ];
}
