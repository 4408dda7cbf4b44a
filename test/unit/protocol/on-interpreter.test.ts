import { fileURLToPath } from 'node:url';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { OCRA_PIN, OCRA_UTC, OCRA_VECTORS } from '../../kit/ocra-vectors.ts';
import { itNeeds, needsEspruino } from '../../kit/tools.ts';
import { TRIVIAL_PINS } from '../../kit/trivial-pins.ts';
import { vectorsOf } from '../wire/kit/samples.ts';
import { type OcraInput, outputOf } from '../wire/kit/vectors.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** All vectors of the RFC, written as the samples are. */
const PUBLISHED: readonly OcraInput[] = OCRA_VECTORS.map(({ suite, question, counter }) => {
  const read = parseOcraSuite(suite);
  if (!read) throw new Error(`not a suite: ${suite}`);
  const key = '1234567890'.repeat(7).slice(0, [0, 20, 32, 64][read.algorithm]);
  const [secret, asked, pin] = [key, question, OCRA_PIN].map(text => Buffer.from(text).toString('hex'));
  return { ...read, secret: secret ?? '', asked: asked ?? '', pin: pin ?? '', counter, utc: OCRA_UTC };
});

const SAMPLES = [
  ...PUBLISHED.map(input => ({ kind: 'ocra' as const, input })),
  ...(['passcodes', 'ocra', 'pins'] as const).flatMap(kind =>
    Object.values(vectorsOf(kind)).map(({ in: input }) => ({ kind, input })),
  ),
];

/** The device's output for the samples, one line each, and the PINs of the list that it accepts. */
const PROGRAM = `
import { Hmac } from '@passfob/protocol/hmac';
import { hotp } from '@passfob/protocol/otp';
import { ocra, ocraSuiteText } from '@passfob/protocol/ocra';
import { trivialPin } from '@passfob/protocol/pins';
import { bytesOf } from '@passfob/protocol/bytes';
import { NativePrimitives } from './firmware/boards/parts/primitives.ts';
const primitives = new NativePrimitives();
function bytes(hex) {
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(hex.substr(2 * i, 2), 16);
  return out;
}
function passcode(input) {
  const key = new Hmac(primitives, input.algorithm, bytes(input.secret));
  return { code: hotp(key, input.counter, input.digits, input.alphabet) };
}
function asked(input) {
  const key = new Hmac(primitives, input.algorithm, bytes(input.secret));
  const code = ocra(primitives, key, input, bytes(input.asked), input.counter, bytes(input.pin), input.utc);
  return { suite: ocraSuiteText(input), code };
}
function made(kind, input) {
  if (kind === 'passcodes') return passcode(input);
  return kind === 'ocra' ? asked(input) : { trivial: trivialPin(bytes(input.pin)) };
}
SAMPLES.forEach(function (sample) { print('MADE ' + JSON.stringify(made(sample.kind, sample.input))); });
print('TAKEN ' + JSON.stringify(PINS.filter(function (pin) { return !trivialPin(bytesOf(pin)); })));
quit();
`;

async function program(): Promise<string> {
  const result = await build({
    stdin: { contents: PROGRAM, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    conditions: ['source'],
    write: false,
    minify: true,
    format: 'cjs',
    target: 'es2017',
    external: ['crypto'],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}

/** As many samples at a time as its memory holds beside the program. */
const BATCH = 20;

itNeeds(needsEspruino(), 'passcodes, OCRA and PINs are the same on the interpreter as here', async binary => {
  const folder = temporaryFolder('protocol');
  const interpreter = new Interpreter([binary], folder);
  const code = await program();
  const run = async (samples: unknown, pins: unknown) => {
    const data = `var SAMPLES=${JSON.stringify(samples)},PINS=${JSON.stringify(pins)};`;
    const printed = await interpreter.run(`${data}\n${code}`);
    return [...printed.matchAll(/(?:MADE|TAKEN) (.*?)\r?\n/g)].map(
      ([, json]) => JSON.parse(json ?? '') as unknown,
    );
  };
  expect(await run([], TRIVIAL_PINS)).toEqual([[]]);
  for (let at = 0; at < SAMPLES.length; at += BATCH) {
    const samples = SAMPLES.slice(at, at + BATCH);
    expect(await run(samples, [])).toEqual([...samples.map(({ kind, input }) => outputOf(kind, input)), []]);
  }
});
