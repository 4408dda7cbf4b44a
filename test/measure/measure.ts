import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Client, connect, pairingCode, pairingKey } from '../../host/client/index.ts';
import { pipe } from '../../host/transports/pipe.ts';
import { readPairingCode } from '../../protocol/pairing.ts';
import { type BenchAnswer, Interpreter, imageFolder } from '../kit/interpreter.ts';
import { espruino, tool } from '../kit/tools.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ACCOUNTS = 32;
/** Out of flash the Linux build opens a file for every character it runs. */
const PATIENCE = { patience: { answerTimeoutMs: 300_000, sendsMax: 1 } };
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const ascii = (text: string) => new Uint8Array(Buffer.from(text));

function clientOf(interpreter: Interpreter): Client {
  const cable = pipe({ name: 'bench', write: async text => interpreter.send(text), release: async () => {} });
  interpreter.onText = text => cable.receive(Buffer.from(text, 'latin1'));
  return connect(cable.transport, PATIENCE);
}

/** A typical account: 20-byte secret, issuer and label of usual length. */
function account(index: number, kind: number) {
  return {
    id: Uint8Array.of(100, 0, 0, index),
    kind,
    algorithm: 1,
    digits: 6,
    period: kind === 2 ? 30 : 0,
    counter: 0,
    issuer: ascii('Example Ltd'),
    label: ascii(`user.name${index}@example.org`.slice(0, 24)),
    secret: random(20),
  };
}

async function enrolAll(interpreter: Interpreter, key: Uint8Array): Promise<void> {
  await interpreter.start('memory');
  await interpreter.order({ ms: 0, utc: 1_800_000_000 });
  const client = clientOf(interpreter);
  await client.hello();
  await client.startPairing();
  const { screen } = await interpreter.order({});
  const code = readPairingCode(screen.slice(2).join('')) ?? '';
  await client.openSession(pairingCode(code));
  await client.call('adopt', { deviceSecret: random(32), pairingKey: key, entropy: random(32) });
  await client.openSession(pairingKey(key));
  await client.call('setClock', { utc: 1_800_000_000 });
  for (let i = 0; i < ACCOUNTS; i++) await client.call('put', account(i, i === 0 ? 2 : 1));
  await interpreter.stop();
}

/** Boots out of flash, opens a session and makes one passcode: what is in use at rest, and the most at any port. */
async function measureRun(interpreter: Interpreter, key: Uint8Array | undefined) {
  await interpreter.start('flash');
  const booted = await interpreter.order({ ms: 0, utc: 1_800_000_100, meter: true });
  if (!key) {
    await interpreter.stop();
    return { booted, peak: booted };
  }
  const client = clientOf(interpreter);
  await client.hello();
  await client.openSession(pairingKey(key));
  await client.call('list', { index: 0 });
  await client.call('prove', { id: account(0, 2).id, nonce: random(16) });
  await interpreter.order({ ms: 6_000, down: true });
  await interpreter.order({ ms: 7_000 });
  const peak: BenchAnswer = await interpreter.order({ ms: 7_100, down: false });
  await interpreter.stop();
  return { booted, peak };
}

/** What stands for the parts that a board has and the Linux interpreter has not. */
const STAND_INS = {
  pico:
    'var B8,B9,BTN1=D0,LED1;' +
    'I2C1={setup:function(){},writeTo:function(){},readFrom:function(a,n){return new Uint8Array(n)}};' +
    'USB={on:function(){},write:function(){}};setDeepSleep=function(){};',
  banglejs2:
    'var BTN1=D0,g=Graphics.createArrayBuffer(176,176,4),Bluetooth={on:function(){},write:function(){}},NRF={};' +
    'var Bangle={setOptions:function(){},setLCDPower:function(){},setLCDBrightness:function(){},' +
    'setLocked:function(){}};g.flip=function(){};E.getBattery=function(){return 50};',
};

/** Variables in use after a board's image ran to its end, less what stands in for its parts. */
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

/** Instructions that one more passcode on the screen costs, by the difference of two runs under callgrind. */
async function instructionsPerCode(binary: string, folder: string): Promise<number | undefined> {
  const valgrind = tool('valgrind');
  if (!valgrind) return undefined;
  const counts: number[] = [];
  for (const codes of [2, 12]) {
    const out = join(folder, `callgrind.${codes}`);
    const command = [valgrind, '--tool=callgrind', `--callgrind-out-file=${out}`, binary];
    const interpreter = new Interpreter(command, folder);
    await interpreter.start('memory');
    await interpreter.order({ ms: 0, utc: 1_800_000_000 });
    await interpreter.order({ down: true });
    await interpreter.order({ ms: 700 });
    await interpreter.order({ down: false });
    for (let code = 1; code <= codes; code++) {
      const answer = await interpreter.order({ ms: 1000 + code, utc: 1_800_000_000 + 30 * code });
      expect(answer.screen.join(' ')).toMatch(/\d{3} \d{3}/);
    }
    await interpreter.quit();
    counts.push(Number(/^(?:summary|totals): (\d+)/m.exec(readFileSync(out, 'latin1'))?.[1]));
  }
  return Math.round(((counts[1] ?? 0) - (counts[0] ?? 0)) / 10);
}

it('measures the images on the real interpreter and writes docs/ledger.json', {
  timeout: 1_800_000,
}, async () => {
  const binary = espruino();
  if (!binary)
    throw new Error('Set ESPRUINO to a Linux build of the interpreter, then run npm run measure again.');
  const folder = mkdtempSync(join(tmpdir(), 'passfob-measure-'));
  try {
    const interpreter = new Interpreter([binary], folder);
    await interpreter.flash({ birth: random(32) });
    const blank = await measureRun(interpreter, undefined);
    const key = random(32);
    await enrolAll(interpreter, key);
    const full = await measureRun(interpreter, key);
    const perCode = await instructionsPerCode(binary, folder);
    const pico = await afterBoot(interpreter, 'pico');
    const bangle = await afterBoot(interpreter, 'banglejs2');
    const memory = await interpreter.run('print("BLOCK",process.memory().blocksize,process.version);quit();');
    const [, bytes, release] = /BLOCK (\d+) (\S+)/.exec(memory) ?? [];
    const common = {
      interpreter: `Espruino ${release ?? 'of unknown version'}, Linux`,
      variableBytes: Number(bytes),
    };
    const accounts = full.booted.usage - blank.booted.usage;
    const manifest = (board: string) =>
      JSON.parse(readFileSync(join(imageFolder(board), 'manifest.json'), 'utf8')) as {
        bytes: number;
        hash: string;
      };
    const row = (board: string, afterBoot: number) => ({
      board,
      image: manifest(board).hash,
      imageBytes: manifest(board).bytes,
      ...common,
      variablesAfterBoot: afterBoot,
      variablesWith32Accounts: afterBoot + accounts,
      variablesPeak: afterBoot + accounts + (full.peak.peak - full.booted.usage),
      instructionsPerCode: perCode,
    });
    const ledger = [row('pico', pico), row('banglejs2', bangle), row('bench', blank.booted.usage)];
    writeFileSync(join(ROOT, 'docs/ledger.json'), `${JSON.stringify(ledger, null, 2)}\n`);
    console.log(JSON.stringify(ledger, null, 2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
