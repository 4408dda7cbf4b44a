import type { OpenOwner } from './base/owner.ts';
import { type Place, type PlacedStep, StepFailed } from './base/place.ts';
import { runAll, type ScenarioStep } from './base/step.ts';
import { type ScenarioFiles, World } from './base/world.ts';
import type { Scenario } from './read.ts';
import { bootFob, type FobMaker } from './setup.ts';
import { shownBy } from './steps/screen-match.ts';
import { STEPS } from './steps/table.ts';

/** Where a scenario failed, and why. */
export interface ScenarioFailure extends Place {
  /** The step as it is written. */
  readonly step: string;
  /** A sentence. */
  readonly sentence: string;
  readonly expected?: readonly string[];
  readonly shown?: readonly string[];
}

export interface ScenarioResult {
  readonly title: string;
  readonly passed: boolean;
  readonly seed: number;
  /** Steps that ran, those of repetitions each time. */
  readonly steps: number;
  /** Time that passed for the fob. */
  readonly simulatedMs: number;
  readonly failure?: ScenarioFailure;
}

export interface RunOptions {
  /** In place of the scenario's own. */
  readonly seed?: number | undefined;
  /** Plays the owner: `scenarioOwner` of the package `passfob`. Without it, steps of the owner fail. */
  readonly owner?: OpenOwner | undefined;
  /** Writes pictures instead of comparing them. */
  readonly isUpdate?: boolean | undefined;
  /** Called after each step that passed: the step as it is written, and the lines on the display. */
  readonly onStep?: ((step: string, screen: readonly string[]) => void) | undefined;
}

const DEFAULT_SEED = 1;
/** The end of every scenario. */
const END = 'expect no complaints';
const LAST = STEPS.find(({ name }) => name === END);

function lastStep({ lines }: Scenario): ScenarioStep {
  const place = { line: Math.max(1, lines.length - 1), column: 1 };
  const nothing = { node: undefined, name: '', place, depth: 0, at: () => nothing };
  return { name: END, place, run: world => LAST?.prepare(nothing)(world) };
}

/** Runs a scenario on a new fob. It does not throw: every error is a failure of the step that met it. */
export async function run(
  machine: FobMaker,
  scenario: Scenario,
  files: ScenarioFiles,
  { seed = scenario.setup.seed ?? DEFAULT_SEED, owner, isUpdate = false, onStep }: RunOptions,
): Promise<ScenarioResult> {
  const { title } = scenario;
  let world: World | undefined;
  let error: unknown;
  const stepped =
    onStep && ((step: PlacedStep, after: World) => onStep(writtenAs(scenario, step), shownBy(after.fob)));
  try {
    const fob = bootFob(machine, scenario.setup, seed, files);
    world = new World({ fob, seed, files, openOwner: owner, isUpdate, onStep: stepped });
    await runAll(world, [...scenario.steps, lastStep(scenario)]);
  } catch (thrown) {
    error = thrown;
  }
  const simulatedMs = world ? world.fob.now() - world.startMs : 0;
  world?.fob.close();
  const counted = { title, seed, steps: world?.steps ?? 0, simulatedMs };
  if (error === undefined) return { ...counted, passed: true };
  return { ...counted, passed: false, failure: failureOf(error, scenario, world?.failedAt) };
}

/** Returns the line of a step, or its name where it is the end that no file has. */
function writtenAs({ lines }: Scenario, { name, place }: PlacedStep): string {
  const [first = '', second = ''] = lines.slice(place.line - 1, place.line + 1).map(line => line.trim());
  // A name with its value below it tells little alone.
  const written = `${first.replace(/^- /, '')}${first.endsWith(':') ? ` ${second}` : ''}`;
  return name === END && !written.startsWith(name) ? `the end: ${name}` : written;
}

function failureOf(error: unknown, scenario: Scenario, step: PlacedStep | undefined): ScenarioFailure {
  const { line, column } = step?.place ?? { line: 1, column: 1 };
  return {
    line,
    column,
    step: step === undefined ? '' : writtenAs(scenario, step),
    sentence: error instanceof Error ? error.message : String(error),
    ...(error instanceof StepFailed && error.expected !== undefined && { expected: error.expected }),
    ...(error instanceof StepFailed && error.shown !== undefined && { shown: error.shown }),
  };
}
