import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LedgerEntry, readLedger, writeLedger } from '@passfob/firmware/build/ledger';
import { pairingKey } from 'passfob/client';
import { it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { about, type BenchAnswer, Interpreter, imageFolder } from '../../kit/interpreter.ts';
import { espruino, tool } from '../../kit/tools.ts';
import { countExpression } from './callgrind.ts';
import { account, answered, clientOf, enrolAll, random } from './enrol.ts';
import { authentiwatchOf, measurePresses } from './press.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Boots out of flash, opens a session and makes one passcode; measures the variables in use at rest, and the most at
 * any port.
 */
async function measureRun(interpreter: Interpreter, key: Uint8Array | undefined) {
  await interpreter.start({ from: 'flash', isStill: true });
  const booted = await interpreter.order({ ms: 0, utc: 1_800_000_100, meter: true });
  if (!key) {
    await interpreter.stop();
    return { booted, peak: booted };
  }
  const client = clientOf(interpreter);
  await answered(interpreter, 'hello', client.hello());
  await answered(interpreter, 'open', client.openSession(pairingKey(key)));
  await answered(interpreter, 'list', client.call('list', { index: 0 }));
  const proof = { id: account(0, 2).id, nonce: random(16) };
  await answered(interpreter, 'prove', client.call('prove', proof));
  await interpreter.order({ ms: 6_000, down: true });
  await interpreter.order({ ms: 7_000 });
  const peak: BenchAnswer = await interpreter.order({ ms: 7_100, down: false });
  await interpreter.stop();
  return { booted, peak };
}

/** Stand-ins for the parts that a board has and the Linux interpreter does not. */
const PINS = 'var A9=D1,B8,B9,BTN1=D0,LED1;';
const PICO =
  'I2C1={setup:function(){},writeTo:function(){},readFrom:function(a,n){return new Uint8Array(n)}};' +
  'USB={on:function(){},write:function(){}};setDeepSleep=global.peek32=global.poke32=function(){};';
const STAND_INS = {
  pico: PINS + PICO,
  'espruino-wifi': PINS + PICO,
  'rpi-pico': PICO,
  'rpi-pico2': PICO,
  'pico-hid': `${PINS}E.setUSBHID=function(){};E.sendUSBHID=function(){return true};${PICO}`,
  banglejs2:
    'var BTN1=D0,g=Graphics.createArrayBuffer(176,176,4),Bluetooth={on:function(){},write:function(){}},NRF={setServices:function(){}};' +
    'var Bangle={setOptions:function(){},setLCDPower:function(){},setLCDBrightness:function(){},' +
    'setLocked:function(){}};g.flip=function(){};E.getBattery=function(){return 50};',
};

/** Returns the variables in use after a board's image ran to its end, less those of the stand-ins. */
async function afterBoot(interpreter: Interpreter, board: keyof typeof STAND_INS): Promise<number> {
  const app = readFileSync(join(imageFolder(board), 'app'), 'latin1');
  await interpreter.write('app', Buffer.from(app, 'latin1'));
  const printed = await interpreter.run(
    `var before=process.memory().usage;${STAND_INS[board]}var stand=process.memory().usage-before;` +
      'eval(require("Storage").read("app"));print("MEASURED",process.memory().usage-stand);',
    /MEASURED \d+\s|Uncaught/,
  );
  const usage = /MEASURED (\d+)/.exec(printed)?.[1];
  if (usage === undefined) throw new Error(`the ${board} image did not run: ${printed.slice(-500)}`);
  return Number(usage);
}

/**
 * The interpreter that enrols: the image lies as text in its variables, and a small interpreter has no room for
 * sealed data beside it. The measured interpreter is the one that `ESPRUINO` names.
 */
function roomy(binary: string): string {
  return process.env.ESPRUINO_ROOMY || binary;
}

const manifestOf = (board: string) =>
  JSON.parse(readFileSync(join(imageFolder(board), 'manifest.json'), 'utf8')) as {
    bytes: number;
    hash: string;
  };

function showLedger(ledger: readonly LedgerEntry[]): void {
  writeLedger(ROOT, ledger);
  console.log(JSON.stringify(ledger, null, 2));
}

it('the images are measured on the real interpreter, and docs/ledger.json is written', {
  timeout: 1_800_000,
}, async () => {
  const binary = espruino();
  if (!binary)
    throw new Error('Set ESPRUINO to a Linux build of the interpreter, then run npm run measure again.');
  const folder = temporaryFolder('measure');
  const interpreter = new Interpreter([binary], folder);
  await interpreter.flash({ birth: random(32) });
  const blank = await measureRun(interpreter, undefined);
  const key = random(32);
  await enrolAll(new Interpreter([roomy(binary)], folder), key);
  const full = await measureRun(interpreter, key);
  const pico = await afterBoot(interpreter, 'pico');
  const bangle = await afterBoot(interpreter, 'banglejs2');
  const { version, commit, variableBytes } = await about(interpreter);
  const common = { interpreter: `Espruino ${version}, Linux`, commit, variableBytes };
  const accounts = full.booted.usage - blank.booted.usage;
  const row = (board: LedgerEntry['board'], afterBoot: number) => ({
    board,
    image: manifestOf(board).hash,
    imageBytes: manifestOf(board).bytes,
    ...common,
    variablesAfterBoot: afterBoot,
    variablesWith32Accounts: afterBoot + accounts,
    variablesPeak: afterBoot + accounts + (full.peak.peak - full.booted.usage),
  });
  const others = ['pico-hid', 'espruino-wifi', 'rpi-pico', 'rpi-pico2'] as const;
  const otherRows: LedgerEntry[] = [];
  for (const board of others) otherRows.push(row(board, await afterBoot(interpreter, board)));
  const before = readLedger(ROOT);
  const { instructions } = before.find(entry => entry.board === 'bench') ?? {};
  /** What other commands have written about this board. */
  const kept = (board: LedgerEntry['board']) => {
    const { virtualBoard, boardFigures, acts } = before.find(entry => entry.board === board) ?? {};
    return {
      ...(virtualBoard && { virtualBoard }),
      ...(boardFigures && { boardFigures }),
      ...(acts && { acts }),
    };
  };
  showLedger([
    { ...row('pico', pico), ...kept('pico') },
    ...otherRows.map(entry => ({ ...entry, ...kept(entry.board) })),
    row('banglejs2', bangle),
    { ...row('bench', blank.booted.usage), ...(instructions && { instructions }) },
  ]);
});

it('the instructions from the list to a passcode are counted and written into docs/ledger.json', {
  timeout: 1_800_000,
}, async () => {
  const binary = espruino();
  const valgrind = tool('valgrind');
  if (!binary || !valgrind)
    throw new Error('Set ESPRUINO and install valgrind, then run npm run measure again.');
  const folder = temporaryFolder('measure');
  const interpreter = new Interpreter([binary], folder);
  await interpreter.flash({ birth: random(32) });
  await enrolAll(new Interpreter([roomy(binary)], folder), random(32));
  const ways = await measurePresses(valgrind, binary, folder);
  const path = process.env.AUTHENTIWATCH;
  if (!path) console.log('AUTHENTIWATCH does not name its app.js: the reference is not measured.');
  const app = path && authentiwatchOf(readFileSync(path, 'latin1'));
  const authentiwatch = app ? await countExpression(valgrind, binary, folder, app) : undefined;
  const instructions = { image: manifestOf('bench').hash, authentiwatchCode: authentiwatch, ...ways };
  showLedger(readLedger(ROOT).map(entry => (entry.board === 'bench' ? { ...entry, instructions } : entry)));
});
