import { careLimits } from '@passfob/service/base/limits/care';
import { putOffHolds } from '@passfob/service/subjects/care/life';
import { requirePin } from '@passfob/service/subjects/care/task-acts';
import { listTasks } from '@passfob/service/subjects/care/tasks';
import { readServiceSays } from 'passfob/carrier/read';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { type Bench, bench, db, management, office, openEachBench } from '../agents/bench.ts';
import { type TestAgent, until } from '../agents/kit.ts';
import type { UsersFob } from '../agents/world.ts';
import { accepted, grace } from '../users/kit.ts';
import { careForCrowd } from './crowd.ts';
import { NOW_MS } from './kit.ts';

openEachBench(NOW_MS);

/** Returns the tasks of a fob as `kind state message`. */
async function tasksOf(bench: Bench, { serial }: UsersFob): Promise<string[]> {
  const tasks = accepted(await listTasks(bench.db, serial));
  return tasks.map(({ kind, state, message }) => `${kind} ${state}${message === null ? '' : ` ${message}`}`);
}

function becomes(bench: Bench, fob: UsersFob, task: string): Promise<void> {
  return until(async () => (await tasksOf(bench, fob)).includes(task), task);
}

/** Lets so much time pass at the node, in steps in which no agent counts as silent, and sweeps. */
async function pass(bench: Bench, agent: TestAgent, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 20_000) {
    bench.aheadMs += Math.min(left, 20_000);
    const before = agent.log.length;
    agent.say({ type: 'beat' });
    await until(() => agent.log.length >= before + 2, 'the answer');
    bench.node.sweep();
  }
}

/** A fob whose clock is a minute behind an hour after it was set, which takes a hold to correct. */
async function behind(bench: Bench, user: string): Promise<UsersFob> {
  const fob = await bench.fobOf(user);
  bench.office.nowMs += 3_600_000;
  fob.fob.run(3_540_000);
  return fob;
}

it('a task that is stored while the fob is connected is done soon', async () => {
  const { agent, number, ...ada } = await bench.ready('ada');
  await until(() => !agent.isOpen(number), 'the release');
  accepted(await requirePin(management, grace, { serial: ada.serial }));
  await pass(bench, agent, careLimits.careLookMs);
  await becomes(bench, ada, 'require-pin refused no_pin');
  await until(() => !agent.isOpen(number), 'the release');
  // Nothing new: the fob is left alone.
  const before = agent.log.length;
  await pass(bench, agent, careLimits.careLookMs);
  expect(agent.log.slice(before).filter(text => text.includes('"bytes"'))).toEqual([]);
});

it('a hold is asked for after a minute, once per plug-in, and is announced', async () => {
  const ada = await behind(bench, 'ada');
  const asked: string[] = [];
  bench.node.onHoldWanted((fob, { kind, cause }) => asked.push(`${fob.serial} ${kind} ${cause}`));
  const agent = await bench.agent();
  const number = agent.plug(ada.fob);
  await becomes(bench, ada, 'clock waiting hold');
  await until(() => !agent.isOpen(number), 'the release');
  await pass(bench, agent, careLimits.holdAfterMs - 5_000);
  expect(asked).toEqual([]);
  await pass(bench, agent, 10_000);
  await until(() => asked.length > 0, 'the question');
  expect(asked).toEqual([`${ada.serial} clock clock_off`]);
  ada.fob.deny();
  await becomes(bench, ada, 'clock waiting declined');
  await pass(bench, agent, 10 * careLimits.holdAfterMs);
  expect(asked).toHaveLength(1);
  agent.unplug(number);
  const again = agent.plug(ada.fob);
  await agent.stands(again, 'own');
  await until(() => !agent.isOpen(again), 'the release');
  await pass(bench, agent, careLimits.holdAfterMs);
  await until(() => asked.length > 1, 'the next question');
  ada.fob.approve();
  await becomes(bench, ada, 'clock done');
});

it('"later" puts off the question of an agent for a day', async () => {
  const ada = await behind(bench, 'ada');
  const asked: string[] = [];
  bench.node.onHoldWanted(fob => asked.push(fob.serial));
  accepted(await putOffHolds(management, grace, { serial: ada.serial }));
  const agent = await bench.agent();
  const number = agent.plug(ada.fob);
  await becomes(bench, ada, 'clock waiting hold');
  await until(() => !agent.isOpen(number), 'the release');
  await pass(bench, agent, 2 * careLimits.holdAfterMs);
  expect(asked).toEqual([]);
  office.nowMs += careLimits.putOffMs;
  await pass(bench, agent, careLimits.holdAgainMs);
  await until(() => asked.length > 0, 'the question');
});

it('a log-in comes before the question of care, which is withdrawn and asked later', async () => {
  const ada = await behind(bench, 'ada');
  const asked: string[] = [];
  bench.node.onHoldWanted(fob => asked.push(fob.serial));
  const agent = await bench.agent();
  const number = await bench.plugged(agent, ada);
  await becomes(bench, ada, 'clock waiting hold');
  await until(() => !agent.isOpen(number), 'the release');
  await pass(bench, agent, careLimits.holdAfterMs);
  await until(() => asked.length > 0, 'the question');
  const push = await bench.ask('ada');
  await bench.becomes(push, 'shown');
  // Meanwhile nobody is asked for anything else.
  await pass(bench, agent, careLimits.holdAgainMs);
  expect(asked).toHaveLength(1);
  ada.fob.approve();
  expect(await bench.take(push)).toBe('accepted');
  await pass(bench, agent, 2 * careLimits.holdAgainMs);
  await until(() => asked.length > 1, 'the question again');
  ada.fob.approve();
  await becomes(bench, ada, 'clock done');
});

/** What the service said about fobs, besides their bytes. */
function heard({ log }: TestAgent, purpose: 'agent' | 'care' = 'care') {
  const said = log.map(text => readServiceSays(text, purpose)).filter(one => one !== undefined);
  return {
    steps: said.filter(one => one.type === 'step'),
    tasks: said.filter(one => one.type === 'tasks'),
    done: said.filter(one => one.type === 'done'),
  };
}

it('a relay for care is told each step with its reason, the tasks in words, and the end, and is asked for a hold at once', async () => {
  const ada = await behind(bench, 'ada');
  const relay = await bench.agent({ purpose: 'care' });
  const number = relay.plug(ada.fob);
  await until(() => heard(relay).steps.some(({ step }) => step === 'press'), 'the question');
  expect(heard(relay).steps).toEqual([
    { type: 'step', fob: number, step: 'care', text: 'Set the clock.', why: 'The clock is off.' },
    {
      type: 'step',
      fob: number,
      step: 'press',
      text: 'Hold the button of the fob for a second to agree. Press it to decline.',
      why: 'Set the clock: The clock is off.',
    },
  ]);
  ada.fob.approve();
  await until(() => relay.done.length > 0, 'the end');
  expect(heard(relay).tasks).toEqual([{ type: 'tasks', fob: number, waiting: [], done: ['Set the clock'] }]);
  expect(heard(relay).done).toEqual([{ type: 'done', fob: number, text: 'The fob needs nothing more now.' }]);
  expect(await tasksOf(bench, ada)).toEqual(['clock done']);
  expect((await office.row('fobs', { id: ada.id })).last_relay).toBe('command');
});

it('a fob that needs nothing ends the care of a relay at once, without a step', async () => {
  const ada = await bench.fobOf('ada');
  const relay = await bench.agent({ purpose: 'care' });
  relay.plug(ada.fob);
  await until(() => relay.done.length > 0, 'the end');
  const { steps, tasks, done } = heard(relay);
  expect([steps, tasks]).toEqual([[], []]);
  expect(done).toMatchObject([{ text: 'The fob needs nothing more now.' }]);
});

it('"later" from a relay for care withdraws the question, puts holds off for a day, and ends with what waits', async () => {
  const ada = await behind(bench, 'ada');
  const relay = await bench.agent({ purpose: 'care' });
  const number = relay.plug(ada.fob);
  await until(() => heard(relay).steps.some(({ step }) => step === 'press'), 'the question');
  relay.say({ type: 'later', fob: number });
  await until(() => relay.done.length > 0, 'the end');
  expect(heard(relay).tasks.at(-1)?.waiting).toEqual([
    'Set the clock: It needs a hold of the button, which nobody was asked for yet.',
  ]);
  expect(heard(relay).done).toMatchObject([
    { text: 'Everything that can be done now is done. The rest waits.' },
  ]);
  const { put_off_until_ms } = await office.row('fobs', { id: ada.id });
  expect(put_off_until_ms).toBe(office.nowMs + careLimits.putOffMs);
  // Nothing on the screen is left to agree to.
  ada.fob.approve();
  expect(await tasksOf(bench, ada)).toEqual(['clock waiting hold']);
});

it('a hold that its person declines is told as waiting, with how it was answered', async () => {
  const ada = await behind(bench, 'ada');
  const relay = await bench.agent({ purpose: 'care' });
  relay.plug(ada.fob);
  await until(() => heard(relay).steps.some(({ step }) => step === 'press'), 'the question');
  ada.fob.deny();
  await until(() => relay.done.length > 0, 'the end');
  expect(heard(relay).tasks.at(-1)?.waiting).toEqual(['Set the clock: The person at the fob declined.']);
});

it('an agent is told the tasks and a hold that is wanted, but no other steps and no end', async () => {
  const ada = await behind(bench, 'ada');
  accepted(await requirePin(management, grace, { serial: ada.serial }));
  const agent = await bench.agent();
  const number = agent.plug(ada.fob);
  await until(() => agent.tasks.size > 0, 'the tasks');
  const said = heard(agent, 'agent');
  expect(said.tasks[0]?.waiting).toEqual([
    'Set the clock: It needs a hold of the button, which nobody was asked for yet.',
  ]);
  expect([said.steps, agent.done]).toEqual([[], []]);
  await until(() => !agent.isOpen(number), 'the release');
  agent.say({ type: 'later', fob: number });
  await until(async () => {
    const row = db.selectFrom('fobs').select('put_off_until_ms').where('id', '=', ada.id);
    return (await row.executeTakeFirstOrThrow()).put_off_until_ms > 0;
  }, 'that it is put off');
});

it('a person who waits for a fob that does not prove itself is told so, and a stranger’s fob is only named as such', async () => {
  const ada = await bench.fobOf('ada');
  const eve = await bench.fobOf('eve');
  const relay = await bench.agent({ purpose: 'care' });
  // Another fob that claims to be Ada's.
  const number = relay.plug(eve.fob, ada.serial);
  await until(() => relay.done.length > 0, 'the end');
  expect(heard(relay).done).toMatchObject([
    {
      fob: number,
      text: 'The fob did not prove that it is the one with this serial number. Nothing was done.',
    },
  ]);
  const stranger = relay.plug(eve.fob, 'PF-ZZZZ-ZZZZ');
  await relay.stands(stranger, 'other');
  expect(relay.done).toEqual([number]);
});

/** Round trips of a fob in care with nothing to do, beside one for each account. */
const IDLE_ROUND_TRIPS_MAX = 8;

it(
  'fobs behind several agents with WebSockets execute each of their three tasks once, and then cost few round trips',
  LONG,
  async () => {
    const { fobs, accounts, idleRoundTrips } = await careForCrowd(countOf(12, 40), countOf(3, 5));
    for (const { executed, done, acts } of fobs) {
      expect(executed).toEqual({ clock: 1, 'remove-account': 1, 'rename-account': 1 });
      expect(done).toEqual(['clock', 'remove-account', 'rename-account']);
      expect(acts).toEqual(['fob.clock', 'fob.remove-account', 'fob.rename']);
    }
    // One of the user, and the key for approvals.
    expect(accounts).toBe(2);
    expect(Math.max(...idleRoundTrips)).toBeLessThanOrEqual(IDLE_ROUND_TRIPS_MAX + accounts);
  },
);
