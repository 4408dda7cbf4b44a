import type { PlacedStep } from './place.ts';
import type { EditorSchema, ScenarioValue, Shape } from './shapes.ts';
import type { World } from './world.ts';

type Run = (world: World) => void | Promise<void>;

/** A step of a scenario, read and ready to run. */
export interface ScenarioStep extends PlacedStep {
  readonly run: Run;
}

/** A kind of step: its name, its sentence for the documents and the editor, and its value. */
export interface StepKind {
  readonly name: string;
  readonly describe: string;
  readonly schema: EditorSchema;
  /** The value, in words. */
  readonly words: string;
  /** Whether the name may stand alone. */
  readonly takesNothing: boolean;
  /** @throws ScenarioError */
  prepare(given: ScenarioValue): Run;
}

export function step<T>(
  name: string,
  describe: string,
  shape: Shape<T>,
  run: (world: World, value: T) => void | Promise<void>,
): StepKind {
  return {
    name,
    describe,
    schema: shape.schema,
    words: shape.words,
    takesNothing: shape.takesNothing ?? false,
    prepare(given) {
      const value = shape.read(given);
      return world => run(world, value);
    },
  };
}

/** Runs steps in order, until one fails. The world remembers the innermost one that did. */
export async function runAll(world: World, steps: readonly ScenarioStep[]): Promise<void> {
  for (const one of steps) {
    try {
      world.begin();
      await one.run(world);
      await world.letOwnerAsk();
      world.options.onStep?.(one, world);
    } catch (error) {
      world.failedAt ??= one;
      throw error;
    }
  }
}
