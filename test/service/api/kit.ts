import type { Role } from '@passfob/service/base/kinds';
import type { ServedRoute } from '@passfob/service/http/web/served';
import type { Service, ServiceOptions } from '@passfob/service/service';
import { writing } from '@passfob/service/storage/database/database';
import { createApiKey } from '@passfob/service/subjects/api-keys/acts';
import { addOperator } from '@passfob/service/subjects/operators/acts';
import { openSession, sessionOf } from '@passfob/service/subjects/users/sessions';
import { findUser } from '@passfob/service/subjects/users/users';
import { secret } from '../../kit/secrets.ts';
import { Rig, testOf } from '../kit.ts';
import { watchApp } from '../served.ts';
import { accepted, grace, Office } from '../users/kit.ts';

export const allRoles = ['admin', 'helpdesk', 'auditor'] as const satisfies readonly Role[];

/** Credentials of a request. */
export type Shown = Readonly<Record<string, string>>;

/** A response with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty if the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A running service with the database beside it and a key for every role. */
export class Bureau implements AsyncDisposable {
  readonly rig: Rig;
  readonly service: Service;
  readonly office: Office;
  /** The registered routes of the service. */
  readonly routes: readonly ServedRoute[];

  private constructor(rig: Rig, service: Service, office: Office, routes: readonly ServedRoute[]) {
    this.rig = rig;
    this.service = service;
    this.office = office;
    this.routes = routes;
  }

  static async open(options: Partial<ServiceOptions> = {}): Promise<Bureau> {
    const rig = new Rig();
    const started = await watchApp(() => rig.start({ background: false, version: '0.1.0', ...options }));
    return new Bureau(rig, started.result, await Office.beside(rig), started.routes);
  }

  /** Creates an API key with a role. @returns its credentials */
  async key(role: Role): Promise<Shown> {
    const name = `${role} key`;
    const { value } = await this.office.do(createApiKey, { name, role });
    return { authorization: `Bearer ${secret(value)}` };
  }

  /** Opens a session of an operator with a role. `csrf` is the extra header of unsafe requests. */
  async session(role: Role): Promise<{ cookie: Shown; csrf: Shown }> {
    const { management, store } = this.office;
    const user = `operator-${role}`;
    await this.office.users(user);
    accepted(await addOperator(management, grace, { user, role }));
    const userId = (await findUser(store.db, user))?.id ?? null;
    const { token } = await writing(store.db, db =>
      openSession(db, { userId, role, nowMs: this.rig.clock.nowMs }),
    );
    const session = await sessionOf(management, secret(token));
    const { origin, port } = new URL(this.service.url);
    return {
      cookie: { cookie: `passfob-operator-${port}=${token}` },
      csrf: { 'x-csrf-token': secret(session?.csrf ?? ''), origin },
    };
  }

  async ask(method: string, path: string, shown: Shown = {}, body?: unknown): Promise<Answer> {
    const response = await fetch(this.service.url + path, {
      method,
      redirect: 'manual',
      headers: { ...shown, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: objectOf(text) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.office[Symbol.asyncDispose]();
    await this.rig[Symbol.asyncDispose]();
  }
}

/** Tests with a bureau. */
export const testOfBureau = testOf(() => Bureau.open());

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Returns the path of a route with its parameters filled in. */
export function pathOf(path: string, parameters: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? 'nothing'));
}
