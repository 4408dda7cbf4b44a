import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario, scenarioSchema } from '@passfob/simulator/scenarios/read';
import { SETUP_FIELDS } from '@passfob/simulator/scenarios/setup';
import { ACT_NAMES, ACTS } from '@passfob/simulator/scenarios/steps/owner-acts';
import { STEPS } from '@passfob/simulator/scenarios/steps/table';
import { root } from '../../tidy/files.ts';
import { tableOf } from '../../tidy/tables.ts';
import type { MadeFile, MadePart } from './part.ts';

export const EXAMPLES = join(root, 'simulator/examples');

/** File names of the examples, in the order of the document. */
export const exampleFiles = readdirSync(EXAMPLES)
  .filter(name => name.endsWith('.yaml'))
  .sort();

/** A table of names, their values and what they do. */
function table(heading: string, rows: readonly (readonly string[])[]): string {
  const quoted = rows.map(([name, ...cells]) => [`\`${name}\``, ...cells]);
  return tableOf([heading, 'value', 'what it does'], quoted);
}

function example(name: string): string {
  const text = readFileSync(join(EXAMPLES, name), 'utf8');
  // The line for editors is the same everywhere.
  const [first = '', ...rest] = text.trimEnd().split('\n');
  const lines = first.startsWith('# yaml-language-server') ? rest : [first, ...rest];
  const { title } = readScenario(text);
  return [`### ${title}`, '', '<!-- executed: scenario -->', '```yaml', ...lines, '```'].join('\n');
}

/** Fields, steps and examples of scenarios. */
const fields = Object.entries(SETUP_FIELDS).map(([name, { describe, shape }]) => [
  name,
  shape.words,
  describe,
]);
const steps = STEPS.map(({ name, words, describe }) => [name, words, describe]);
const acts = ACT_NAMES.map(name => [name, ACTS[name].shape.words, ACTS[name].describe]);

export const scenarioParts: readonly MadePart[] = [
  { name: 'scenario-fields', make: () => table('field', fields) },
  { name: 'scenario-steps', make: () => table('step', steps) },
  { name: 'scenario-acts', make: () => table('act', acts) },
  { name: 'scenario-examples', make: () => exampleFiles.map(example).join('\n\n') },
];

/** The schema for editors. */
export const scenarioSchemaFile: MadeFile = {
  path: 'simulator/scenario.schema.json',
  make: () => `${JSON.stringify(scenarioSchema(), undefined, 2)}\n`,
};
