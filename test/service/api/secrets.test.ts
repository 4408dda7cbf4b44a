import { randomBytes } from 'node:crypto';
import type { JsonSchema } from '@passfob/service/base/shapes';
import { apiRoutes } from '@passfob/service/http/api/routes';
import { registerFob } from '@passfob/service/subjects/tokens/fobs';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { base32nopad } from '@scure/base';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeNow, NOON_MS, newToken } from '../kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { accepted, givePin, grace } from '../users/kit.ts';
import { allRoles, type Bureau, testOfBureau as it, pathOf, type Shown } from './kit.ts';

const ajv = new Ajv({ strict: true, allowUnionTypes: true });

/** Words that suggest a secret, in a field's name or description. */
const TELLING =
  /secret|seed|pin|password|passcode|hash|key|code|mac|link|material|private|(?<!un)sealed|recovery/i;

/** Returns the path of every field of a schema, with its description. */
function fieldsOf(schema: unknown, place = ''): { place: string; description: string }[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items, anyOf, description } = schema as JsonSchema;
  const own =
    place === '' ? [] : [{ place, description: typeof description === 'string' ? description : '' }];
  const inner = Object.entries((properties ?? {}) as Record<string, unknown>).flatMap(([name, field]) =>
    fieldsOf(field, place === '' ? name : `${place}.${name}`),
  );
  const branches = Array.isArray(anyOf) ? anyOf.flatMap(branch => fieldsOf(branch, place).slice(1)) : [];
  return [...own, ...inner, ...branches, ...fieldsOf(items, place).slice(own.length)];
}

function telling(schema: JsonSchema): string[] {
  return fieldsOf(schema)
    .filter(
      ({ place, description }) => TELLING.test(place.split('.').at(-1) ?? '') || TELLING.test(description),
    )
    .map(({ place }) => place);
}

test('no response has a field for a secret, except those that are shown once', () => {
  const found = Object.fromEntries(
    apiRoutes.flatMap(({ name, answer }) => {
      const places = telling(answer.schema);
      return places.length === 0 ? [] : [[name, places]];
    }),
  );
  // Facts about PINs and passwords, never the values: whether one exists, where it is checked, and its length.
  const user = ['hasPassword', 'pin'];
  const onUser = ['create', 'get', 'change', 'disable', 'enable', 'unlock'].map(verb => [
    `users.${verb}`,
    user,
  ]);
  const moves = ['issue', 'rename', 'assign', 'reserve', 'unassign', 'suspend', 'reactivate', 'revoke'];
  const onToken = moves.map(verb => [`tokens.${verb}`, ['pinPlace']]);
  const policy = ['pinPlace', 'pinMinDigits'];
  const onPolicy = ['create', 'change', 'remove'].map(verb => [`policies.${verb}`, policy]);
  expect(found).toEqual({
    ...Object.fromEntries([...onUser, ...onToken, ...onPolicy]),
    'users.list': ['users.hasPassword', 'users.pin'],
    'tokens.list': ['tokens.pinPlace'],
    'tokens.get': ['token.pinPlace'],
    // The state of a PIN, and the serial number of a token.
    'fobs.list': ['fobs.pin'],
    'fobs.get': ['fob.pin', 'accounts.token'],
    'policies.list': ['policies.pinPlace', 'policies.pinMinDigits'],
    // The public identifier of a key, without the key.
    'api-keys.list': ['apiKeys'],
    // Shown once, in the response that created them.
    'api-keys.create': ['apiKey', 'value'],
    'applications.create': ['value'],
    'applications.rotate-key': ['value'],
    'radius-clients.create': ['value'],
    'radius-clients.rotate-secret': ['value'],
    'channels.create': ['madeKey'],
    'channels.change': ['madeKey'],
    'temporary-codes.make': ['code'],
    // Present if it is handed over in person; null if it was mailed.
    'activations.start': ['string'],
    'activations.resend': ['string'],
  });
});

test('the search for secret-like fields finds them at any depth', () => {
  const field = { type: 'string' };
  const inner = {
    type: 'object',
    properties: { pairingKey: field, sum: { ...field, description: 'A hash.' } },
  };
  const schema = {
    type: 'object',
    properties: {
      seedHex: field,
      rows: { type: 'array', items: inner },
      perhaps: { anyOf: [inner, { type: 'null' }] },
    },
  };
  expect(telling(schema)).toEqual([
    'seedHex',
    'rows.pairingKey',
    'rows.sum',
    'perhaps.pairingKey',
    'perhaps.sum',
  ]);
});

/** Returns the encodings in which a value could be returned. */
function spellings(value: string | Uint8Array): string[] {
  const bytes = Buffer.from(value as Uint8Array);
  const own = typeof value === 'string' ? [value, JSON.stringify(value).slice(1, -1)] : [];
  return [
    ...own,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    base32nopad.encode(bytes),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    JSON.stringify([...bytes]).slice(1, -1),
  ];
}

async function fillMails(bureau: Bureau, admin: Shown): Promise<string[]> {
  const { management } = bureau.office;
  const mail = await invitation(management);
  await queue(management, mail);
  const password = secret(randomBytes(18).toString('base64url'));
  const server = { host: 'mail.example.test', port: 587, security: 'starttls', from: 'a@example.test' };
  await bureau.ask('PUT', '/v1/mail-server', admin, { ...server, user: 'ada', password });
  return [mail.activationString, password];
}

/** Fills a service with everything that holds secrets. @returns the secrets */
async function fill(bureau: Bureau): Promise<(string | Uint8Array)[]> {
  const admin = await bureau.key('admin');
  // Six digits would occur by chance in the many digits of a measurement.
  const totp = await add(bureau.service, newToken({ digits: 8 }));
  const hotp = await add(bureau.service, newToken({ serial: 'FOB-2', kind: 'hotp' }));
  const password = await bureau.office.password('ada');
  const passcode = codeNow(totp, NOON_MS);
  for (const _ of [1, 2]) await bureau.service.validate({ user: 'ada', passcode, source: '192.0.2.9' });
  const made = async (path: string, body: unknown) => (await bureau.ask('POST', path, admin, body)).json;
  const code = await made('/v1/users/ada/temporary-code', {});
  const activation = await made('/v1/users/ada/activations', { fobs: 'any' });
  const application = await made('/v1/applications', { name: 'VPN', factors: 'otp' });
  const issued = secret(new Uint8Array(randomBytes(20)));
  await made('/v1/tokens', {
    serial: 'FOB-3',
    kind: 'totp',
    seed: { hex: Buffer.from(issued).toString('hex') },
  });
  const channelSecret = secret(randomBytes(24).toString('base64url'));
  const target = { kind: 'webhook', url: 'https://hooks.example.org/' };
  await made('/v1/channels', { name: 'hook', enabled: true, target, secret: channelSecret });
  const madeKey = await made('/v1/channels', { name: 'hook 2', enabled: true, target });
  const inFile = secret(new Uint8Array(randomBytes(20)));
  const uri = `otpauth://totp/ada?secret=${base32nopad.encode(inFile)}`;
  const files = [{ name: 'a.txt', content: Buffer.from(uri).toString('base64') }];
  await made('/v1/imports', { files, userFrom: 'label' });
  const { management } = bureau.office;
  const pin = secret('839201746653');
  accepted(await resetPin(management, grace, { user: 'ada' }));
  await givePin(management, 'ada', pin);
  const [deviceSecret, pairingKey, recoveryKey] = [1, 2, 3].map(() =>
    secret(new Uint8Array(randomBytes(32))),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const fob = { serial: 'PF-1', board: 'bench', firmware: '0.1.0' };
  accepted(
    await registerFob(management, grace, { ...fob, secrets: { deviceSecret, pairingKey, recoveryKey } }),
  );
  const shownOnce = [code.code, application.value, madeKey.madeKey, activation.string].map(value =>
    secret(String(value)),
  );
  expect(shownOnce.filter(value => value.length < 10)).toEqual([]);
  return [
    pin,
    deviceSecret,
    pairingKey,
    recoveryKey,
    totp.secret,
    hotp.secret,
    issued,
    inFile,
    password,
    passcode,
    channelSecret,
    ...(await fillMails(bureau, admin)),
    apiKeyOf(bureau.service),
    ...shownOnce,
  ];
}

it('no list and no view contains a secret, for any role', async bureau => {
  const secrets = (await fill(bureau)).flatMap(spellings);
  const { db } = bureau.office.store;
  const job = await db.selectFrom('jobs').select('id').executeTakeFirstOrThrow();
  const places = { user: 'ada', serial: 'FOB-1', id: job.id };
  const reads = apiRoutes.filter(({ method }) => method === 'GET').map(({ path }) => pathOf(path, places));
  for (const role of allRoles) {
    const shown = role === 'admin' ? (await bureau.session(role)).cookie : await bureau.key(role);
    for (const path of [...reads, '/metrics', '/v1/openapi.json', '/v1/docs', '/v1/users/nobody']) {
      const { text, status } = await bureau.ask('GET', path, shown);
      expect([200, 403, 404]).toContain(status);
      const answer = apiRoutes.find(
        route => route.method === 'GET' && pathOf(route.path, places) === path,
      )?.answer;
      if (status === 200 && answer !== undefined) {
        const fits = ajv.compile(answer.schema);
        expect([path, fits(JSON.parse(text)), fits.errors]).toEqual([path, true, null]);
      }
      expect([role, path, secrets.filter(value => text.includes(value))]).toEqual([role, path, []]);
    }
  }
});
