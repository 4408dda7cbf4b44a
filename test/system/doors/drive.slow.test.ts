import { expect } from 'vitest';
import { needsBuilt } from '../../kit/built.ts';
import { describeNeeds, itNeeds } from '../../kit/tools.ts';
import { type Attack, attacks, type Input } from '../../service/flood/attacks.ts';
import { health, needsLinux, processorMs } from '../../service/flood/kit.ts';
import { serviceDoors } from './service.ts';
import { Siege } from './siege.ts';

// Other tests keep the machine busy.

const HEAP_MIB = 512;
const INPUTS = 10;
const THIS_FILE = 'test/system/doors/drive.slow.test.ts';

const driven = serviceDoors.filter(({ test }) => test === THIS_FILE);
let sources = 256;

/** An address that has used up no limit yet. */
const address = () => `127.1.${++sources >> 8}.${sources & 255}`;

/** Sends inputs, and returns what each made the service hold and compute while they were held. */
async function cost(siege: Siege, attack: Attack, from: () => string) {
  const warm = await attack(siege.target, from());
  await siege.settled();
  const before = await siege.held();
  const beforeMs = processorMs(siege.pid);
  const inputs: Input[] = [];
  for (let count = 0; count < INPUTS; count++) inputs.push(await attack(siege.target, from()));
  await siege.settled();
  const spentMs = processorMs(siege.pid) - beforeMs;
  const heldBytes = (await siege.held()) - before;
  const status = await health(siege.target.url);
  for (const { connection } of [warm, ...inputs]) connection?.socket.destroy();
  await siege.settled();
  const sent = inputs.reduce((sum, input) => sum + input.sent, 0) / INPUTS;
  return { status, sent, held: heldBytes / INPUTS, spentMs: spentMs / INPUTS };
}

describeNeeds(
  needsBuilt('host/dist/program/cli/main.js', 'service/dist/portal/portal.json'),
  'doors of the service',
  () => {
    itNeeds(
      needsLinux,
      'each door’s worst input holds and costs no more than its row says, and others are answered meanwhile',
      async () => {
        expect(Object.keys(attacks).sort()).toEqual(driven.map(({ name }) => name).sort());
        await using siege = await Siege.begin(HEAP_MIB);
        const wrong: unknown[] = [];
        let logIns = 0;
        for (const { name, holdsMax, spendsMs } of driven)
          for (const [variant, attack] of Object.entries(attacks[name] ?? {}))
            for (const from of ['one', 'many']) {
              const one = address();
              const { status, sent, held, spentMs } = await cost(
                siege,
                attack,
                from === 'one' ? () => one : address,
              );
              const { accepted, again } = await siege.logIn(logIns++);
              const perByte = (amount: number) => (amount / Math.max(1, sent)).toFixed(2);
              console.log(
                `${name}, ${variant}, ${from}: ${Math.round(sent)} B sent, ${Math.round(held)} B held (${perByte(held)} a byte), ${spentMs} ms (${perByte(spentMs * 1_000)} µs a byte)`,
              );
              const isRight = status === 200 && accepted && !again && held <= holdsMax && spentMs <= spendsMs;
              if (!isRight) wrong.push({ name, variant, from, status, accepted, again, held, spentMs });
            }
        expect(wrong).toEqual([]);
      },
    );
  },
);
