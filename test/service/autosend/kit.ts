import type { Factors } from '@passfob/service/base/kinds';
import type { Service } from '@passfob/service/service';
import {
  changeFactors,
  disableApplication,
  listApplications,
} from '@passfob/service/subjects/applications/acts';
import { beforeEach, expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { PushFob } from '../push/kit.ts';
import type { Office } from '../users/kit.ts';
import { accepted, grace, startedService } from '../users/kit.ts';

/** The service's own forms, by the path of their cookies and routes. */
export const paths = ['/login', '/me'] as const;

/** Starts a service with a user `ada` whose fob accepts pushes. */
export async function begun() {
  const service = await startedService();
  const { office } = service;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const { management, store } = office;
  const own = (await listApplications(store.db)).find(({ name }) => name === 'login');
  const id = own?.id ?? expect.fail('no application of its own');
  return Object.assign(service, {
    ...{ fob },
    asksFor: async (factors: Factors) => accepted(await changeFactors(management, grace, { id, factors })),
    disable: async () => accepted(await disableApplication(management, grace, { id })),
  });
}

/** A browser without scripts that keeps its cookies by path. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly url: string;

  constructor({ url }: Pick<Service, 'url'>) {
    this.url = url;
  }

  get(path: string) {
    return this.send(path);
  }

  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const own = { origin: this.url, 'sec-fetch-site': 'same-origin', ...headers };
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers: own });
  }

  /** Selects Autosend, and follows the redirect to the page with the number. */
  async autosend(path: string, fields: Record<string, string> = { user: 'ada' }) {
    const sent = await this.post(`${path}/autosend`, fields);
    expect([sent.status, sent.location]).toEqual([303, `${path}/autosend`]);
    const { text } = await this.get(`${path}/autosend`);
    const id = /name="id" value="([^"]+)"/.exec(text)?.[1] ?? 'none';
    return { sent, text, id, number: /class="compared">(\d\d)</.exec(text)?.[1] ?? 'none' };
  }

  finish(path: string, id: string) {
    return this.post(`${path}/autosend/finish`, { id });
  }

  async send(path: string, init: RequestInit = {}) {
    const cookie = [...this.cookies]
      .filter(([key]) => path.startsWith(key.split(' ')[0] ?? ''))
      .map(([key, value]) => `${key.split(' ')[1]}=${value}`)
      .join('; ');
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(this.url + path, { ...init, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) this.keep(set);
    return {
      status: response.status,
      text: await response.text(),
      location: response.headers.get('location'),
      set: response.headers.getSetCookie(),
      headers: response.headers,
    };
  }

  private keep(set: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
    const key = `${/Path=([^;]+)/.exec(set)?.[1] ?? ''} ${name}`;
    if (set.includes('Max-Age=0')) this.cookies.delete(key);
    else this.cookies.set(key, secret(value));
  }
}

/** The service of the present test, with `ada` and her fob. */
export let service: Awaited<ReturnType<typeof begun>>;
export let office: Office;
export let fob: PushFob;

/** Opens them for each test of a file. */
export function openEachService(): void {
  beforeEach(async () => {
    service = await begun();
    ({ office, fob } = service);
    return () => service[Symbol.asyncDispose]();
  });
}

/** Returns the requests' states, and whether each is for a fob, oldest first. */
export const states = async ({ store }: Office) =>
  (await store.db.selectFrom('pushes').select(['state', 'fob_id']).orderBy('created_ms').execute()).map(
    ({ state, fob_id }) => [state, fob_id !== null],
  );
