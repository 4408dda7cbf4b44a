import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario, runScenario, runScenarioFile } from '@passfob/simulator';
import { FAULT_KINDS } from '@passfob/simulator/faults/names';
import { STEPS } from '@passfob/simulator/scenarios/steps/table';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../kit/folder.ts';
import { ENROLLED, HOTP, runSteps } from './kit.ts';

const sentence = async (steps: readonly string[], head?: string) =>
  (await runSteps(steps, head)).failure?.sentence;

/** The screen of a blank fob. */
const BLANK = [
  'Passfob',
  'It has no owner yet.',
  ...['Open the link in your', 'mail. If none, run:', 'passfob pair'],
];

/** Steps of which the last one must fail, with a part of its sentence. Each looks at something that is not so. */
const FAILING: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['expect screen', ['expect screen: no such text'], /does not have this text/],
  ['expect screen', ['expect screen: [Passfob]'], /The screen differs/],
  ['expect screen', ['expect screen: [Passfob, /^It has no$/, ...]'], /The screen differs/],
  ['expect screen', ['expect screen: { lines: no such text, within: 2 s }'], /does not have this text/],
  ['expect not on screen', ['expect not on screen: no owner yet. Open the link'], /has this text/],
  ['expect dark', ['expect dark'], /display is on/],
  ['expect picture', ['expect picture: none.txt'], /no none\.txt\. To write it, run with --update/],
  ['expect power', ['cut power', 'expect power: on'], /power is off/],
  ['expect asleep', ['expect asleep'], /awake/],
  ['expect awake', ['unplug', 'advance: 5 min', 'expect awake'], /asleep/],
  ['expect bytes', ['send: "\\x03"', 'expect bytes: Espruino'], /did not come from cable/],
  ['expect typed', ['expect typed: 1'], /typed something else/],
  ['advance to', ['advance to: 2025-12-31T23:59:59Z'], /It is 2026-01-01T00:00:00\.\d+Z already/],
  ['press', ['press: swipe right'], /pico has no "swipe right"/],
  ['press until', ['press until: no such text'], /64 presses/],
  ['enter', ['enter: 12'], /wheel does not come to "1"/],
  ['move wrist', ['move wrist: twist'], /nobody wears this board/],
  ['send', ['send: { port: USB }'], /names no bytes/],
  ['advance', ['repeat: { times: 3, steps: [advance: 1000 d] }', 'advance: 3652 d'], /ten years/],
  ['owner', ['owner: { expect: { state: owned } }'], /sees something else/],
  ['owner', [`owner: { enrol: "${HOTP}" }`], /not-paired/],
  ['owner', ['owner: { pair: , refused: wrong-code }'], /was not refused/],
  ['owner', [...ENROLLED, 'owner: { code: alice }'], /say under "person"/],
  ['owner', [...ENROLLED, 'owner: { set clock: , person: [press] }'], /did not ask its person/],
  ['owner', [...ENROLLED, 'owner: { code: bob, person: [press] }'], /no account bob/],
  ['owner', [...ENROLLED, 'owner: { code: alice, person: [approve], answer: 1 }'], /another answer/],
  ['owner', [...ENROLLED, 'owner: { code: alice, person: [advance: 2 min], answer: 1 }'], /press-timeout/],
  [
    'expect screen',
    [...ENROLLED, 'owner: { code: alice, person: [expect screen: no such text] }'],
    /does not have this text/,
  ],
];

it.each(FAILING)('the step "%s" fails where it is not so (%#)', async (name, steps, words) => {
  const { passed, failure } = await runSteps(steps);
  expect(passed).toBe(false);
  expect(failure?.sentence).toMatch(words);
  expect(failure?.step).toContain(name);
});

it('a part is pulled off or put back on a board with parts only', async () => {
  expect(await sentence(['disconnect: clock', 'connect: clock'])).toBe(undefined);
  for (const step of ['disconnect: clock', 'connect: clock'])
    expect(await sentence([step], 'board: banglejs2')).toBe('A banglejs2 has no parts to pull off.');
});

it('every step that expects something has a test in which it fails', () => {
  const tested = new Set(FAILING.map(([name]) => name));
  const expecting = STEPS.map(({ name }) => name).filter(name => name.startsWith('expect '));
  expect(expecting.filter(name => !tested.has(name))).toEqual(['expect no complaints']);
});

it('a screen is compared line by line, with lines left out and regular expressions', async () => {
  const good = [
    `expect screen: ${JSON.stringify(BLANK)}`,
    'expect screen: ["...", passfob pair]',
    'expect screen: [Passfob, "..."]',
    'expect screen: ["...", /^Open the (link|mail)/, "...", passfob pair, "..."]',
    'expect screen: /Passfob It has/',
  ];
  expect(await sentence(good)).toBe(undefined);
  for (const wrong of ['["..."  , Passfob]', '[Passfob, passfob pair]', '[..., /^the link/, ...]'])
    expect(await sentence([`expect screen: ${wrong}`])).toBe('The screen differs.');
});

it('a failed step has its place, and the expected lines beside those on the screen', async () => {
  const { failure } = await runSteps(['press', 'expect screen: [one, two]']);
  expect(failure).toEqual({
    line: 4,
    column: 5,
    step: 'expect screen: [one, two]',
    sentence: 'The screen differs.',
    expected: ['one', 'two'],
    shown: BLANK,
  });
});

it('a failure inside a repetition has the place of the inner step', async () => {
  const { failure, steps } = await runSteps([
    'repeat:\n  times: 3\n  steps:\n    - press\n    - expect dark',
  ]);
  expect(failure).toMatchObject({ line: 7, column: 11, step: 'expect dark' });
  expect(steps).toBe(3);
});

it('a scenario ends with a look at the console, which an image that complains does not pass', async () => {
  const complaining = [
    'expect screen: Passfob',
    'send: "\\x03"',
    'fail crypto call: 1',
    'owner: ask for pairing',
  ];
  const { failure } = await runSteps(complaining);
  expect(failure).toMatchObject({ step: expect.stringContaining('owner: ask for pairing') });
  const { failure: atEnd } = await runSteps(['expect no complaints']);
  expect(atEnd).toBe(undefined);
});

it('bytes of a port are looked at once and in order, also as hexadecimal digits', async () =>
  expect(
    await sentence([
      'send: "\\x10hello\\n"',
      'expect bytes: /^.+/',
      'expect bytes: ""',
      'send: { hex: 10 0a }',
      'expect bytes: { port: cable, text: /./ }',
    ]),
  ).toBe(undefined));

it.each(['/etc/hostname', '../a.txt', 'b/../../a.txt', 'C:\\a.txt', '\\a.txt', '..'])(
  'a picture outside the folder of the scenario is refused: %s',
  path =>
    expect(() => readScenario(`title: x\nsteps:\n  - expect picture: ${path}`)).toThrow(
      '"expect picture" takes the path of a file in the folder of this one.',
    ),
);

it('a link beside a scenario that leads out of its folder is refused, and its target stays as it is', async () => {
  const [outside, folder] = [temporaryFolder('outside'), temporaryFolder('scenario')];
  const file = join(outside, 'file.txt');
  writeFileSync(file, 'untouched');
  symlinkSync(file, join(folder, 'file.txt'));
  symlinkSync(outside, join(folder, 'folder'));
  for (const [path, isUpdate] of [
    ['file.txt', true],
    ['file.txt', false],
    ['folder/new.txt', true],
  ] as const) {
    const scenario = readScenario(`title: x\nsteps:\n  - expect picture: ${path}`);
    const { failure } = await runScenario(scenario, { folder, isUpdate });
    expect(failure?.sentence).toContain(`${path} leads out of the folder of the scenario.`);
  }
  expect([readFileSync(file, 'utf8'), readdirSync(outside)]).toEqual(['untouched', ['file.txt']]);
});

it('a scenario file without an end is refused, and not read to it', () =>
  expect(runScenarioFile('/dev/zero')).rejects.toThrow('/dev/zero is not a regular file'));

it('a picture is written by --update, compared afterwards, and a difference is shown', async () => {
  const folder = temporaryFolder('scenario');
  const scenario = readScenario('title: x\nsteps:\n  - expect picture: a.txt');
  expect((await runScenario(scenario, { folder, isUpdate: true })).passed).toBe(true);
  const drawn = readFileSync(join(folder, 'a.txt'), 'utf8');
  expect(drawn).toMatch(/^Passfob\n[\s\S]*█/);
  expect((await runScenario(scenario, { folder })).passed).toBe(true);
  writeFileSync(join(folder, 'a.txt'), drawn.replace('█', '▄'));
  const { failure } = await runScenario(scenario, { folder });
  expect(failure?.sentence).toBe('The screen is not that of a.txt.');
  expect(failure?.expected).not.toEqual(failure?.shown);
});

it('a scenario begins with the memories of a file, and does not change it', async () => {
  const folder = temporaryFolder('scenario');
  const { boot, fileStore } = await import('@passfob/simulator');
  const fob = boot({
    board: 'pico',
    storage: fileStore(join(folder, 'fob.state')),
    startMs: Date.UTC(2027, 0),
  });
  fob.close();
  const before = readFileSync(join(folder, 'fob.state'));
  const run = (text: string) => runScenario(readScenario(text), { folder });
  expect(
    (await run('title: x\nstate: fob.state\nsteps: [expect screen: Gathering chance., advance: 1 d]'))
      .failure,
  ).toBe(undefined);
  expect(readFileSync(join(folder, 'fob.state'))).toEqual(before);
  const absent = await run('title: x\nstate: none.state\nsteps: [press]');
  expect(absent.failure?.sentence).toBe('There is no file none.state.');
});

it('a scenario ends by itself, however much its repetitions repeat', async () => {
  const many = 'repeat: { times: 10000, steps: [repeat: { times: 10000, steps: [expect power: on] }] }';
  expect(await sentence([many])).toBe('A scenario runs 100000 steps at most.');
});

it('an owner waits for a cable that holds bytes back, in simulated time', async () => {
  const slow = await runSteps([
    'owner: pair',
    'faults: { wire: { delay: 1/2, stall: 1/40 } }',
    `owner: { enrol: "${HOTP}" }`,
    'owner: { code: alice, person: [approve], answer: 755224 }',
    'faults',
  ]);
  expect(slow.failure).toBe(undefined);
  expect(slow.simulatedMs).toBeGreaterThan(5_000);
});

it('every fault of the library has its place in a plan', async () => {
  const plan = Object.entries(FAULT_KINDS).map(
    ([place, kinds]) => `${place}: { ${kinds.map(kind => `${kind}: 1/1000000`).join(', ')} }`,
  );
  expect(await sentence([`faults: { ${plan.join(', ')} }`, 'advance: 1 h', 'faults'])).toBe(undefined);
});

it('a command that is refused for another reason than the expected one fails its step', async () => {
  const { failure } = await runSteps([
    'owner: { expect: { state: blank } }',
    'owner: { code: alice, refused: locked }',
  ]);
  expect(failure).toMatchObject({ expected: ['locked'], shown: ['not-paired'] });
});

it('steps of the owner need the package passfob, and say so', async () => {
  const { failure } = await runScenario(readScenario('title: x\nsteps: [owner: pair]'));
  expect(failure?.sentence).toMatch(/Run: passfob simulate run FILE/);
});
