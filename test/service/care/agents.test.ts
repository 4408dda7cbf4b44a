import { careLimits } from '@passfob/service/base/limits/care';
import { putOffHolds } from '@passfob/service/features/care/life';
import { createTask, listTasks } from '@passfob/service/features/care/tasks';
import { expect, it } from 'vitest';
import { Bench } from '../agents/bench.ts';
import { type TestAgent, until } from '../agents/kit.ts';
import type { UsersFob } from '../agents/world.ts';
import { accepted, grace } from '../users/kit.ts';

/** Just before a whole second: setting a fob's clock needs no waiting. */
const NOW_MS = 1_770_000_000_990;

async function open() {
  const bench = await Bench.open();
  bench.office.nowMs = NOW_MS;
  return bench;
}

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

it('a fob that lost its time is right again as soon as its agent is connected, without a hold', async () => {
  await using bench = await open();
  const ada = await bench.fobOf('ada');
  ada.fob.loseTime();
  ada.fob.reboot();
  const agent = await bench.agent();
  await bench.plugged(agent, ada);
  expect(await tasksOf(bench, ada)).toEqual(['clock done']);
  expect(Math.abs(ada.fob.now * 1000 - bench.office.nowMs)).toBeLessThan(2_000);
});

it('a task that is stored while the fob is connected is done soon', async () => {
  await using bench = await open();
  const ada = await bench.fobOf('ada');
  const agent = await bench.agent();
  const number = await bench.plugged(agent, ada);
  await until(() => !agent.isOpen(number), 'the release');
  const { management } = bench.office;
  accepted(await createTask(management, grace, { serial: ada.serial, kind: 'require-pin' }));
  await pass(bench, agent, careLimits.careLookMs);
  await becomes(bench, ada, 'require-pin refused no_pin');
  await until(() => !agent.isOpen(number), 'the release');
  // Nothing new: the fob is left alone.
  const before = agent.log.length;
  await pass(bench, agent, careLimits.careLookMs);
  expect(agent.log.slice(before).filter(text => text.includes('"bytes"'))).toEqual([]);
});

it('a hold is asked for after a minute, once per plug-in, and is announced', async () => {
  await using bench = await open();
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
  await using bench = await open();
  const ada = await behind(bench, 'ada');
  const asked: string[] = [];
  bench.node.onHoldWanted(fob => asked.push(fob.serial));
  accepted(await putOffHolds(bench.office.management, grace, { serial: ada.serial }));
  const agent = await bench.agent();
  const number = agent.plug(ada.fob);
  await becomes(bench, ada, 'clock waiting hold');
  await until(() => !agent.isOpen(number), 'the release');
  await pass(bench, agent, 2 * careLimits.holdAfterMs);
  expect(asked).toEqual([]);
  bench.office.nowMs += careLimits.putOffMs;
  await pass(bench, agent, careLimits.holdAgainMs);
  await until(() => asked.length > 0, 'the question');
});

it('a log-in comes before the question of care, which is withdrawn and asked later', async () => {
  await using bench = await open();
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
