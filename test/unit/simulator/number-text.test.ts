import { makeRandomness } from '@passfob/simulator/base/randomness';
import { fixedText, numberText } from '@passfob/simulator/interpreter/realm/number-text';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { printed } from './kit.ts';

/** As printed by Espruino 2v29. */
const PRINTED: readonly (readonly [number, string])[] = [
  [0.1 + 0.2, '0.3'],
  [1 / 3, '0.33333333333'],
  [2 / 3, '0.66666666666'],
  [1_700_000_000.123, '1700000000.12299990653'],
  [0.99999995, '1'],
  [99_999.99999999, '100000'],
  [2_147_483_648, '2147483648'],
  [2 ** 53, '9007199254740992'],
  [1e21, '10e+20'],
  [1e-7, '1e-7'],
  [1.23e-7, '1.23e-7'],
  [-1.5, '-1.5'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
];

it('the text of a number is that of Espruino', () => {
  for (const [number, text] of PRINTED) expect(numberText(number)).toBe(text);
  expect(fixedText(1 / 3, 3)).toBe('0.333');
  expect(fixedText(1e100, 0)).toHaveLength(69);
  expect(numberText(255, 16)).toBe('ff');
});

it('a board makes that text by every call, and by an array', () => {
  const source = `var x = 0.1 + 0.2; print(x, String(x), x.toString(), [x, [x]].join("-"), JSON.stringify({a: [x, 1 / 0]}), x.toFixed(2), [x] + "", new Float64Array([x]).join())`;
  expect(printed(source)).toEqual(['0.3 0.3 0.3 0.3-0.3 {"a":[0.3,null]} 0.30 0.3 0.3']);
});

/** Numbers of all sizes, the same in every run. */
function numbers(count: number): number[] {
  const { fraction } = makeRandomness(1, 'numbers');
  const made = PRINTED.map(([number]) => number).filter(Number.isFinite);
  for (let at = 0; at < count; at++) {
    made.push((fraction() - 0.3) * 10 ** (Math.floor(fraction() * 60) - 30));
    made.push(Math.floor(fraction() * 1e9) / 10 ** Math.floor(fraction() * 9));
    made.push(Math.floor(fraction() * 2 ** 53));
  }
  return made;
}

describeNeeds(needsEspruino(), 'numbers beside the real interpreter', espruino => {
  it('three thousand numbers have the text that Espruino prints', async () => {
    const all = numbers(1000);
    const bits = Buffer.from(Float64Array.from(all).buffer).toString('base64');
    const output = await new Interpreter([espruino], temporaryFolder('numbers')).run(
      `new Float64Array(E.toArrayBuffer(atob("${bits}"))).forEach(x => print("<<" + x + "|" + x.toFixed(3) + "|" + x.toString(16) + "|" + JSON.stringify([x]) + ">>"));quit();`,
    );
    const texts = [...output.matchAll(/<<(.*?)>>/g)].map(([, text]) => text);
    expect(texts).toEqual(
      all.map(
        number =>
          `${numberText(number)}|${fixedText(number, 3)}|${numberText(number, 16)}|[${numberText(number)}]`,
      ),
    );
  });
});
