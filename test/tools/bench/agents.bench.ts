import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Node } from '../../service/nodes/node.ts';
import { onPostgres } from './postgres.ts';
import { AgentProcess } from './push/agents.ts';
import { printFigures } from './push/figures.ts';
import type { LogIns } from './push/log-ins.ts';
import { Stage } from './push/stage.ts';

/** Small numbers may be given: `AGENTS=200 PEOPLE=4 PUSHES=8 SECONDS=4 npm run bench -- agents`. */
const AGENTS = Number(process.env.AGENTS ?? 10_000);
const PEOPLE = Number(process.env.PEOPLE ?? 128);
const PUSHES = Number(process.env.PUSHES ?? 1_000);
const SECONDS = Number(process.env.SECONDS ?? 60);
/** Across two nodes. */
const ACROSS_PEOPLE = Math.min(PEOPLE, 32);
const ACROSS_PUSHES = Math.min(PUSHES, 320);
const ACROSS_PER_SECOND = ACROSS_PEOPLE / 5;
const FOB_PROCESSES = 2;
const SETTLE_MS = 3_000;

/** Starts log-ins at a steady rate, one person after the other. */
async function steadily(logIns: LogIns, pushes: number, perSecond: number): Promise<void> {
  const { users } = logIns;
  const beganMs = performance.now();
  const running: Promise<void>[] = [];
  for (let turn = 0; turn < pushes; turn++) {
    await pause(Math.max(0, beganMs + (turn * 1_000) / perSecond - performance.now()));
    running.push(logIns.logIn(users[turn % users.length] ?? ''));
  }
  await Promise.all(running);
}

/** Excludes the work of compilers at the start and the first session with a fob. */
async function warmUp(logIns: LogIns): Promise<void> {
  await steadily(logIns, logIns.users.length, 8);
  await logIns.collect();
}

/** Returns the share of a core that a node uses meanwhile, in percent. */
async function shareOf(node: Node, work: () => Promise<unknown>): Promise<number> {
  const [used, beganMs] = [await node.usedMicroseconds(), performance.now()];
  await work();
  return ((await node.usedMicroseconds()) - used) / (performance.now() - beganMs) / 10;
}

async function idle(node: Node, agents: AgentProcess): Promise<void> {
  const before = await node.memory();
  const [used, beganMs] = [await node.usedMicroseconds(), performance.now()];
  await agents.stay(node.url, AGENTS);
  const connecting = ((await node.usedMicroseconds()) - used) / AGENTS / 1_000;
  const seconds = (performance.now() - beganMs) / 1_000;
  await pause(SETTLE_MS);
  const after = await node.memory();
  const each = (kind: 'rss' | 'heapUsed' | 'external') =>
    `${kind} ${((after[kind] - before[kind]) / AGENTS / 1_000).toFixed(1)} kB`;
  console.log(
    `${AGENTS} agents connected in ${seconds.toFixed(0)} s, ${connecting.toFixed(2)} ms of the node's processor each; ` +
      `memory of each: ${each('rss')}, ${each('heapUsed')}, ${each('external')}`,
  );
  const share = await shareOf(node, () => pause(SECONDS * 1_000));
  console.log(`${AGENTS} idle agents for ${SECONDS} s: ${share.toFixed(1)} % of a core`);
}

it('a service carries many idle agents, and pushes among them', async () => {
  await using stage = await Stage.open();
  const agents = await AgentProcess.start();
  try {
    await idle(stage.first, agents);
    using logIns = await stage.people(PEOPLE, FOB_PROCESSES);
    await warmUp(logIns);
    const share = await shareOf(stage.first, () => steadily(logIns, PUSHES, PUSHES / SECONDS));
    const all = await logIns.collect();
    const title = `${PUSHES} pushes in ${SECONDS} s by ${PEOPLE} people, ${AGENTS} other agents, ${share.toFixed(0)} % of a core`;
    expect(printFigures(title, all)).toHaveLength(PUSHES);
    expect(await agents.idle()).toEqual({ open: AGENTS, lost: 0 });
  } finally {
    await agents.close();
  }
});

onPostgres('agents at one node and log-ins at another keep their time, on PostgreSQL', async databaseUrl => {
  await using stage = await Stage.open({ nodes: 2, databaseUrl });
  using logIns = await stage.people(ACROSS_PEOPLE, FOB_PROCESSES);
  await warmUp(logIns);
  await steadily(logIns, ACROSS_PUSHES, ACROSS_PER_SECOND);
  const all = await logIns.collect();
  const title = `two nodes on PostgreSQL, ${ACROSS_PEOPLE} people, ${ACROSS_PER_SECOND} pushes a second`;
  expect(printFigures(title, all)).toHaveLength(ACROSS_PUSHES);
});
