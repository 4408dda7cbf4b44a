import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { factsOf } from '@passfob/firmware/build/facts';
import { fontBitmap } from '@passfob/firmware/build/font';
import { type BootOptions, boot, type Fob } from '@passfob/simulator';
import { build } from 'esbuild';
import { heardFrom } from '../../kit/heard.ts';
import { imageFolder } from '../../kit/interpreter.ts';
import { writePackets } from '../../kit/packets.ts';

const PARTS = fileURLToPath(new URL('../../../firmware/boards/parts', import.meta.url));

/** The built boot file of a board's image, for boards whose loader sets something. */
export function bootFile(board: string, name: string): Record<string, Uint8Array> {
  return { [name]: new Uint8Array(readFileSync(join(imageFolder(board), name))) };
}

/** Evaluates each line that comes over USB and sends the value. */
const LISTENER = `E.setConsole(null,{force:true});I2C1.setup({scl:B8,sda:B9,bitrate:400000});
var come="";USB.on("data",function(chunk){
  come+=chunk;
  while(come.indexOf("\\n")>=0){
    var code=come.substr(0,come.indexOf("\\n"));come=come.substr(come.indexOf("\\n")+1);
    var answer=eval(code);
    USB.write(JSON.stringify(answer===undefined?null:answer)+"\\n");
  }
});`;

/** The same classes as text, without the listener, for an interpreter of any kind. */
export async function partCode(classes: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(classes).map(
    ([name, file]) => `import { ${name} } from './${file}.ts';global.${name} = ${name};`,
  );
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: PARTS, loader: 'ts' },
    bundle: true,
    conditions: ['source'],
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['crypto', 'Storage', 'fs'],
    target: 'es2017',
    define: { ...factsOf('pico'), FONT_BITMAP: JSON.stringify(fontBitmap(join(PARTS, 'font.txt'))) },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Classes of `firmware/boards/parts` as globals of one image for the simulator: adapters alone, on the board's
 * interpreter and at its chips.
 * @param classes class to file, `{ Ds3231: 'ds3231' }`
 */
export async function partImage(classes: Readonly<Record<string, string>>) {
  return { '.bootcde': Buffer.from(LISTENER + (await partCode(classes)), 'latin1') };
}

/** A board with such an image: `ask` evaluates an expression there. */
export interface Bench {
  readonly fob: Fob;
  /** Returns the expression's value through JSON; undefined where none came back. */
  ask(expression: string): unknown;
}

export function bench(image: Record<string, Uint8Array>, options: Partial<BootOptions> = {}): Bench {
  // An image that does not turn the crystal off would stand still two seconds after its start.
  const fob = boot({ board: 'pico', seed: 1, image, crystal: false, ...options });
  const answer = heardFrom(fob.link);
  return {
    fob,
    ask(expression) {
      answer.text = '';
      writePackets(fob.link, Buffer.from(`${expression}\n`, 'latin1'));
      return answer.text === '' ? undefined : JSON.parse(answer.text);
    },
  };
}
