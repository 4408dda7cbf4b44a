import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario, ScenarioError } from '@passfob/simulator';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLES, exampleFiles } from '../../../tools/documents/made/scenarios.ts';
import { textOf } from '../../../tools/tidy/files.ts';

const withSteps = (...steps: readonly string[]) =>
  ['title: x', 'steps:', ...steps.map(step => `  - ${step}`)].join('\n');

/** A file, the place of its mistake, and what is said. */
const WRONG: readonly (readonly [text: string, where: string, words: RegExp])[] = [
  ['', '1:1', /begins with its title/],
  ['- press', '1:1', /begins with its title/],
  ['title: x', '1:1', /lacks "steps": the steps/],
  ['steps: [press]', '1:1', /lacks "title"/],
  ['title: x\nsteps: []', '2:8', /"steps" takes a list of steps/],
  ['title: x\nboard: picoo\nsteps: [press]', '2:8', /Did you mean "pico"\?/],
  ['title: x\nbord: pico\nsteps: [press]', '2:1', /Unknown field "bord"\. Did you mean "board"\?/],
  ['title: x\nseed: -1\nsteps: [press]', '2:7', /a whole number from 0/],
  ['title: x\nstart: yesterday\nsteps: [press]', '2:8', /a time of UTC, such as/],
  [withSteps('press', 'pres'), '4:5', /Unknown step "pres"\. Did you mean "press"\?/],
  [withSteps('expekt screen: x'), '3:5', /Did you mean "expect screen"\?/],
  [withSteps('jump'), '3:5', /Unknown step "jump"\. Known: press, hold,/],
  [withSteps('press: [button]'), '3:12', /"press" takes nothing, or a key: button/],
  [withSteps('press: { kee: button }'), '3:14', /Unknown field "kee"\. Did you mean "key"\?/],
  [withSteps('press: { times: 0 }'), '3:21', /"times" takes a whole number from 1 to 1000/],
  [withSteps('hold: 600'), '3:11', /a duration, such as 500 ms/],
  [withSteps('advance'), '3:5', /"advance" takes a duration/],
  [withSteps('advance: 4 years'), '3:14', /a duration/],
  [withSteps('power on: now'), '3:15', /"power on" takes no value/],
  [withSteps('expect power: maybe'), '3:19', /one of on, off/],
  [withSteps('expect screen: { within: 1 s }'), '3:20', /lacks "lines"/],
  [withSteps('move wrist: twisst'), '3:17', /Did you mean "twist"\?/],
  [withSteps('faults: { bus: { at: { 7: fial } } }'), '3:31', /Did you mean "fail"\?/],
  [withSteps('faults: { bus: { at: { x: fail } } }'), '3:28', /numbers from 1 to/],
  [withSteps('faults: { wire: { flip: 0.5 } }'), '3:29', /odds, such as 1\/20/],
  [withSteps('repeat: { times: 2 }'), '3:13', /lacks "steps"/],
  [withSteps('repeat: { times: 2, steps: [pres] }'), '3:33', /Did you mean "press"\?/],
  [withSteps('owner: dance'), '3:12', /one of ask for pairing, pair/],
  [withSteps('owner: { set policy: { typing: often } }'), '3:36', /one of never, allowed, with enter/],
  [withSteps('{ press: , hold: }'), '3:5', /A step is one name/],
  [withSteps('[press]'), '3:5', /A step is one name/],
];

/** Mistakes that no schema knows. */
const WRONG_BEYOND_SCHEMA: typeof WRONG = [
  [withSteps('advance: 4000 d'), '3:14', /a duration/],
  [withSteps('expect screen: /(/'), '3:20', /a regular expression between slashes/],
  [withSteps('enter: xyz'), '3:12', /1 to 64 digits/],
  [withSteps('send: { hex: 0g }'), '3:18', /hexadecimal digits/],
  [withSteps('send: ž'), '3:11', /one-byte characters/],
  [withSteps('owner: { answer: 1 }'), '3:12', /give exactly one/],
  [withSteps('owner: { pair: , erase: }'), '3:12', /give exactly one/],
  ['title: x\ntitle: y\nsteps: [press]', '2:1', /no YAML: Map keys must be unique/],
  ['title: "x\nsteps: [press]', '2:15', /no YAML/],
  ['title: x\nsteps: &a [press, repeat: { times: 2, steps: *a }]', '2:11', /Anchors and aliases/],
];

function mistake(text: string): ScenarioError {
  try {
    readScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error(`it was read: ${text}`);
}

it.each([...WRONG, ...WRONG_BEYOND_SCHEMA])(
  'a wrong file is refused with the place and what to do: %j',
  (text, where, words) => {
    const { place, message } = mistake(text);
    expect([`${place.line}:${place.column}`, message]).toEqual([where, expect.stringMatching(words)]);
  },
);

it('digits are a text with their zeros, and a word of YAML is a word', () => {
  const text = withSteps('expect typed: 005924', 'expect screen: [no, ~, 1.50]', 'enter: 0012');
  expect(readScenario(text).steps).toHaveLength(3);
});

it('steps stand in steps up to a depth, and a longer file is refused', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'press' : `{ repeat: { times: 1, steps: [${nested(depth - 1)}] } }`;
  expect(readScenario(withSteps(nested(7))).steps).toHaveLength(1);
  expect(mistake(withSteps(nested(8))).message).toMatch(/at most 8 deep/);
  expect(mistake(withSteps(`expect screen: ${'x'.repeat(262_144)}`)).message).toMatch(/too long/);
});

it('no text brings the reader to anything but a scenario or a mistake with its place', () => {
  const pieces = fc.constantFrom(
    ...['title: x\n', '  - ', ': ', ', ', '\n', '    ', '1 s', '&a ', '? ', '!!map ', '- ', '\t'],
    ...`steps:\n press { } [ ] owner " ' hold *a repeat steps times 3 | > # ~`.split(' '),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), parts => {
      const text = `title: x\nsteps:\n  - ${parts.join('')}`;
      try {
        readScenario(text);
      } catch (error) {
        expect(error).toBeInstanceOf(ScenarioError);
        expect((error as ScenarioError).place.line).toBeGreaterThan(0);
      }
    }),
    { numRuns: 400 },
  );
});

const schema: object = JSON.parse(textOf('simulator/scenario.schema.json') ?? '{}');
const validate = new Ajv({ allowUnionTypes: true, strictTypes: false }).compile(schema);

it.each(exampleFiles)('the schema accepts the example %s', name => {
  validate(parse(readFileSync(join(EXAMPLES, name), 'utf8')));
  expect(validate.errors ?? []).toEqual([]);
});

it('the schema refuses what the reader refuses, but for the mistakes that no schema knows', () =>
  expect(WRONG.filter(([text]) => validate(parse(text)) === true).map(([text]) => text)).toEqual([]));
