import { readFileSync } from 'node:fs';
import type { Service } from '@passfob/service/service';
import { fingerprintOfKey } from '@passfob/service/storage/encryption-at-rest/identity';
import { systemTime } from 'passfob/agent/base/time';
import type { ServiceSettings } from 'passfob/agent/network/settings';
import { serialText } from 'passfob/client/fob-serial';
import { Agent as Connections, request } from 'undici';
import { expect, it } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds } from '../../kit/tools.ts';
import { keyOfService, type UsersFob, World } from '../../service/agents/world.ts';
import { apiKeyOf, Rig } from '../../service/kit.ts';
import { Authority, needsOpenssl } from '../../service/serve/certificates.ts';
import { Office } from '../../service/users/kit.ts';
import type { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { AgentRig } from './kit/agent.ts';
import { Inspector } from './kit/inspector.ts';
import { TestProxy } from './kit/proxy.ts';
import { needsSquid, Squid } from './kit/squid.ts';
import { ManualTime, until } from './kit/time.ts';

const HOST = 'tokens.example.org';

/** A service that is reached by its name and TLS, and an application that sends it requests. */
class Remote extends World {
  readonly authority: Authority;
  readonly service: Service;
  private readonly rig: Rig;
  private readonly connections: Connections;

  private constructor(rig: Rig, office: Office, key: string, service: Service, authority: Authority) {
    super(office, key);
    this.rig = rig;
    this.service = service;
    this.authority = authority;
    this.connections = new Connections({ connect: { ca: readFileSync(authority.file, 'utf8') } });
  }

  /** @param port of its public address: the port it listens at, or one that leads there */
  static async open(port = 443): Promise<Remote> {
    const authority = new Authority();
    const rig = new Rig();
    const { cert, key } = authority.issue(`DNS:${HOST},DNS:localhost,IP:127.0.0.1`);
    const tls = { certificateFile: cert, keyFile: key };
    const { origin } = new URL(`https://${HOST}:${port}`);
    const service = await rig.start({ tls, publicUrl: origin, port: port === 443 ? 0 : port });
    const office = await Office.beside(rig);
    return new Remote(rig, office, await keyOfService(office), service, authority);
  }

  get port(): number {
    return Number(new URL(this.service.url).port);
  }

  /** Returns the agent's settings for it. */
  settings(url: string, ca = this.authority.file): ServiceSettings {
    const fingerprint = fingerprintOfKey(this.key).replaceAll(' ', '');
    return { url, name: '', fingerprint, ca };
  }

  async post(path: string, body: object): Promise<{ status: number; said: Record<string, string> }> {
    const { statusCode, body: answer } = await request(`${this.service.url}/v1/pushes${path}`, {
      dispatcher: this.connections,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKeyOf(this.service)}` },
      body: JSON.stringify(body),
    });
    return { status: statusCode, said: (await answer.json()) as Record<string, string> };
  }

  /** Returns the hosts in `/addresses.json`. */
  async publishedHosts(): Promise<string[]> {
    const url = `${this.service.url}/addresses.json`;
    const { body } = await request(url, { dispatcher: this.connections });
    const { hosts } = (await body.json()) as { hosts: string[] };
    return hosts;
  }

  /** Logs in, from the push over the press to the result. */
  async logIn({ fob, user }: UsersFob): Promise<{ status: number; said: object }> {
    const session = this.nextSession();
    const { said } = await this.post('', { user, session });
    await until(() => fob.screen.includes(said.number ?? ''), 'the request on the fob');
    fob.approve();
    return this.post(`/${said.id}/take`, { session, waitMs: 10_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connections.destroy();
    await this.office[Symbol.asyncDispose]();
    await this.rig[Symbol.asyncDispose]();
    this.authority[Symbol.dispose]();
  }
}

const foundAs = (fob: CoreFob) => ({
  serial: serialText(fob.serial),
  port: 'serial',
  open: async () => fob.plugIn().transport,
});

describeNeeds(needsOpenssl, 'the agent and the service', () => {
  it('a press approves a log-in, by a WebSocket through a proxy that requires a log-in', async () => {
    await using remote = await Remote.open();
    const ada = await remote.fobOf('ada');
    const login = `ada:${secret('password-of-this-proxy')}`;
    const place = `${HOST}:443`;
    await using proxy = await TestProxy.start({ allowed: { [place]: remote.port }, login });
    const HTTPS_PROXY = proxy.address.replace('//', `//${login}@`);
    await using rig = new AgentRig([remote.settings(`https://${HOST}`)], { HTTPS_PROXY }, systemTime);
    rig.desk.plug(foundAs(ada.fob));
    await remote.keyed(ada);
    expect(rig.service()).toMatchObject({ state: 'connected', by: 'websocket', name: 'Passfob' });
    expect(await remote.logIn(ada)).toMatchObject({ status: 200, said: { accepted: true } });
    // The log-in works again after the connection was cut.
    proxy.cutAll();
    await until(() => rig.events.some(one => one.event === 'service' && one.state.state === 'waiting'));
    await rig.untilService('connected');
    await until(() => rig.service().fobs[0]?.standing === 'own', 'the fob, proved again');
    expect(await remote.logIn(ada)).toMatchObject({ status: 200, said: { accepted: true } });
    await until(() => rig.agent.status().fobs.every(({ isInUse }) => !isInUse), 'the release');
    expect(rig.events.filter(({ event }) => event === 'notice')).toMatchObject(
      ['request', 'over', 'request', 'over'].map(kind => ({ kind, name: 'Passfob' })),
    );
    // The addresses that the service publishes for allow lists are exactly those that the proxy saw.
    expect([await remote.publishedHosts(), [proxy.targets, proxy.others]]).toEqual([[place], [[place], []]]);
  });

  it('a press approves a log-in through a proxy that cuts connections idle for 30 s, and drops every tenth one', async () => {
    await using remote = await Remote.open();
    const ada = await remote.fobOf('ada');
    const place = `${HOST}:443`;
    const time = new ManualTime();
    const idle = { ms: 30_000, time };
    await using proxy = await TestProxy.start({ allowed: { [place]: remote.port }, idle, dropEvery: 10 });
    for (let others = 0; others < 8; others++) await proxy.visit();
    const settings = [remote.settings(`https://${HOST}`)];
    await using rig = new AgentRig(settings, { HTTPS_PROXY: proxy.address }, time);
    rig.desk.plug(foundAs(ada.fob));
    await remote.keyed(ada);
    const isThere = () => rig.service().fobs[0]?.standing === 'own' && rig.service().state === 'connected';
    // The ninth connection is the agent's first; its second is dropped before it arrives.
    proxy.cutAll();
    await until(() => !isThere(), 'the loss of the connection');
    await rig.untilAgain(isThere);
    expect(proxy.connections).toBe(11);
    expect(await remote.logIn(ada)).toMatchObject({ status: 200, said: { accepted: true } });
    // No log-in happens for longer than the proxy waits: the beats keep the connection.
    const before = proxy.log.length;
    await rig.pass(idle.ms * 1.5);
    expect(isThere()).toBe(true);
    expect(await remote.logIn(ada)).toMatchObject({ status: 200, said: { accepted: true } });
    expect(proxy.log.length).toBe(before);
    expect([proxy.targets, proxy.others]).toEqual([[place], []]);
  });

  it('a press approves a log-in by polls where a proxy inspects TLS and lets no WebSocket through', async () => {
    await using remote = await Remote.open();
    using company = new Authority();
    const ca = readFileSync(remote.authority.file, 'utf8');
    await using inspector = await Inspector.start(company.issue(`DNS:${HOST}`), remote.port, ca);
    await using proxy = await TestProxy.start({ allowed: { [`${HOST}:443`]: inspector.port }, dropEvery: 5 });
    const bob = await remote.fobOf('bob');
    const settings = remote.settings(`https://${HOST}`, company.file);
    await using rig = new AgentRig([settings], { HTTPS_PROXY: proxy.address }, systemTime);
    rig.desk.plug(foundAs(bob.fob));
    await remote.keyed(bob);
    expect(rig.service()).toMatchObject({ state: 'connected', by: 'polling' });
    expect(await remote.logIn(bob)).toMatchObject({ status: 200, said: { accepted: true } });
    expect([...new Set(inspector.seen)]).toEqual(['upgrade /carrier', 'POST /carrier/poll']);
  });

  itNeeds(
    needsSquid,
    'a press approves a log-in through Squid, which requires a log-in and allows one destination',
    async program => {
      await using remote = await Remote.open(await freePort());
      const password = secret('password-of-squid');
      await using squid = await Squid.start(program, {
        name: HOST,
        port: remote.port,
        user: 'ada',
        password,
      });
      const place = `${HOST}:${remote.port}`;
      const url = `https://${place}`;
      const eve = await remote.fobOf('eve');
      const through = (login: string) => ({ HTTPS_PROXY: `http://${login}@127.0.0.1:${squid.port}` });
      await using stranger = new AgentRig(
        [remote.settings(url)],
        through('ada:nothing-of-the-kind'),
        systemTime,
      );
      await stranger.untilService('waiting');
      expect(stranger.service().problem).toMatchObject({ code: 'proxy-login-wrong' });
      await stranger.end();
      await using rig = new AgentRig([remote.settings(url)], through(`ada:${password}`), systemTime);
      rig.desk.plug(foundAs(eve.fob));
      await remote.keyed(eve);
      expect(await remote.logIn(eve)).toMatchObject({ status: 200, said: { accepted: true } });
      await rig.end();
      await until(() => squid.log().some(line => line.startsWith('200')), 'the log of squid');
      expect([...new Set(squid.log())].sort()).toEqual([`200 ${place}`, `407 ${place}`]);
      // The addresses that the service publishes for allow lists are exactly those that Squid was asked for.
      const asked = squid.log().map(line => line.split(' ')[1]);
      expect(new Set(asked)).toEqual(new Set(await remote.publishedHosts()));
    },
  );
});
