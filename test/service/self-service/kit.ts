import { randomUUID } from 'node:crypto';
import { writing } from '@passfob/service/storage/database/database';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { makeSignInToken } from '@passfob/service/subjects/users/user-sessions';
import { secret } from '../../kit/secrets.ts';
import { Visitor } from '../console/kit.ts';
import { codeNow, type FakeClock } from '../kit.ts';
import type { Office } from '../users/kit.ts';

/** A user's browser without scripts, reduced to its cookie. */
export class Person extends Visitor {
  override async csrf(): Promise<string> {
    const { text } = await this.get('/me/resync');
    return secret(/name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? 'none');
  }

  /** Signs in with the passcode that the fob shows now. */
  signInAs(user: string, token: NewToken, clock: FakeClock) {
    return this.post('/me/sign-in', new URLSearchParams({ user, passcode: codeNow(token, clock.nowMs) }));
  }

  enterWith(ticket: string) {
    return this.post('/me/enter', new URLSearchParams({ ticket }));
  }
}

/** Returns the ticket at the end of a user's enrolment. */
export async function signInTokenOf(office: Office, user: string): Promise<string> {
  const { id } = await office.row('users', { name: user });
  const { value } = await writing(office.store.db, db => makeSignInToken(db, id, office.nowMs));
  return secret(value);
}

/** Adds a fob that the service owns, with these tokens in it. @returns its serial number */
export async function fobWith(office: Office, ...tokens: readonly NewToken[]): Promise<string> {
  const serial = `PF-${randomUUID().slice(0, 8)}`;
  await office.putOn((await office.fob(serial)).id, ...tokens);
  return serial;
}
