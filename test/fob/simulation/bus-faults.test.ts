import type { BusFault } from '@passfob/simulator';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import type { KeptFob } from '../../kit/fob.ts';
import { BusTrial, busFob, planAt } from './kit/bus-trial.ts';

const KINDS = ['fail', 'late', 'hang'] as const satisfies readonly BusFault[];
const PATIENT = { ...LONG, timeout: 1_800_000 };

let plain: KeptFob;
let withPin: KeptFob;
beforeAll(async () => {
  plain = await busFob(false);
  withPin = await busFob(true);
});

const hotpId = async (trial: BusTrial) => (await trial.owner.client.call('list', { index: 0 })).id;
let id = new Uint8Array();
const withSession = async (trial: BusTrial) => {
  await trial.owner.open();
  id = new Uint8Array(await hotpId(trial));
};

const toTimed = async (trial: BusTrial) => {
  await trial.toFirst();
  await trial.until(() => trial.words.includes('Timed'));
};
const removal = async ({ owner: { client } }: BusTrial) => {
  // The first attempt may have removed it, and only its end failed.
  if ((await client.call('info', {})).accounts === 1) return;
  const { id } = await client.call('list', { index: 1 });
  await client.call('remove', { id });
};
const names = { issuer: Buffer.from('Example'), label: Buffer.from('dave') };

/**
 * @param prepare brings the fob to the moment before
 * @param act resolves to whether it was done
 * @param accounts afterwards
 */
const operation = (
  prepare: (trial: BusTrial) => Promise<void>,
  act: (trial: BusTrial) => Promise<boolean>,
  accounts = 2,
  kept = () => plain,
) => ({ prepare, act, accounts, kept });
type Operation = ReturnType<typeof operation>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'a hold for a HOTP value': operation(
    trial => trial.toFirst(),
    trial => trial.hotp(),
  ),
  'a hold for a TOTP value': operation(toTimed, trial => trial.totp()),
  'the check of a PIN': operation(
    trial => trial.enterMost(),
    trial => trial.unlock(),
    2,
    () => withPin,
  ),
  'an enrolment': operation(withSession, trial => trial.put(), 3),
  'a removal': operation(withSession, trial => trial.call(removal(trial)), 1),
  'a new name': operation(withSession, trial =>
    trial.call(trial.owner.client.call('rename', { id, ...names })),
  ),
  'setting the clock': operation(withSession, trial => trial.setClock()),
  'a new session': operation(
    async () => undefined,
    trial => trial.call(trial.owner.open()),
  ),
};

/** Returns the number of transfers of an operation that succeeds. */
async function transfersOf({ kept, prepare, act }: Operation): Promise<number> {
  const trial = new BusTrial(kept());
  await prepare(trial);
  trial.driver.fob.setFaults();
  expect(await act(trial)).toBe(true);
  const { transfers } = trial.driver.fob;
  await trial.driver.close();
  return transfers;
}

async function transfersOfBoot(): Promise<number> {
  const trial = new BusTrial(plain);
  const { transfers } = trial.driver.fob;
  await trial.driver.close();
  return transfers;
}

/** Tries faults of each kind at each of so many transfers; in `npm test` a few of them, spread. */
async function each(transfers: number, work: (transfer: number, kind: BusFault) => Promise<void>) {
  const cases = KINDS.flatMap(kind => Array.from({ length: transfers }, (_, at) => [at + 1, kind] as const));
  const count = countOf(4, cases.length);
  for (let i = 0; i < count; i++) {
    const [transfer, kind] = cases[(firstSeed() + Math.floor((i * cases.length) / count)) % cases.length] ?? [
      1,
      'fail',
    ];
    try {
      await work(transfer, kind);
    } catch (error) {
      throw new Error(`${kind} at transfer ${transfer} of ${transfers}`, { cause: error });
    }
  }
}

const NAMES = Object.keys(OPERATIONS);
const operationOf = (name: string) => OPERATIONS[name] as Operation;

describe('a bus that fails once', () => {
  it('a boot succeeds whichever of its transfers fails, is late or hangs', PATIENT, async () => {
    const transfers = await transfersOfBoot();
    expect(transfers).toBeGreaterThan(50);
    await each(transfers, async (transfer, kind) => {
      const trial = new BusTrial(plain, planAt(transfer, kind, 1));
      expect(trial.words).toMatch(/Example .*passcode/);
      await trial.verify(2);
    });
  });

  it.each(NAMES)('%s succeeds whichever of its transfers fails, is late or hangs', PATIENT, async name => {
    const operation = operationOf(name);
    const transfers = await transfersOf(operation);
    expect(transfers).toBeGreaterThan(1);
    await each(transfers, async (transfer, kind) => {
      const trial = new BusTrial(operation.kept());
      await operation.prepare(trial);
      trial.driver.fob.setFaults(planAt(transfer, kind, 1));
      expect(await operation.act(trial)).toBe(true);
      await trial.verify(operation.accounts);
    });
  });
});

describe('a bus that fails twice in a row', () => {
  it(
    'a fob is back seconds after a boot in which a transfer and its retry failed',
    PATIENT,
    async () =>
      await each(await transfersOfBoot(), async (transfer, kind) => {
        const trial = new BusTrial(plain, planAt(transfer, kind, 2));
        await trial.driver.advance(4_000);
        await trial.verify(2);
      }),
  );

  it('a fob whose clock module does not answer at its start asks again before it says that passcodes may come again', async () => {
    const transfers = await transfersOfBoot();
    // The clock module is read first of all parts, and last before the display is drawn.
    const places = [1, 2, ...Array.from({ length: 20 }, (_, at) => transfers - at)];
    for (const transfer of places) {
      const trial = new BusTrial(plain, planAt(transfer, 'fail', 2));
      await trial.driver.advance(4_000);
      await trial.verify(2);
    }
  });

  it.each(NAMES)(
    '%s succeeds, or when tried again, after a transfer and its retry failed',
    PATIENT,
    async name => {
      const operation = operationOf(name);
      await each(await transfersOf(operation), async (transfer, kind) => {
        const trial = new BusTrial(operation.kept());
        await operation.prepare(trial);
        trial.driver.fob.setFaults(planAt(transfer, kind, 2));
        if (!(await operation.act(trial))) {
          await trial.driver.advance(8_000);
          await operation.prepare(trial);
          expect(await operation.act(trial)).toBe(true);
        }
        await trial.verify(operation.accounts);
      });
    },
  );
});
