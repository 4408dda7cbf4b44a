import { OWNER_POLL_MS, QUESTION_MAX_MS } from '../base/limits.ts';
import { ScenarioError, StepFailed } from '../base/place.ts';
import { byKind, choice, field, map, type Shape, text } from '../base/shapes.ts';
import { runAll, type ScenarioStep, type StepKind, step } from '../base/step.ts';
import type { World } from '../base/world.ts';
import { ACT_NAMES, ACTS, type ActName, type OwnerAnswer } from './owner-acts.ts';

interface Command {
  readonly act: ActName;
  readonly value: unknown;
  readonly person: readonly ScenarioStep[] | undefined;
  readonly answer: string | undefined;
  readonly refused: string | undefined;
}

type Result = { readonly answer: OwnerAnswer } | { readonly error: unknown };

/** Names an error by the fob's refusal, or by its kind. */
function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('refusal' in error && typeof error.refusal === 'string') return error.refusal;
  return 'kind' in error && typeof error.kind === 'string' ? error.kind : 'unknown';
}

/** Runs a command of the owner, and under it the steps of the person. @throws StepFailed */
async function command(world: World, { act, value, person, answer, refused }: Command): Promise<void> {
  const { owner } = world;
  const ending = new AbortController();
  const end = () => {
    ending.abort();
    // An owner that waits for its next poll notices the end by then.
    void world.letOwnerAsk();
  };
  const stop = world.onPowerLost(end);
  let result: Result | undefined;
  world.commanded(true);
  try {
    let onPressNeeded = () => {};
    const question = new Promise<undefined>(resolve => {
      onPressNeeded = () => resolve(undefined);
    });
    const call = { signal: ending.signal, onPressNeeded };
    const outcome = ACTS[act].run(owner, value, call).then(
      given => ({ answer: given }),
      (error: unknown) => ({ error }),
    );
    void outcome.then(given => {
      result = given;
      world.commanded(false);
    });
    let hasQuestion = false;
    void question.then(() => {
      hasQuestion = true;
    });
    await world.waitOnSlowCable(() => result !== undefined || hasQuestion);
    const isAsked = (await Promise.race([outcome, question])) === undefined;
    if (isAsked && person !== undefined) await runAll(world, person);
    else if (isAsked !== (person !== undefined)) {
      end();
      await outcome;
      throw unasked(isAsked, result);
    }
    for (let ms = 0; result === undefined && ms < QUESTION_MAX_MS; ms += OWNER_POLL_MS)
      await world.advance(OWNER_POLL_MS);
    checkResult(await outcome, { answer, refused, isCut: !world.fob.powered });
  } finally {
    stop();
    end();
    world.commanded(false);
  }
}

/** Returns why a command fails that asked the person against the step's expectation, or did not ask. */
function unasked(isAsked: boolean, result: Result | undefined): StepFailed {
  if (isAsked) return new StepFailed('The fob asks its person: say under "person" what the person does.');
  const why =
    result !== undefined && 'error' in result ? ` The command failed: ${sentenceOf(result.error)}` : '';
  return new StepFailed(`The fob did not ask its person.${why}`);
}

function sentenceOf(error: unknown): string {
  return `${nameOf(error)}. ${error instanceof Error ? error.message : String(error)}`;
}

/** @throws StepFailed unless the command ended as the step expects */
function checkResult(
  result: Result,
  { answer, refused, isCut }: { answer: string | undefined; refused: string | undefined; isCut: boolean },
): void {
  if ('error' in result) {
    if (result.error instanceof StepFailed) throw result.error;
    // The command was ended because nobody would answer it.
    const name = isCut ? 'no-answer' : nameOf(result.error);
    if (refused === name) return;
    throw new StepFailed(`The owner's command failed: ${isCut ? name : sentenceOf(result.error)}`, {
      ...(refused !== undefined && { expected: [refused], shown: [name] }),
    });
  }
  if (refused !== undefined) {
    throw new StepFailed("The owner's command was not refused.", { expected: [refused], shown: ['done'] });
  }
  if (answer !== undefined && answer !== result.answer) {
    throw new StepFailed('The owner got another answer.', {
      expected: [answer],
      shown: [result.answer ?? ''],
    });
  }
}

/** @param steps the shape of a list of steps */
export function ownerSteps(steps: Shape<readonly ScenarioStep[]>): readonly StepKind[] {
  const acts = Object.fromEntries(
    ACT_NAMES.map(name => [name, field(ACTS[name].shape, ACTS[name].describe)]),
  );
  const words = `one act: ${ACT_NAMES.join(', ')}`;
  const fields = map({
    ...acts,
    person: field(steps, 'steps of the person, from the moment when the fob asks'),
    answer: field(text('a text'), 'passcode that the owner gets'),
    refused: field(text('a name'), 'name of the refusal or error, as docs/errors.md lists them'),
  });
  const alone: Shape<Command> = {
    ...choice(...ACT_NAMES.filter(name => ACTS[name].shape.takesNothing)),
    read: given => ({
      act: choice(...ACT_NAMES.filter(name => ACTS[name].shape.takesNothing)).read(given),
      value: null,
      person: undefined,
      answer: undefined,
      refused: undefined,
    }),
  };
  const full: Shape<Command> = {
    ...fields,
    read(given) {
      const { person, answer, refused, ...rest } = fields.read(given);
      const values: Readonly<Record<string, unknown>> = rest;
      const [act, other] = ACT_NAMES.filter(name => values[name] !== undefined);
      if (act === undefined || other !== undefined) {
        throw new ScenarioError(given.place, `"owner" takes ${words}; give exactly one.`);
      }
      return { act, value: values[act], person, answer, refused };
    },
  };
  return [
    step(
      'owner',
      "the fob's owner at the other end of the cable does one thing",
      { ...byKind({ value: alone, map: full }), words: 'an act; or { ACT, person?, answer?, refused? }' },
      command,
    ),
  ];
}
