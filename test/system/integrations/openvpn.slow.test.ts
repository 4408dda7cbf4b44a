import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerPush, endPush, pushesToSend } from '@passfob/service/subjects/push/delivery';
import { changeRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, test } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { describeNeeds, needsTool, tool } from '../../kit/tools.ts';
import { apiKeyOf, codeNow, wrongCode } from '../../service/kit.ts';
import { PushFob } from '../../service/push/kit.ts';
import { RadiusRig } from '../../service/radius/kit.ts';
import { Authority } from '../../service/serve/certificates.ts';
import { accepted, grace } from '../../service/users/kit.ts';
import { documented } from './documented.ts';

const PLUGIN = '/usr/lib/openvpn/radiusplugin.so';

/** OpenVPN running until the scope ends, and its output. */
class Vpn implements AsyncDisposable {
  said = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(program: string, args: readonly string[]) {
    // A separate process group: the plugin starts processes that outlive the process that is ended.
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', data => {
        this.said += String(data);
      });
    this.#ended = once(this.#child, 'close');
  }

  /**
   * Waits until it has printed one of these.
   * @returns which
   * @throws Error where it ended before
   */
  async until(...words: readonly string[]): Promise<string> {
    for (;;) {
      const found = words.find(word => this.said.includes(word));
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null) throw new Error(`OpenVPN ended: ${this.said}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { pid, exitCode } = this.#child;
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
    await this.#ended;
  }
}

/** Returns whether a tunnel device can be made: without one, a server starts only in documents. */
function mayTunnel(): boolean {
  const [, effective = '0'] =
    /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const CAP_NET_ADMIN = 12n;
  return ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}

/** An accounting server beside Passfob that only responds (RFC 2866 §4.2). */
function answerAccounting(port: number, shared: string): void {
  const socket = createSocket('udp4').bind(port, '127.0.0.1').unref();
  socket.on('message', (request, { port: to, address }) => {
    const head = Buffer.from([5, request[1] ?? 0, 0, 20]);
    const signed = Buffer.concat([head, request.subarray(4, 20), Buffer.from(shared)]);
    socket.send(Buffer.concat([head, createHash('md5').update(signed).digest()]), to, address);
  });
}

/** Returns a free UDP port of four digits: the plugin reads no more. */
async function shortPort(): Promise<number> {
  for (;;) {
    const port = randomInt(2_000, 10_000);
    const socket = createSocket('udp4');
    const isFree = await new Promise<boolean>(resolve => {
      socket.once('error', () => resolve(false));
      socket.bind(port, '127.0.0.1', () => resolve(true));
    });
    socket.close();
    if (isFree) return port;
  }
}

/** Waits for a request for a fob, and returns it once it is on the screen. */
async function shownBy(fob: PushFob) {
  const { management } = fob.office;
  while ((await pushesToSend(management.db, fob.office.nowMs)).length === 0)
    await new Promise(resolve => setTimeout(resolve, 20));
  return fob.show();
}

const openvpn = needsTool('openvpn');
const needed =
  openvpn.found === undefined || mayTunnel() ? openvpn : { name: '/dev/net/tun', found: undefined };

describeNeeds(needed, 'OpenVPN', program => {
  /** A server as docs/integrations/openvpn.md has it, whose tunnel gets no address; and clients without one. */
  async function scene(change: (configuration: string, folder: string, rig: RadiusRig) => string) {
    const rig = await RadiusRig.open('otp', { radius: [{ address: '127.0.0.1', port: await shortPort() }] });
    await rig.office.users('ada');
    const fob = await PushFob.of(rig.office, 'ada');
    const authority = new Authority();
    const folder = mkdtempSync(join(tmpdir(), 'passfob-openvpn-'));
    const port = await freePort('udp');
    const server = authority.issue();
    const configuration = documented('openvpn', 'openvpn', [
      ['port 1194', `port ${port}\nlocal 127.0.0.1`],
      ['dev tun\n', 'dev tun\ndisable-dco\nifconfig-noexec\nroute-noexec\n'],
      ['/etc/openvpn/ca.pem', authority.file],
      ['/etc/openvpn/server.pem', server.cert],
      ['/etc/openvpn/server.key', server.key],
    ]);
    const file = join(folder, 'server.conf');
    writeFileSync(file, change(configuration, folder, rig));
    const vpn = new Vpn(program, [
      '--config',
      file,
      '--tmp-dir',
      folder,
      '--status',
      join(folder, 'status'),
      '1',
    ]);
    await vpn.until('Initialization Sequence Completed');
    /** Connects, and returns the result. */
    const connect = async (user: string, passcode: string, ...more: readonly string[]) => {
      const { cert, key } = authority.issue();
      const login = join(folder, 'login');
      writeFileSync(login, `${user}\n${passcode}\n`, { mode: 0o600 });
      const device = ['--dev', 'null', '--ifconfig-noexec', '--route-noexec'];
      const tls = ['--client', '--ca', authority.file, '--cert', cert, '--key', key];
      const rest = ['--remote', '127.0.0.1', String(port), 'udp', '--nobind', '--auth-user-pass', login];
      return new Vpn(program, [...device, ...tls, ...rest, ...more]);
    };
    const dispose = async () => {
      await vpn[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      authority[Symbol.dispose]();
      await rig[Symbol.asyncDispose]();
    };
    return { rig, fob, vpn, connect, [Symbol.asyncDispose]: dispose };
  }

  const IN = 'Initialization Sequence Completed';
  const OUT = 'AUTH_FAILED';

  async function tried({ rig, fob: { token }, vpn, connect }: Awaited<ReturnType<typeof scene>>) {
    const outcome = async (passcode: string, user = 'ada') => {
      await using client = await connect(user, passcode);
      return await client.until(IN, OUT);
    };
    expect(await outcome(wrongCode(token, rig.nowMs))).toBe(OUT);
    // To Passfob all of them are ada. OpenVPN would use the names as typed.
    for (const typed of ['ADA', '\uff41\uff44\uff41', 'ada ']) {
      expect([typed, await outcome(codeNow(token, rig.nowMs), typed)]).toEqual([typed, OUT]);
      rig.rig.clock.nowMs += 60_000;
    }
    const passcode = codeNow(token, rig.nowMs);
    // Renegotiates every two seconds: by the token, since the passcode is used up.
    await using client = await connect('ada', passcode, '--reneg-sec', '2', '--verb', '4');
    expect(await client.until(IN, OUT)).toBe(IN);
    expect(await outcome(passcode)).toBe(OUT);
    await client.until('TLS: soft reset');
    const renegotiated = client.said.length;
    while (!client.said.slice(renegotiated).includes('Control Channel:'))
      await new Promise(resolve => setTimeout(resolve, 20));
    expect(client.said).not.toContain(OUT);
    const outcomes = (await rig.service.events()).map(event => event.outcome).reverse();
    expect(outcomes).toEqual(['wrong', 'accepted', 'accepted', 'accepted', 'accepted', 'replay']);
    expect(vpn.said).toMatch(/^.*\bada\/127\.0\.0\.1:\d+/m);
  }

  const script = tool('jq') !== undefined && tool('curl') !== undefined ? test : test.skip;
  script('the documented script asks the API (needs jq and curl)', async () => {
    await using vpn = await scene((configuration, folder, { service }) => {
      const [file, header] = [join(folder, 'verify.sh'), join(folder, 'header')];
      writeFileSync(header, `Authorization: Bearer ${apiKeyOf(service)}\n`, { mode: 0o600 });
      const verify = documented('openvpn', 'sh', [
        ['/etc/openvpn/passfob-header', header],
        ['https://otp.example.org', service.url],
      ]);
      writeFileSync(file, verify, { mode: 0o755 });
      return configuration.replace('/etc/openvpn/passfob-verify.sh', file);
    });
    await tried(vpn);
  });

  const plugin = existsSync(PLUGIN) ? test : test.skip;
  async function withPlugin() {
    const port = await shortPort();
    return await scene((configuration, folder, rig) => {
      const file = join(folder, 'radius.cnf');
      answerAccounting(port, rig.secret);
      const settings = documented('openvpn', 'cnf', [
        ['/etc/openvpn/server.conf', join(folder, 'server.conf')],
        ['acctport=1813', `acctport=${port}`],
        ['authport=1812', `authport=${rig.port}`],
        ['name=192.0.2.1', 'name=127.0.0.1'],
        ['SECRET', rig.secret],
      ]);
      writeFileSync(file, settings, { mode: 0o600 });
      const names = join(folder, 'names.sh');
      writeFileSync(names, documented('openvpn', 'names', []), { mode: 0o755 });
      const lines = documented('openvpn', 'plugin', [
        ['/etc/openvpn/radiusplugin.cnf', file],
        ['/etc/openvpn/passfob-names.sh', names],
      ]);
      return configuration.replace(/auth-user-pass-verify .*\n/, lines);
    });
  }

  plugin('the documented RADIUS plugin (needs openvpn-auth-radius)', async () => {
    await using vpn = await withPlugin();
    await tried(vpn);
  });

  plugin('the documented RADIUS plugin, with a press on the fob', async () => {
    await using vpn = await withPlugin();
    const { rig, fob, connect } = vpn;
    const { management, store } = rig.office;
    accepted(await changeRadiusClient(management, grace, { id: rig.clientId, push: 'wait' }));
    // OpenVPN takes an empty password for none, and asks for another.
    await using client = await connect('ada', '1');
    const shown = await shownBy(fob);
    expect(client.said).not.toContain(IN);
    expect(await answerPush(management, shown, fob.answer(shown.question))).toBe(true);
    await store.announce();
    expect(await client.until(IN, OUT)).toBe(IN);
    await using another = await connect('ada', '1');
    await endPush(management, await shownBy(fob), 'denied');
    await store.announce();
    expect(await another.until(IN, OUT)).toBe(OUT);
    const outcomes = (await rig.service.events()).map(event => event.outcome).reverse();
    expect(outcomes).toEqual(['accepted', 'push_denied']);
  });
});
