import { readScenario, runScenario, type ScenarioResult } from '@passfob/simulator';
import { scenarioOwner } from 'passfob/commands/scenario-owner';

/** A URI of the secret that RFC 4226 uses. */
export const HOTP =
  'otpauth://hotp/Example:alice?issuer=Example&counter=0&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

/** Runs steps, each written in one line or several, on a new pico with `passfob` as its owner. */
export function runSteps(steps: readonly string[], head = ''): Promise<ScenarioResult> {
  const lines = steps.map(step => `  - ${step.replaceAll('\n', '\n    ')}`);
  const text = ['title: a test', ...(head === '' ? [] : [head]), 'steps:', ...lines].join('\n');
  return runScenario(readScenario(text), { owner: scenarioOwner });
}

/** Steps that give a fob an owner and an account for HOTP, and show it. */
export const ENROLLED = ['owner: pair', `owner: { enrol: "${HOTP}" }`, 'press until: alice'];
