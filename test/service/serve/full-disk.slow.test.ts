import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unreadyTexts } from '@passfob/service/base/texts/serve';
import { createService } from '@passfob/service/service';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, type Need } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { add, apiKeyOf, codeAt, newToken, post } from '../kit.ts';
import { testOfPremises as it, type Premises } from './kit.ts';

/** The process needs its own file systems, which root and permitted users can mount. */
const needsMounts: Need<true> = { name: 'unshare -rm of util-linux', found: mayMount() };

function mayMount(): true | undefined {
  try {
    execFileSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return undefined;
  }
}

/**
 * Runs a service with one HOTP fob on a small disk of its own, after its folder was copied there and something was
 * done.
 */
async function onSmallDisk(premises: Premises, done: string) {
  const prepared = join(premises.folder, 'prepared');
  const lock = { threshold: 0, periodMs: 1000 };
  const service = await createService({ directory: prepared, port: 0, lock });
  const token = await add(service, newToken({ kind: 'hotp' }));
  await service.close();
  const apiKey = secret(apiKeyOf(service));
  mkdirSync(premises.directory);
  const script = `mount -t tmpfs -o size=3m,mode=700 tmpfs "$1" && cp -a "$0/." "$1" && cd "$1" && ${done} && shift && exec "$@"`;
  const through = ['unshare', '-rm', 'sh', '-c', script, prepared, premises.directory];
  const { started, pid } = await premises.serve([], {}, through);
  return {
    logIn: async (counter: number) =>
      (await post(started, apiKey, { user: 'ada', passcode: codeAt(token, counter) })).status,
    ready: async () => {
      const answer = await fetch(`${started.url}/ready`);
      return [answer.status, ((await answer.json()) as { reason?: string }).reason];
    },
    status: () => passfob(['service', 'status', '--url', started.url], { home: premises.folder }),
    /** Returns the path of a file on that disk, through the process that mounted it. */
    inside: (name: string) => join(`/proc/${pid}/root`, premises.directory, name),
  };
}

/** Writes a file until its disk is full. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  for (const size of [65_536, 4_096, 1])
    for (let isFull = false; !isFull; )
      try {
        writeSync(file, Buffer.alloc(size));
      } catch {
        isFull = true;
      }
  closeSync(file);
}

describeNeeds(needsBuild, 'disk failures', () =>
  describeNeeds(needsMounts, 'full and read-only disks', () => {
    it('a service on a full disk is not ready, accepts nothing, and continues when there is room', async premises => {
      const { logIn, ready, status, inside } = await onSmallDisk(premises, 'true');
      expect(await ready()).toEqual([200, undefined]);
      expect(await logIn(0)).toBe(200);
      fill(inside('filler'));
      await expect.poll(ready).toEqual([503, 'database']);
      expect(await logIn(1)).toBe(503);
      const { exitCode, stderr } = await status();
      expect(exitCode).toBe(EXIT_CODES['service-silent'].code);
      expect(stderr).toContain(unreadyTexts.database.sentence);
      rmSync(inside('filler'));
      await expect.poll(ready).toEqual([200, undefined]);
      expect([await logIn(0), await logIn(1)]).toEqual([403, 200]);
    });

    it('a service with a read-only database is not ready', async premises => {
      const made = 'mount --bind service.db service.db && mount -o remount,bind,ro service.db';
      const { logIn, ready } = await onSmallDisk(premises, made);
      expect(await ready()).toEqual([503, 'database']);
      expect(await logIn(0)).toBe(503);
    });
  }),
);
