import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createService } from '@passfob/service/service';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { add, apiKeyOf, codeAt, newToken, post } from '../kit.ts';
import { Premises, type Serving } from './kit.ts';

/** How many kills both tests make together. */
const KILLS = countOf(2, 100);

/** Uses of the database by the sqlite3 program beside the nodes. */
const uses = {
  reader: ['select count(*) from users'],
  writer: ['pragma user_version = 7', 'select count(*) from users'],
  backup: ['.backup copy.db'],
} as const;
type Use = keyof typeof uses;

/** With few kills, each comes after all uses; otherwise after one of them, in turn. */
function usesBefore(kill: number): Use[] {
  const all = Object.keys(uses) as Use[];
  return all.filter((_, index) => KILLS < all.length || index === kill % all.length);
}

/** Prepares a folder of a service that knows one HOTP fob. */
async function prepared(premises: Premises) {
  const { directory } = premises;
  const service = await createService({ directory, port: 0, lock: { threshold: 0, periodMs: 1000 } });
  const token = await add(service, newToken({ kind: 'hotp' }));
  await service.close();
  const apiKey = secret(apiKeyOf(service));
  const logIn = async ({ started }: Serving, counter: number) =>
    (await post(started, apiKey, { user: 'ada', passcode: codeAt(token, counter) })).status;
  return { logIn };
}

describeNeeds(needsBuild, 'sqlite3 beside passfob serve', () =>
  describeNeeds(needsTool('sqlite3'), 'on one database file', program => {
    it.each([1, 2])(
      'a passcode stays used after sqlite3 reads, writes and makes a backup beside %s running nodes and a node is killed',
      LONG,
      async nodes => {
        await using premises = new Premises();
        const { logIn } = await prepared(premises);
        const file = join(premises.directory, 'service.db');
        const running: Serving[] = [];
        const start = async () => running.push(await premises.serve(['--lock-threshold', '0']));
        for (let node = 0; node < nodes; node++) await start();
        let counter = 0;
        for (let kill = 0; kill < KILLS / 2; kill++) {
          const accepted: number[] = [];
          const logInOnAll = async () => {
            for (const node of running) {
              expect(await logIn(node, counter)).toBe(200);
              accepted.push(counter++);
            }
          };
          await logInOnAll();
          for (const use of usesBefore(kill)) {
            execFileSync(program, [file, ...uses[use]], { cwd: premises.folder });
            await logInOnAll();
          }
          const killed = running.shift();
          killed?.kill('SIGKILL');
          await killed?.ended;
          // A new node joins the one that still runs, if any.
          await start();
          for (const node of running) for (const used of accepted) expect(await logIn(node, used)).toBe(403);
        }
      },
    );
  }),
);
