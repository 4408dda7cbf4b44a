import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { openLink } from '../kit.ts';
import { testOfPremises as it } from './kit.ts';

/** Sends an unfinished request; `rest` finishes it and returns the response. */
async function unfinishedRequest(url: string) {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise(resolve => socket.once('connect', resolve));
  const body = 'user=ada&passcode=000000';
  socket.write(
    `POST /login HTTP/1.1\r\nhost: ${host}\r\norigin: ${url}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 4)}`,
  );
  let answer = '';
  socket.on('data', chunk => {
    answer += chunk;
  });
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(answer)));
  return {
    rest: () => {
      socket.write(body.slice(4));
      return closed;
    },
    closed,
  };
}

describeNeeds(needsBuild, 'passfob serve', () => {
  it('the first run creates everything and the second nothing', async premises => {
    const first = await premises.serve();
    expect(first.started.made).toEqual(['folder', 'database', 'keyFile', 'identity']);
    expect(statSync(premises.directory).mode & 0o777).toBe(0o700);
    for (const name of ['service.db', 'service.key'])
      expect(statSync(join(premises.directory, name)).mode & 0o777).toBe(0o600);
    const link = first.started.adminLink ?? '';
    expect(link.startsWith(`${first.started.url}/operator/enter?key=`)).toBe(true);
    const opened = await openLink(link);
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/operator']);
    expect((await openLink(link)).status).toBe(403);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await (await fetch(`${first.started.url}/ready`)).json()).toEqual({ status: 'ready', version });
    first.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    const key = readFileSync(join(premises.directory, 'service.key'));

    const second = await premises.serve();
    expect(second.started.made).toEqual([]);
    expect(second.started.adminLink).toBeUndefined();
    second.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
    expect(readFileSync(join(premises.directory, 'service.key'))).toEqual(key);
  });

  it('serve prints an administrator link on request, and none at a first run that is told not to', async premises => {
    const quiet = await premises.serve(['--no-admin-link']);
    expect(quiet.started.made).toContain('database');
    expect(quiet.started.adminLink).toBeUndefined();
    // Runs beside the service on the same database; the link may be printed, so it is no secret of this test.
    const made = await passfob(['service', 'admin-link', '--dir', premises.directory, '--json'], {
      home: premises.folder,
    });
    expect(made.exitCode).toBe(0);
    const opened = await openLink(String(made.json().adminLink));
    expect(opened.status).toBe(303);
    quiet.kill('SIGTERM');
    await quiet.ended;
    const asked = await premises.serve(['--admin-link']);
    expect(asked.started.adminLink).toMatch(/\/operator\/enter\?key=/);
  });

  it('serve finishes a request in progress, accepts no new one, and exits with 0', async premises => {
    const serving = await premises.serve();
    const { url } = serving.started;
    const request = await unfinishedRequest(url);
    await fetch(`${url}/health`);
    serving.kill('SIGTERM');
    await serving.logged('ending');
    // Earlier connections are closed shortly after that log line.
    await expect
      .poll(() =>
        fetch(`${url}/health`).then(
          ({ status }) => status,
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(await request.rest()).toMatch(/^HTTP\/1.1 (?:403|503) /);
    expect(await serving.ended).toEqual({ code: 0, signal: null });
    expect(serving.log().at(-1)).toMatchObject({ message: 'ended' });
  });

  it('serve exits at once at the second signal', async premises => {
    const serving = await premises.serve();
    const request = await unfinishedRequest(serving.started.url);
    await fetch(`${serving.started.url}/health`);
    serving.kill('SIGTERM');
    await serving.logged('ending');
    serving.kill('SIGTERM');
    expect(await serving.ended).toEqual({ code: null, signal: 'SIGTERM' });
    await request.closed;
  });

  it('serve logs requests by their routes, without bodies, names or links', async premises => {
    const serving = await premises.serve(['--log-level', 'debug']);
    const { url, adminLink = '' } = serving.started;
    await openLink(adminLink);
    const refused = await fetch(`${url}/login?user=mallory`, {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'user=Grace+Hopper&passcode=918273',
    });
    expect(refused.status).toBe(403);
    await serving.logged('request', 1);
    const requests = serving.log().filter(({ message }) => message === 'request');
    expect(requests[0]).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/operator/enter',
      status: 303,
      source: '127.0.0.1',
    });
    expect(requests[1]).toMatchObject({
      method: 'POST',
      route: '/login',
      status: 403,
      requestId: refused.headers.get('x-request-id'),
    });
    const text = JSON.stringify(serving.log());
    for (const told of ['Grace', 'Hopper', 'mallory', '918273', 'pfo_']) expect(text).not.toContain(told);
  });

  it('serve does not start with invalid values, reports all of them and creates nothing', async premises => {
    const args = ['serve', '--dir', premises.directory, '--port', '99999', '--host', 'example.org', '--json'];
    const run = await passfob(args, { home: premises.folder, environment: { PASSFOB_SERVICE_PROT: '1' } });
    expect(run.exitCode).toBe(EXIT_CODES.configuration.code);
    const { error } = run.json() as {
      error: { details: { mistakes: { setting: string; origin: string }[] } };
    };
    expect(error.details.mistakes.map(({ setting, origin }) => [setting, origin])).toEqual([
      ['PASSFOB_SERVICE_PROT', 'environment'],
      ['host', '--host'],
      ['port', '--port'],
    ]);
    expect(existsSync(premises.directory)).toBe(false);
  });

  it('serve takes no database password on the command line, and repeats none', async premises => {
    const url = 'postgres://passfob:hunter2hunter2@127.0.0.1:1/passfob';
    const typed = await passfob(['serve', '--database', url], { home: premises.folder });
    expect(typed.exitCode).toBe(EXIT_CODES.configuration.code);
    expect(typed.stderr).toContain('PASSFOB_SERVICE_DATABASE_URL');
    const exported = await passfob(['serve', '--dir', premises.directory, '--port', '0'], {
      home: premises.folder,
      environment: { PASSFOB_SERVICE_DATABASE_URL: url },
    });
    expect(exported.exitCode).toBe(EXIT_CODES.service.code);
    const shown = await passfob(['service', 'config', '--json'], {
      home: premises.folder,
      environment: { PASSFOB_SERVICE_DATABASE_URL: url },
    });
    expect(shown.stdout).toContain('postgres://passfob:***@127.0.0.1:1/passfob');
    for (const { stdout, stderr } of [typed, exported, shown])
      expect(stdout + stderr).not.toContain('hunter2');
  });

  it('serve names the port in use before it makes anything, and status reports a missing service', async premises => {
    const serving = await premises.serve();
    const { port } = new URL(serving.started.url);
    const other = join(premises.folder, 'other');
    const second = await passfob(['serve', '--dir', other, '--port', port], { home: premises.folder });
    expect([second.exitCode, second.stderr]).toEqual([
      EXIT_CODES.service.code,
      `passfob: Port ${port} of 127.0.0.1 is in use.\nStop the other program, or choose another port: --port ${Number(port) + 1}\n`,
    ]);
    expect(existsSync(other)).toBe(false);
    serving.kill('SIGTERM');
    await serving.ended;
    const status = await passfob(['service', 'status', '--url', `http://127.0.0.1:${port}`], {
      home: premises.folder,
    });
    expect(status.exitCode).toBe(EXIT_CODES['service-silent'].code);
  });
});
