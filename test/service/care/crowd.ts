import { type Tamper, until } from '../agents/kit.ts';
import { Scene } from '../agents/scene.ts';
import { NOW_MS } from './kit.ts';
import { countsOf, doneActsOf, doneOf, type NeedyFob, needyFob } from './three-tasks.ts';

/** Until all fobs have what they need, for each of them. */
const EACH_MS = 2_000;

/** Measures the first sessions of one agent's fobs from its messages. */
class Sessions {
  private readonly all = new Map<number, { sinceMs: number; frames: Set<string>; tookMs?: number }>();

  readonly toAgent: Tamper = text => {
    const said = JSON.parse(text) as { type: string; fob: number; text: string };
    const first = this.all.get(said.fob);
    if (said.type === 'bytes' && first === undefined)
      this.all.set(said.fob, { sinceMs: performance.now(), frames: new Set([said.text]) });
    if (first === undefined || first.tookMs !== undefined) return text;
    if (said.type === 'bytes') first.frames.add(said.text);
    if (said.type === 'release') first.tookMs = performance.now() - first.sinceMs;
    return text;
  };

  /** Those that have ended. */
  get ended() {
    return [...this.all.values()].flatMap(({ tookMs, frames }) =>
      tookMs === undefined ? [] : [{ tookMs, roundTrips: frames.size }],
    );
  }
}

/** Connects agents, each with its share of the fobs, and waits until every fob was released. */
async function session(scene: Scene, fobs: readonly NeedyFob[], agents: number) {
  const all: Sessions[] = [];
  const connected = [];
  const beganMs = performance.now();
  for (let n = 0; n < agents; n++) {
    const sessions = new Sessions();
    all.push(sessions);
    const agent = await scene.agent({ toAgent: sessions.toAgent });
    connected.push(agent);
    for (const { fob } of fobs.filter((_, at) => at % agents === n)) agent.plug(fob);
  }
  const ended = () => all.flatMap(sessions => sessions.ended);
  const left = () => scene.db.selectFrom('fob_tasks').select('id').where('state', '<>', 'done').execute();
  await until(
    async () => ended().length === fobs.length && (await left()).length === 0,
    'the release of all fobs',
    EACH_MS * fobs.length,
  );
  const wholeMs = performance.now() - beganMs;
  for (const agent of connected) await agent.close();
  return {
    wholeMs,
    tookMs: ended().map(({ tookMs }) => tookMs),
    roundTrips: ended().map(({ roundTrips }) => roundTrips),
  };
}

/**
 * Lets a service care for many fobs, which several agents reach by WebSockets: each has three tasks, and then nothing to
 * do any more. Round trips are the frames that each fob got in its first session; repeated ones count once.
 */
export async function careForCrowd(fobs: number, agents: number) {
  await using scene = await Scene.open();
  scene.office.nowMs = NOW_MS;
  const needy: NeedyFob[] = [];
  for (let n = 0; n < fobs; n++) needy.push(await needyFob(scene, `user${n}`));
  const busy = await session(scene, needy, agents);
  const idle = await session(scene, needy, agents);
  const ends = [];
  for (const one of needy)
    ends.push({
      executed: countsOf(one),
      done: await doneOf(scene, one),
      acts: await doneActsOf(scene, one),
    });
  return {
    relayMs: busy.tookMs,
    idleMs: idle.tookMs,
    wholeMs: busy.wholeMs,
    roundTrips: busy.roundTrips,
    idleRoundTrips: idle.roundTrips,
    accounts: (await scene.office.rows('fob_accounts')).length / fobs,
    fobs: ends,
  };
}
