import { randomBytes } from 'node:crypto';
import type { Role } from '@passfob/service/base/kinds';
import type { Service, ServiceOptions } from '@passfob/service/service';
import { addOperator } from '@passfob/service/subjects/operators/acts';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { secret } from '../../kit/secrets.ts';
import { codeNow, type FakeClock, keyOf, type Rig, testOf } from '../kit.ts';
import { type Office, startedService, type TestService } from '../users/kit.ts';

/** An operator with password and fob. */
export interface OperatorKit {
  readonly name: string;
  readonly password: string;
  readonly token: NewToken;
}

/** Makes an operator with a password and a fob. */
async function makeOperator(office: Office, name: string, role: Role): Promise<OperatorKit> {
  await office.users(name);
  const password = await office.password(name);
  const token = await office.token(name, { serial: `FOB-${name}` });
  await office.do(addOperator, { user: name, role });
  return { name, password, token };
}

/** A response without its redirects followed. */
export interface Seen {
  readonly status: number;
  readonly text: string;
  readonly location: string | null;
  readonly headers: Headers;
}

/** A browser without scripts, reduced to its cookie. */
export class Visitor {
  cookie = '';
  readonly service: Service;

  constructor(service: Service) {
    this.service = service;
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Seen> {
    return this.#seen(await this.#fetch(path, { headers: { cookie: this.cookie, ...headers } }));
  }

  /** Sends a form like a page of the service, with the session's token unless another is given. */
  async send(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}) {
    const csrf = fields.csrf ?? (await this.csrf());
    return this.post(path, new URLSearchParams({ ...fields, csrf }), headers);
  }

  async post(
    path: string,
    body: URLSearchParams | FormData,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const own = { cookie: this.cookie, origin: this.service.url, 'sec-fetch-site': 'same-origin' };
    return this.#seen(await this.#fetch(path, { method: 'POST', body, headers: { ...own, ...headers } }));
  }

  /** Returns the token in this session's forms. */
  async csrf(): Promise<string> {
    const { text } = await this.get('/operator/jobs');
    return secret(/name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? 'none');
  }

  async enter(): Promise<Seen> {
    return this.post('/operator/enter', new URLSearchParams({ key: keyOf(this.service), act: 'enter' }));
  }

  /** Signs in with the passcode that the fob shows now. */
  signIn({ name, password, token }: OperatorKit, clock: FakeClock, to = '/operator'): Promise<Seen> {
    const passcode = codeNow(token, clock.nowMs);
    return this.post('/operator/sign-in', new URLSearchParams({ user: name, password, passcode, to }));
  }

  async #seen(response: Response): Promise<Seen> {
    const cookie = response.headers.get('set-cookie')?.split(';')[0];
    if (cookie !== undefined) {
      this.cookie = cookie;
      secret(cookie.split('=')[1] ?? '');
    }
    return {
      status: response.status,
      text: await response.text(),
      location: response.headers.get('location'),
      headers: response.headers,
    };
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(this.service.url + path, { ...init, redirect: 'manual' });
  }
}

/** A running service with an operator of each role. */
export type Furnished = TestService & {
  readonly operators: Readonly<Record<Role, OperatorKit>>;
  /** Opens a browser in which the operator of a role is signed in. */
  signedIn(role: Role): Promise<Visitor>;
};

export async function furnished(rig?: Rig, options: Partial<ServiceOptions> = {}): Promise<Furnished> {
  const service = await startedService(options, rig);
  const { office, clock } = service;
  const operators = {
    admin: await makeOperator(office, 'grace', 'admin'),
    helpdesk: await makeOperator(office, 'hilda', 'helpdesk'),
    auditor: await makeOperator(office, 'otto', 'auditor'),
  };
  const signedIn = async (role: Role) => {
    const visitor = new Visitor(service);
    const { status } = await visitor.signIn(operators[role], clock);
    if (status !== 303) throw new Error(`sign-in ended with ${status}`);
    return visitor;
  };
  return Object.assign(service, { operators, signedIn });
}

/** Tests with a service that has an operator of each role. */
export const testOfConsole = testOf(() => furnished());

/** Returns a key URI with a seed of its own. */
export function seededUri(label: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const seed = [...randomBytes(32)].map(byte => alphabet[byte % alphabet.length]).join('');
  return `otpauth://totp/ACME:${label}?secret=${secret(seed)}&issuer=ACME`;
}
