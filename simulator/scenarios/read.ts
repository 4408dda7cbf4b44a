import { isAlias, isMap, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { FILE_CHARS_MAX } from './base/limits.ts';
import { type Place, ScenarioError } from './base/place.ts';
import { type EditorSchema, field, map, required, type ScenarioValue, text } from './base/shapes.ts';
import type { ScenarioStep } from './base/step.ts';
import { type ScenarioSetup, SETUP_FIELDS } from './setup.ts';
import { steps, stepsSchema } from './steps/table.ts';

/** A scenario that was read and can run. */
export interface Scenario {
  readonly title: string;
  readonly setup: ScenarioSetup;
  readonly steps: readonly ScenarioStep[];
  /** The lines of its file, for a report about a step. */
  readonly lines: readonly string[];
}

const scenario = map({
  title: required(text('a sentence'), 'a sentence that says what the scenario shows'),
  about: field(text('a text'), 'more about it'),
  ...SETUP_FIELDS,
  steps: required(steps, 'the steps'),
});

function given(
  counter: LineCounter,
  node: Node | undefined,
  name: string,
  place: Place,
  depth = 0,
): ScenarioValue {
  return {
    node,
    name,
    place,
    depth,
    at(part, partName, partDepth = depth) {
      const start = part?.range?.[0];
      const found = start === undefined ? undefined : counter.linePos(start);
      return given(
        counter,
        part,
        partName,
        found ? { line: found.line, column: found.col } : place,
        partDepth,
      );
    },
  };
}

const START: Place = { line: 1, column: 1 };

/**
 * Reads a scenario: YAML 1.2, without anchors.
 * @throws ScenarioError with line and column
 */
export function readScenario(source: string): Scenario {
  if (source.length > FILE_CHARS_MAX) {
    throw new ScenarioError(START, `The file is too long: ${FILE_CHARS_MAX} characters at most.`);
  }
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter, prettyErrors: false });
  const placeOf = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    throw new ScenarioError(placeOf(error.pos[0]), `This is no YAML: ${error.message}`);
  visit(document, {
    Node(_, node) {
      if (isAlias(node) || ('anchor' in node && node.anchor !== undefined)) {
        throw new ScenarioError(
          placeOf(node.range?.[0] ?? 0),
          'Anchors and aliases are not supported: write the value out.',
        );
      }
    },
  });
  if (!isMap(document.contents))
    throw new ScenarioError(START, 'A scenario begins with its title: "title: …".');
  const {
    title,
    about: _,
    steps: read,
    ...setup
  } = scenario.read(given(counter, document.contents, 'scenario', START));
  return { title, setup, steps: read, lines: source.split('\n') };
}

/** Returns the schema by which editors complete and check scenario files. */
export function scenarioSchema(): EditorSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A scenario for a simulated fob',
    ...scenario.schema,
    $defs: { steps: stepsSchema() },
  };
}
