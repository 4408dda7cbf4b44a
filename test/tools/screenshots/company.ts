import { createHash } from 'node:crypto';
import type { Service } from '@passfob/service/service';
import { createApplication } from '@passfob/service/subjects/applications/acts';
import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { addOperator } from '@passfob/service/subjects/operators/acts';
import { revokeToken, suspendToken } from '@passfob/service/subjects/tokens/acts';
import { registerFob } from '@passfob/service/subjects/tokens/fobs';
import { issueToken, type NewToken } from '@passfob/service/subjects/tokens/issue';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { changeUser, createUser, disableUser } from '@passfob/service/subjects/users/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { secret } from '../../kit/secrets.ts';
import { codeNow, type Rig, wrongCode } from '../../service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { seeFobs } from './seen-fobs.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The days that the pictures show. */
const DAYS = 14;

/** The people of a company that does not exist: user name, display name, the fob's number. */
const PEOPLE = [
  ['amina', 'Amina Diallo', '3K7M-9QXD'],
  ['bruno', 'Bruno Costa', 'WT2H-6NRC'],
  ['chloe', 'Chloé Martin', 'EPS6-4JRC'],
  ['dmitri', 'Dmitri Orlov', '8VZA-2MKP'],
  ['emeka', 'Emeka Obi', 'QH5D-7TWN'],
  ['freya', 'Freya Lindqvist', 'M2C9-XJ4R'],
  ['hana', 'Hana Kobayashi', 'RD8P-3VQS'],
  ['ivan', 'Iván Herrera', 'N6XK-5ZTB'],
  ['julia', 'Julia Weber', 'C4JW-8GHM'],
  ['kofi', 'Kofi Mensah', 'T9RA-2DPV'],
] as const;

/** Users who have no fob yet. */
const NEWCOMERS = [
  ['lena', 'Lena Novak'],
  ['marco', 'Marco Ricci'],
  ['noor', 'Noor Hassan'],
] as const;

/** Addresses of documentation (RFC 5737). */
const OFFICE = '198.51.100.24';
const STRANGER = '203.0.113.77';

/** The same bytes in every run. They protect nothing: this company exists in pictures only. */
export const seedOf = (text: string, length = 20): Uint8Array =>
  secret(new Uint8Array(createHash('sha256').update(`picture of ${text}`).digest().subarray(0, length)));

/** A company on a running service, two weeks after it began. */
export interface Company {
  readonly service: Service;
  readonly office: Office;
  readonly tokens: ReadonlyMap<string, NewToken>;
  /** The administrator. */
  readonly admin: { readonly name: string; readonly password: string; readonly token: NewToken };
}

async function hire(office: Office): Promise<Map<string, NewToken>> {
  const tokens = new Map<string, NewToken>();
  for (const [name, displayName, number] of PEOPLE) {
    const { management } = office;
    accepted(await createUser(management, grace, { name, displayName, email: `${name}@example.org` }));
    const serial = `PF-${number}`;
    const kind = 'totp' as const;
    const shown = { issuer: 'Example Ltd', label: name };
    const token = { user: name, serial: `${serial}-1`, kind, secret: seedOf(serial), ...shown };
    await office.token(name, token);
    tokens.set(name, token);
    const [deviceSecret, pairingKey, recoveryKey] = ['device', 'pairing', 'recovery'].map(each =>
      seedOf(`${serial} ${each}`, 32),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    const secrets = { deviceSecret, pairingKey, recoveryKey };
    const clock = {
      setMs: office.nowMs,
      errorMs: 400,
      driftPpm: Math.round((seedOf(serial)[0] ?? 0) / 16 - 8),
    };
    const fob = { serial, board: 'pico', firmware: '0.2.0', secrets, clock };
    accepted(await registerFob(management, grace, fob));
    const { db } = office.store;
    const fob_id = db.selectFrom('fobs').select('id').where('serial', '=', serial);
    await db.updateTable('tokens').set({ fob_id }).where('serial', '=', token.serial).execute();
  }
  for (const [name, displayName] of NEWCOMERS)
    accepted(await createUser(office.management, grace, { name, displayName, email: `${name}@example.org` }));
  return tokens;
}

/** Log-ins of two weeks: mornings and afternoons of working days, now and then a mistyped passcode. */
async function work({ clock }: Rig, service: Service, tokens: Company['tokens'], endMs: number) {
  for (let day = DAYS; day >= 1; day--) {
    const startMs = endMs - day * DAY_MS;
    const isWeekend = [0, 6].includes(new Date(startMs).getUTCDay());
    for (const [nth, token] of [...tokens.values()].entries()) {
      const isHere = (nth * 7 + day * 3) % (isWeekend ? 9 : 5) === 0 ? isWeekend : !isWeekend;
      if (!isHere) continue;
      clock.nowMs = startMs + nth * 7 * MINUTE_MS;
      const { user } = token;
      if ((nth + day) % 6 === 0)
        await service.validate({ user, passcode: wrongCode(token, clock.nowMs), source: OFFICE });
      await service.validate({ user, passcode: codeNow(token, clock.nowMs), source: OFFICE });
    }
  }
}

/** What happened this morning. */
async function morning({ clock }: Rig, service: Service, tokens: Company['tokens'], endMs: number) {
  const at = (minutes: number) => {
    clock.nowMs = endMs - minutes * MINUTE_MS;
  };
  const tries = async (user: string, passcode: (token: NewToken) => string, source = OFFICE) => {
    const token = tokens.get(user);
    if (token !== undefined) await service.validate({ user, passcode: passcode(token), source });
  };
  const right = (token: NewToken) => codeNow(token, clock.nowMs);
  const wrong = (nth: number) => (token: NewToken) => wrongCode(token, clock.nowMs, nth);
  at(58);
  await tries('emeka', right);
  at(51);
  await tries('hana', wrong(0));
  await tries('hana', right);
  at(44);
  await tries('chloe', right);
  at(43.9);
  for (let nth = 0; nth < 2; nth++) await tries('chloe', right, STRANGER);
  at(31);
  await tries('julia', right);
  at(12);
  for (let nth = 0; nth < 3; nth++) await tries('dmitri', wrong(nth), STRANGER);
  at(9);
  await service.validate({ user: 'administrator', passcode: '123456', source: STRANGER });
  at(6);
  await tries('amina', right);
  at(3);
  await tries('freya', right);
  clock.nowMs = endMs;
}

async function rules({ management }: Office): Promise<void> {
  const settings = { serviceName: 'Example Ltd', publicAddress: 'https://otp.example.org' };
  accepted(await changeSettings(management, grace, settings));
  const staff = { name: 'staff', kind: 'totp', algorithm: 'sha1', digits: 6, pinPlace: 'none' } as const;
  accepted(await createPolicy(management, grace, staff));
  for (const name of ['VPN', 'Wiki', 'Payroll'])
    secret(accepted(await createApplication(management, grace, { name, factors: 'otp' })).value);
}

/** Fobs on the shelf, and those that went lost. */
async function shelf({ management }: Office): Promise<void> {
  for (const number of ['5B2T-QK8N', 'G7VD-4XWP', 'J3MZ-9RCA', 'P8HN-6SQT']) {
    const token = { serial: `PF-${number}-1`, secret: seedOf(number), policy: 'staff' };
    accepted(await issueToken(management, grace, token));
  }
  accepted(await suspendToken(management, grace, { serial: 'PF-RD8P-3VQS-1' }));
  accepted(await revokeToken(management, grace, { serial: 'PF-T9RA-2DPV-1', reason: 'lost' }));
  accepted(await disableUser(management, grace, { user: 'kofi' }));
}

/** Opens a service with two weeks of a company's life. @param rig whose clock stands at the end */
export async function openCompany(rig: Rig): Promise<Company> {
  const endMs = rig.clock.nowMs;
  rig.clock.nowMs = endMs - (DAYS + 1) * DAY_MS;
  const service = await rig.start({ background: false });
  const office = await Office.beside(rig);
  await rules(office);
  const tokens = await hire(office);
  const admin = await appoint(office);
  await work(rig, service, tokens, endMs);
  await morning(rig, service, tokens, endMs);
  await shelf(office);
  for (const [nth, [name]] of NEWCOMERS.entries()) {
    rig.clock.nowMs = endMs - (nth + 1) * 5 * HOUR_MS;
    accepted(await startActivation(office.management, grace, { user: name, fobs: 'any' }));
  }
  rig.clock.nowMs = endMs;
  await seeFobs(office);
  return { service, office, tokens, admin };
}

async function appoint(office: Office): Promise<Company['admin']> {
  await office.users('grace');
  const password = await office.password('grace');
  const named = { user: 'grace', displayName: 'Grace Njoroge', email: 'grace@example.org' };
  accepted(await changeUser(office.management, grace, named));
  const token = await office.token('grace', { serial: 'PF-Z2NE-7CKW-1', secret: seedOf('grace') });
  accepted(await addOperator(office.management, grace, { user: 'grace', role: 'admin' }));
  return { name: 'grace', password, token };
}
