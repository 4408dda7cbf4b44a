import { mkdtempSync } from 'node:fs';
import { it } from 'vitest';
import { Interpreter } from '../kit/interpreter.ts';
it('x', {timeout: 60000}, async () => {
  const folder = mkdtempSync('/tmp/pm/x');
  const i = new Interpreter([process.env.ESPRUINO as string], folder);
  console.log('a');
  await i.flash({ birth: new Uint8Array(32).fill(3) });
  console.log('b');
  await i.start('memory');
  const t = setTimeout(()=>{console.log(JSON.stringify(i.output))}, 8000);
  await i.order({ ms: 0, utc: 1_800_000_000 });
  console.log('c', i.output); await i.stop();
});
