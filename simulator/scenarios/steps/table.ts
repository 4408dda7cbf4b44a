import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { DEPTH_MAX } from '../base/limits.ts';
import { ScenarioError } from '../base/place.ts';
import {
  type EditorSchema,
  entryOf,
  type ScenarioValue,
  type Shape,
  unknownName,
  wrong,
} from '../base/shapes.ts';
import type { ScenarioStep, StepKind } from '../base/step.ts';
import { faultSteps } from './faults.ts';
import { keySteps } from './keys.ts';
import { ownerSteps } from './owner.ts';
import { powerSteps } from './power.ts';
import { repeatSteps } from './repeat.ts';
import { screenSteps } from './screen.ts';
import { wireSteps } from './wire.ts';

const WORDS = 'a list of steps';

/** A list of steps, which may hold steps themselves. */
export const steps: Shape<readonly ScenarioStep[]> = {
  words: WORDS,
  schema: { $ref: '#/$defs/steps' },
  read(given) {
    if (!isSeq(given.node) || given.node.items.length === 0) throw wrong(given, WORDS);
    if (given.depth >= DEPTH_MAX) {
      throw new ScenarioError(given.place, `Steps stand in steps at most ${DEPTH_MAX} deep.`);
    }
    return given.node.items.map(item => readStep(given.at(item as Node, 'step', given.depth + 1)));
  },
};

/** Every kind of step, in the order of the documents. */
export const STEPS: readonly StepKind[] = [
  ...keySteps,
  ...screenSteps,
  ...powerSteps,
  ...wireSteps,
  ...ownerSteps(steps),
  ...faultSteps,
  ...repeatSteps(steps),
];
const NAMES = STEPS.map(({ name }) => name);

/** Reads `press` or `press: …`. */
function readStep(given: ScenarioValue): ScenarioStep {
  const { node } = given;
  const isAlone = isScalar(node);
  if (!isAlone && !(isMap(node) && node.items.length === 1)) {
    throw new ScenarioError(given.place, 'A step is one name, such as "press", or one name with its value.');
  }
  const [pair] = isMap(node) ? node.items : [];
  const { name, key, value } =
    pair === undefined
      ? {
          name: String(isAlone ? node.value : ''),
          key: given,
          value: given.at(undefined, String(isAlone ? node.value : '')),
        }
      : entryOf(given, pair);
  const kind = STEPS.find(one => one.name === name);
  if (kind === undefined) throw unknownName('step', given.at(key.node, name), NAMES);
  return { name, place: given.place, run: kind.prepare(value) };
}

/** The schema of a list of steps. */
export function stepsSchema(): EditorSchema {
  const alone = STEPS.filter(({ takesNothing }) => takesNothing);
  const valued = STEPS.map(({ name, describe, schema }) => ({
    type: 'object',
    properties: { [name]: { description: describe, ...schema } },
    required: [name],
    additionalProperties: false,
  }));
  const names = alone.map(({ name, describe }) => ({ const: name, description: describe }));
  return { type: 'array', minItems: 1, items: { anyOf: [...names, ...valued] } };
}
