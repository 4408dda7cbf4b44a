import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { espruinoAtob } from './kit/espruino-atob.ts';
import { Randomness } from './kit/randomness.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs the decoder over every text of 8 characters out of `A`, `=` and space, and over white space up to a frame's length. */
const SWEEP = `
import { decodeFrame } from './protocol/frame.ts';
const primitives = {
  crc32: bytes => E.CRC32(bytes),
  encode64: bytes => btoa(E.toString(bytes)),
  decode64: text => {
    reached++;
    let solid = '';
    for (let i = 0; i < text.length; i++) if (' \\t\\n\\v\\f\\r'.indexOf(text[i]) < 0) solid += text[i];
    const padding = (solid.charAt(solid.length - 1) === '=' ? 1 : 0) + (solid.charAt(solid.length - 2) === '=' ? 1 : 0);
    // The real thing would never come back from these.
    if (Math.floor((solid.length * 3) / 4) < padding) {
      suspicious++;
      return new Uint8Array(0);
    }
    const decoded = atob(text);
    if (!(decoded.length >= 0)) negative++;
    return E.toUint8Array(decoded);
  },
};
let tried = 0;
let reached = 0;
let suspicious = 0;
let negative = 0;
let accepted = 0;
function attempt(text) {
  tried++;
  if (decodeFrame(primitives, text)) accepted++;
}
const letters = 'A= ';
for (let i = 0; i < 6561; i++) {
  let text = '';
  let rest = i;
  for (let place = 0; place < 8; place++) {
    text += letters[rest % 3];
    rest = Math.floor(rest / 3);
  }
  attempt(text);
}
for (let length = 0; length <= 508; length += length < 40 ? 4 : 156) {
  for (let i = 0; i < 4; i++) {
    const space = ' \\t\\v\\f'[i];
    const start = ['', 'A', 'B'];
    const end = ['', '=', '==', '= ', ' ='];
    for (let s = 0; s < 3; s++) {
      for (let e = 0; e < 5; e++) attempt(start[s] + space.repeat(Math.max(0, length - start[s].length - end[e].length)) + end[e]);
    }
  }
}
print('RESULT ' + JSON.stringify({ tried, reached, suspicious, negative, accepted }));
quit();
`;

async function bundled(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    bundle: true,
    conditions: ['source'],
    format: 'iife',
    target: 'es2017',
    write: false,
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  return outputFiles[0]?.text ?? '';
}

function resultOf(printed: string): unknown {
  const line = printed.split('\n').find(text => text.startsWith('RESULT '));
  return JSON.parse(line?.slice('RESULT '.length) ?? 'null');
}

describeNeeds(needsEspruino(), "Espruino's atob", binary => {
  const folder = temporaryFolder('atob');

  it('atob never gets the texts over which it reads foreign memory', async () => {
    const printed = await new Interpreter([binary], folder).run(await bundled(SWEEP));
    expect(resultOf(printed)).toEqual({
      tried: 6561 + 14 * 60,
      reached: expect.any(Number),
      suspicious: 0,
      negative: 0,
      accepted: 0,
    });
  });

  it("atob behaves as the fuzzed decoder's model of it", async () => {
    const chance = new Randomness(1);
    const texts = Array.from({ length: 3000 }, () => chance.text(chance.below(24)));
    const safe = texts.filter(text => {
      try {
        espruinoAtob(text);
        return true;
      } catch {
        return false;
      }
    });
    const list = JSON.stringify(safe).replace(
      /[\u007f-\u00ff]/g,
      char => `\\x${char.charCodeAt(0).toString(16)}`,
    );
    // Without a bundler: the texts are data, and the interpreter itself decodes each.
    const script = `
      var out = ${list.replace(/\\u00/g, '\\x')}.map(function (text) { return btoa(atob(text)); });
      print("RESULT " + JSON.stringify(out)); quit();`;
    const printed = await new Interpreter([binary], folder).run(script);
    expect(safe.length).toBeGreaterThan(2500);
    expect(resultOf(printed)).toEqual(safe.map(text => Buffer.from(espruinoAtob(text)).toString('base64')));
  });
});
