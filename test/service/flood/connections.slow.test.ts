import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { webLimits } from '@passfob/service/base/limits/web';
import { describe, expect } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../kit/free-port.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { add, apiKeyOf, codeAt, newToken, post } from '../kit.ts';
import { ACCEPT, RadiusRig } from '../radius/kit.ts';
import { Premises, withOpenFiles } from '../serve/kit.ts';
import { formHead, health, needsLinux, type RawConnection, raw, socketsOf } from './kit.ts';

const FORM = 'application/x-www-form-urlencoded';

/** Opens connections of one source on which no request ever arrives. */
async function stalled(url: string, count: number, from: string): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  while (connections.length < count) {
    const some = await Promise.all(
      Array.from({ length: Math.min(50, count - connections.length) }, () => raw(url, from)),
    );
    for (const [at, connection] of some.entries())
      if (at % 3 > 0) await connection.send(at % 3 === 1 ? 'GET /' : formHead(url, '/login', FORM, 100));
    connections.push(...some);
  }
  return connections;
}

/** Opens an agent connection and waits for its answer. */
async function agent(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) }));
  await once(socket, 'message');
  return socket;
}

async function beats(socket: WebSocket): Promise<unknown> {
  socket.send(JSON.stringify({ type: 'beat' }));
  const [answer] = await once(socket, 'message');
  return JSON.parse(String(answer));
}

function end(connections: readonly RawConnection[]): void {
  for (const { socket } of connections) socket.destroy();
}

describe('unauthenticated connections', () => {
  itNeeds(
    needsLinux,
    '1,000 stalled connections of one source do not affect agents, log-ins and RADIUS',
    async () => {
      await using rig = await RadiusRig.open('otp', { clock: Date.now });
      const token = await add(rig.service, newToken({ kind: 'hotp' }));
      await using premises = new Premises(rig.rig.directory);
      const port = await freePort();
      const { started, pid } = await premises.serve(['--radius', `127.0.0.1:${port}`]);
      const { url } = started;
      const before = await agent(url);
      expect(await health(url)).toBe(200);
      const own = socketsOf(pid);
      const attackers = await stalled(url, 1_000, '127.0.0.2');
      // It is accepted after all of them.
      expect(await health(url)).toBe(200);
      expect(socketsOf(pid) - own).toBeLessThanOrEqual(webLimits.connectionsPerSource + 2);
      const logIn = { user: 'ada', passcode: codeAt(token, 0) };
      expect((await post({ url }, apiKeyOf(rig.service), logIn)).status).toBe(200);
      const asked = await rig.ask({ user: 'ada', password: codeAt(token, 1) }, port);
      expect(asked.code).toBe(ACCEPT);
      expect(await beats(before)).toEqual({ type: 'beat' });
      const after = await agent(url);
      expect(await beats(after)).toEqual({ type: 'beat' });
      before.terminate();
      after.terminate();
      end(attackers);
    },
  );

  itNeeds(
    needsLinux,
    'stalled connections of many sources give way to others, and agents do not',
    async () => {
      await using premises = new Premises();
      const { started, pid } = await premises.serve();
      const { url } = started;
      const first = await agent(url);
      const own = socketsOf(pid);
      const attackers: RawConnection[] = [];
      for (let source = 2; source < 8; source++)
        attackers.push(...(await stalled(url, webLimits.connectionsPerSource, `127.0.0.${source}`)));
      expect(await health(url)).toBe(200);
      expect(socketsOf(pid) - own).toBeLessThanOrEqual(webLimits.connectionsMax + 2);
      expect(await beats(first)).toEqual({ type: 'beat' });
      first.terminate();
      end(attackers);
    },
  );

  itNeeds(needsLinux, 'connections behind a configured proxy count for the forwarded source', async () => {
    await using premises = new Premises();
    const publicUrl = 'https://otp.example.org';
    const { started, pid } = await premises.serve(['--behind-proxy', '127.0.0.3', '--public-url', publicUrl]);
    const { url } = started;
    const forwarded = (source: string) => `\r\nx-forwarded-proto: https\r\nx-forwarded-for: ${source}\r\n`;
    const poll = formHead(publicUrl, '/agent/poll', 'application/json', 9);
    const login = formHead(publicUrl, '/login', FORM, 9);
    const own = socketsOf(pid);
    const attackers: RawConnection[] = [];
    for (let count = 0; count < webLimits.connectionsPerSource + 50; count++) {
      const connection = await raw(url, '127.0.0.3');
      await connection.send(poll.replace('\r\n', forwarded('203.0.113.9')));
      attackers.push(connection);
    }
    const other = await raw(url, '127.0.0.3');
    await other.send(`${login.replace('\r\n', forwarded('203.0.113.10'))}user=nobo`);
    expect(await other.answered()).toBe(403);
    expect(socketsOf(pid) - own).toBeLessThanOrEqual(webLimits.connectionsPerSource + 2);
    expect(attackers.filter(({ isOpen }) => isOpen).length).toBeGreaterThan(
      webLimits.connectionsPerSource / 2,
    );
    end([...attackers, other]);
  });
});

describe('a service that runs out of open files', () => {
  itNeeds(needsLinux, 'says so once at its start, keeps what it needs, and goes on answering', async () => {
    await using premises = new Premises();
    const { started, log } = await premises.serve([], {}, withOpenFiles(500));
    const { url } = started;
    const attackers: RawConnection[] = [];
    for (let source = 2; source < 8; source++)
      attackers.push(...(await stalled(url, 120, `127.0.0.${source}`)));
    expect(await health(url)).toBe(200);
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect((await fetch(`${url}/login`)).status).toBe(200);
    end(attackers);
    const warnings = log().filter(({ level }) => level === 'warn' || level === 'error');
    expect(warnings.map(({ message }) => message)).toEqual(['the limit of open files is low']);
  });

  itNeeds(
    needsTool('prlimit'),
    'running out of open files after the start is one line of the log',
    async prlimit => {
      await using premises = new Premises();
      const { started, log, pid } = await premises.serve();
      const { url } = started;
      expect(await health(url)).toBe(200);
      execFileSync(prlimit, ['--pid', String(pid), '--nofile=60']);
      const attackers = await stalled(url, 200, '127.0.0.1');
      const said = () =>
        log()
          .filter(({ level }) => level === 'warn' || level === 'error')
          .map(({ message, why }) => [message, why]);
      await expect.poll(said).not.toEqual([]);
      end(attackers);
      await expect.poll(() => health(url).catch(() => 0)).toBe(200);
      expect(said()).toEqual([['connections are refused', 'EMFILE']]);
    },
  );
});
