import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { openTcp } from 'passfob/transports/tcp';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { fobAtHand, needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { clientBy } from './kit/fob.ts';
import { Peer } from './kit/peer.ts';
import { Workstation } from './kit/program.ts';
import { until } from './kit/time.ts';

const exits = (name: keyof typeof EXIT_CODES) => EXIT_CODES[name].code;

describeNeeds(needsBuild, 'passfob agent', () => {
  it('an agent carries the bytes of a fob, releases its port, and shares it with other programs', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const fob = await fobAtHand();
    const added = await station.run([
      'agent',
      'add',
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--json',
    ]);
    expect(added.json()).toMatchObject({ ok: true, url: peer.origin, agent: 'none' });
    const agent = station.start(['--port', fob.tcp, '--no-notify']);
    const connection = await peer.connection(0, 'fob');
    const [{ serial } = { serial: '' }] = connection.of('fob');
    const client = clientBy(connection);
    expect((await client.hello()).serial).toBe(serial);
    // No other program can use the port while the service has it.
    const busy = await station.run(['info', '--port', fob.tcp]);
    expect(busy.exitCode).toBe(exits('port-busy'));
    await client.close();
    // The agent releases the port a moment after it reports the release.
    const free = () => station.run(['devices', '--port', fob.tcp, '--json']);
    let devices = (await free()).json().devices as { serial: string }[];
    while (devices.length === 0) devices = (await free()).json().devices as { serial: string }[];
    expect(devices).toMatchObject([{ serial }]);
    connection.say({ type: 'standing', fob: 0, is: 'own' });
    await agent.said({ event: 'standing', standing: 'own', serial });
    const status = await station.run(['agent', 'status', '--json']);
    expect(status.json()).toMatchObject({
      fobs: [{ serial, port: 'tcp', isInUse: false }],
      services: [
        {
          url: peer.origin,
          name: 'Tokens',
          state: 'connected',
          by: 'websocket',
          proxy: null,
          connectsTo: `localhost:${peer.port}`,
          problem: null,
          fobs: [{ serial, standing: 'own' }],
        },
      ],
    });
    const words = await station.run(['agent', 'status']);
    expect(words.stdout).toContain(`${peer.origin} (Tokens): connected since `);
    expect(words.stdout).toContain(`  ${serial}  known\n`);
    const [, port] = fob.tcp.match(/:(\d+)$/) ?? [];
    expect(station.connectedTo()).toEqual(
      [`name localhost`, `tcp 127.0.0.1:${port}`, `tcp localhost:${peer.port}`].sort(),
    );
    expect(await agent.kill('SIGTERM')).toBe(0);
    await until(() => connection.isClosed);
    expect((await station.run(['agent', 'status'])).exitCode).toBe(exits('agent'));
  });

  it('an agent tries a fob that another program uses again later, and reports it meanwhile', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const fob = await fobAtHand();
    await station.run(['agent', 'add', peer.origin, '--fingerprint', peer.fingerprint]);
    const other = await openTcp('127.0.0.1', Number(fob.tcp.split(':').at(-1)));
    const agent = station.start(['--port', fob.tcp, '--no-notify']);
    await agent.said({ event: 'port', address: fob.tcp });
    expect(agent.events().find(({ event }) => event === 'port')).toMatchObject({
      problem: { kind: 'port-busy' },
    });
    expect((await peer.connection(0, 'open')).of('fob')).toEqual([]);
    await other.close();
    await peer.connection(0, 'fob');
  });

  it('each user has one agent, also after a killed one, and it applies changes of its services at once', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const first = station.start(['--port', 'tcp:127.0.0.1:9', '--no-notify']);
    await first.said({ event: 'port' });
    const second = station.start(['--port', 'tcp:127.0.0.1:9']);
    expect(await second.ended()).toBe(exits('agent'));
    expect(second.output).toContain('An agent of this user runs already.');
    expect(statSync(join(station.home, 'agent.sock')).mode & 0o777).toBe(0o600);
    const added = await station.run([
      'agent',
      'add',
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--json',
    ]);
    expect(added.json()).toMatchObject({ agent: 'running' });
    await first.said({ event: 'service', url: peer.origin, state: 'connected' });
    expect(statSync(join(station.home, 'agent.json')).mode & 0o777).toBe(0o600);
    const removed = await station.run(['agent', 'remove', peer.origin]);
    expect(removed.stdout).toBe(`The agent does not connect to ${peer.origin} any more.\n`);
    await until(() => peer.connections[0]?.isClosed === true);
    expect((await station.run(['agent', 'remove', peer.origin])).exitCode).toBe(exits('bad-input'));
    await first.kill('SIGKILL');
    expect(existsSync(join(station.home, 'agent.sock'))).toBe(true);
    expect((await station.run(['agent', 'status'])).exitCode).toBe(exits('agent'));
    const third = station.start(['--port', 'tcp:127.0.0.1:9', '--no-notify']);
    await third.said({ event: 'port' });
    expect((await station.run(['agent', 'status'])).exitCode).toBe(0);
  });

  it('no service is added by a fingerprint that nobody compared, or with a password that others can read', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start();
    const add = (...args: string[]) => station.run(['agent', 'add', ...args]);
    expect([(await add(peer.origin)).exitCode, peer.asked]).toEqual([exits('usage'), []]);
    const cases = [
      [peer.origin, '--fingerprint', 'abcd'],
      ['http://tokens.example.org', '--fingerprint', peer.fingerprint],
      [`${peer.origin}/path`, '--fingerprint', peer.fingerprint],
      [peer.origin, '--fingerprint', peer.fingerprint, '--proxy', 'socks5://proxy:1080'],
    ];
    for (const args of cases)
      expect([args, (await add(...args)).exitCode]).toEqual([args, exits('bad-input')]);
    const password = secret('password-on-a-command-line');
    const exposed = await add(
      peer.origin,
      '--fingerprint',
      peer.fingerprint,
      '--proxy',
      `http://a:${password}@p:1`,
    );
    expect(exposed.exitCode).toBe(exits('bad-input'));
    expect(existsSync(join(station.home, 'agent.json'))).toBe(false);
    // In the form in which people copy it.
    const groups = peer.fingerprint.toUpperCase().match(/.{4}/g)?.join(' ') ?? '';
    expect((await add(peer.origin, '--fingerprint', groups)).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(station.home, 'agent.json'), 'utf8'))).toEqual({
      version: 1,
      services: [{ url: peer.origin, name: new URL(peer.origin).host, fingerprint: peer.fingerprint }],
    });
    chmodSync(join(station.home, 'agent.json'), 0o644);
    expect((await station.run(['agent', 'check'])).exitCode).toBe(exits('bad-input'));
  });

  it('a notification is shown by the program of the system, which gets no password and no shell', async () => {
    await using station = new Workstation();
    await using peer = await Peer.start({ name: '<b>Tokens</b> $(id)' });
    const fob = await fobAtHand();
    const heard = join(station.home, 'heard');
    writeFileSync(
      join(station.home, 'notify-send'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${heard}.new'\nenv >> '${heard}.new'\nmv '${heard}.new' '${heard}'\n`,
      { mode: 0o700 },
    );
    await station.run(['agent', 'add', peer.origin, '--fingerprint', peer.fingerprint]);
    const password = secret('password-in-the-environment');
    const agent = station.start(['--port', fob.tcp], {
      PATH: `${station.home}:${process.env.PATH}`,
      HTTPS_PROXY: `http://ada:${password}@127.0.0.1:9`,
    });
    const connection = await peer.connection(0, 'fob');
    connection.say({ type: 'notice', fob: 0, kind: 'request' });
    await until(() => existsSync(heard), 'the notification');
    const said = readFileSync(heard, 'utf8');
    if (process.platform === 'linux')
      expect(said).toContain(
        '--\nLook at your fob\nA log-in waits to be approved on it: ?b?Tokens?/b? $(id)\n',
      );
    expect(said).not.toContain(password);
    expect(said).not.toContain('PROXY');
    await agent.said({ event: 'notice', notice: 'request' });
  });
});

it('passfob agent add shows a fingerprint and adds the service once somebody confirms it', async () => {
  await using station = new Workstation();
  await using peer = await Peer.start();
  const groups = peer.fingerprint.match(/.{4}/g)?.join(' ') ?? '';
  const no = await station.run(['agent', 'add', peer.origin], {}, 'n\n');
  expect([no.exitCode, existsSync(join(station.home, 'agent.json'))]).toEqual([exits('cancelled'), false]);
  const yes = await station.run(['agent', 'add', peer.origin], {}, 'y\n');
  expect([yes.exitCode, yes.stderr]).toEqual([0, expect.stringContaining(groups)]);
  expect(JSON.parse(readFileSync(join(station.home, 'agent.json'), 'utf8')).services).toEqual([
    { url: peer.origin, name: 'Tokens', fingerprint: peer.fingerprint },
  ]);
  // The agent sent only the opening.
  expect(peer.connections.flatMap(({ messages }) => messages.map(({ type }) => type))).toEqual([
    'open',
    'open',
  ]);
});
