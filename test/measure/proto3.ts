import { mkdtempSync } from 'node:fs';
import { it } from 'vitest';
import { espruino, tool } from '../kit/tools.ts';
import { Interpreter } from '../kit/interpreter.ts';
import { enrolAll, random } from './enrol.ts';
import { measurePresses } from './press.ts';
it('x', {timeout: 1e6}, async () => {
  const binary = espruino() as string;
  const folder = mkdtempSync('/tmp/pm/k');
  const i = new Interpreter([binary], folder);
  await i.flash({ birth: random(32) });
  await enrolAll(i, random(32));
  const c = await measurePresses(tool('valgrind') as string, binary, folder, ['totpHold','hotpHold']);
  const R = 10281826;
  for (const [n, v] of Object.entries(c)) console.log(n, v.keyDown, v.press, (v.press/R*100).toFixed(1)+'%', v.sinceList, (v.sinceList/R*100).toFixed(1)+'%', 'draw', v.drawingList, v.drawingCode);
});
