import { secret } from '../../kit/secrets.ts';
import { LOCAL_MAIL, RADIUS_CLIENT } from '../console/world.ts';
import type { FormCase } from './forms.ts';

const PASSWORD = secret('plum-anchor-violet-9');
const SHORT = secret('short-1');
const SEED = secret('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
/** A PIN of the users. */
export const PIN = secret('730519');
export const NEXT_PIN = secret('407183');
/** What no record may contain. */
export const TYPED = [PASSWORD, SHORT, SEED, PIN, NEXT_PIN];

const ADA = { user: 'ada' };
const BOB = { user: 'bob' };
const INV = { serial: 'INV-1' };
const BOB_1 = { serial: 'BOB-1' };
const PF_1 = { serial: 'PF-1' };
const PF_3 = { serial: 'PF-3' };
const ACCOUNT = { serial: 'PF-1', id: '00c0ffee' };
const passwords = [{ password: SHORT }, { password: 'passwordpassword' }];

const users: readonly FormCase[] = [
  { path: '/user/disable', at: { user: 'gone' }, ok: {} },
  {
    path: '/users/create',
    ok: { user: 'zoe-#', displayName: 'Zoe', email: 'zoe@example.org' },
    refused: [{ user: 'ada' }, { user: 'аda' }, { email: 'none' }],
  },
  {
    path: '/user/change',
    at: ADA,
    ok: { displayName: 'Ada', email: 'ada@example.org' },
    refused: [{ email: 'x' }],
  },
  { path: '/user/password', at: ADA, ok: { password: PASSWORD }, refused: passwords },
  { path: '/user/reset-pin', at: ADA, ok: {} },
  { path: '/user/code', at: ADA, ok: {} },
  { path: '/user/withdraw-code', at: ADA, ok: {} },
  {
    path: '/user/assign',
    at: ADA,
    ok: { serial: 'INV-1' },
    refused: [{ serial: 'INV-2' }, { serial: 'ADA-1' }],
  },
  { path: '/user/ask-fob', at: BOB, ok: {} },
  {
    path: '/user/activate',
    at: BOB,
    ok: { fobs: 'any', delivery: 'shown', replaces: 'BOB-1' },
    refused: [{ delivery: 'mail' }, { serial: 'BOB-1' }, { serial: 'NONE' }, { replaces: 'ADA-1' }],
  },
  { path: '/user/disable', at: { user: 'pia' }, ok: {} },
  { path: '/user/change', at: { user: 'nobody' } },
];

const tokens: readonly FormCase[] = [
  { path: '/token/rename', at: BOB_1, ok: { issuer: 'ACME', label: 'door' } },
  {
    path: '/token/resync',
    at: BOB_1,
    refused: [
      { first: '000000', second: '000000' },
      { first: 'x', second: 'y' },
    ],
  },
  { path: '/token/repair-last-step', at: BOB_1, ok: {} },
  { path: '/tokens/repair-last-steps', ok: {} },
  { path: '/token/unassign', at: INV, ok: {} },
  { path: '/token/reserve', at: INV, ok: { user: 'bob' }, refused: [{ user: 'nobody' }, { user: 'gone' }] },
  {
    path: '/token/assign',
    at: INV,
    ok: { user: 'bob' },
    refused: [{ user: 'nobody' }, { user: 'gone' }, ADA],
  },
  { path: '/token/suspend', at: INV, ok: {} },
  { path: '/token/revoke', at: INV, ok: { reason: 'lost' } },
  { path: '/token/rename', at: { serial: 'NONE' } },
  {
    path: '/tokens/issue',
    ok: { serial: 'NEW-#', seed: SEED },
    refused: [
      { serial: 'INV-1' },
      { user: 'nobody' },
      { user: 'gone' },
      { writing: 'hex' },
      { digits: '3' },
      { kind: 'ocra' },
      { counter: '-1' },
      { seed: 'GEZDGNBV' },
    ],
  },
  {
    path: '/bulk',
    ok: { list: 'INV-1\nNONE-1' },
    refused: [{ what: 'revoke', reason: '' }, { list: 'a,b\n"' }],
  },
];

const fobs: readonly FormCase[] = [
  { path: '/fob/reset-pin', at: PF_1, ok: {} },
  { path: '/fob/require-pin', at: PF_1, ok: {} },
  { path: '/fob/power-loss', at: PF_1, ok: {} },
  {
    path: '/fob/order',
    at: PF_1,
    ok: { list: '0badf00d\n00c0ffee' },
    refused: [{ list: '00c0ffee\n00c0ffee' }],
  },
  { path: '/fob/account/rename', at: ACCOUNT, ok: { issuer: 'ACME', label: 'new' } },
  { path: '/fob/account/remove', at: ACCOUNT, ok: {} },
  { path: '/fob/account/remove', at: { serial: 'PF-1', id: 'ffffffff' } },
  { path: '/fob/give', at: PF_3, ok: { password: PASSWORD }, refused: [{ password: SHORT }] },
  { path: '/fob/given', at: PF_3, ok: {} },
  { path: '/fob/return', at: PF_1, ok: {} },
  { path: '/fob/erase', at: PF_1, ok: {} },
  { path: '/fob/lost', at: PF_1, ok: {} },
  { path: '/fob/retire', at: PF_1, ok: {} },
  { path: '/fob/lost', at: { serial: 'NONE' } },
  { path: '/fobs/tasks', at: { id: 'tasks' }, ok: { what: 'require-pin' } },
];

const server = { host: 'logs.example.org', port: '6514' };
const mail = { host: 'mail.example.org', port: '587', security: 'starttls', from: 'a@example.org' };

const service: readonly FormCase[] = [
  {
    path: '/policies/create',
    ok: { name: 'policy #' },
    refused: [{ name: 'eight digits' }, { digits: '3' }],
  },
  { path: '/policy/change', at: { id: 'eight digits' }, ok: {}, refused: [{ pinMinDigits: '99' }] },
  { path: '/policy/remove', at: { id: 'eight digits' }, ok: {} },
  // One of those that were made above.
  { path: '/policy/remove', at: { id: 'policy 19' }, ok: {} },
  { path: '/applications/create', ok: { name: 'app #' }, refused: [{ name: 'VPN <gateway>' }] },
  {
    path: '/radius-clients/create',
    ok: { name: 'gate #', address: '192.0.2.#' },
    refused: [
      { name: 'gate <1>' },
      { address: '192.0.2.0/33' },
      { address: '2001:db8::/64' },
      { secret: SHORT },
    ],
  },
  { path: '/radius-client/change', at: { id: RADIUS_CLIENT }, ok: { push: 'wait' } },
  { path: '/radius-client/secret', at: { id: RADIUS_CLIENT }, ok: {}, refused: [{ secret: SHORT }] },
  { path: '/radius-client/remove', at: { id: RADIUS_CLIENT }, ok: {} },
  { path: '/api-keys/create', ok: { name: 'key #' }, refused: [{ name: 'ticket system' }] },
  { path: '/groups/create', ok: { name: 'group #' }, refused: [{ name: '' }] },
  // Those that were made above.
  { path: '/groups/create', ok: { name: 'Sales' } },
  { path: '/groups/create', ok: { name: 'IT' } },
  { path: '/group/rename', at: { name: 'IT' }, ok: { newName: 'Staff' }, refused: [{ newName: 'Sales' }] },
  { path: '/user/groups/join', at: { user: 'ada' }, ok: { group: 'Sales' } },
  { path: '/user/groups/leave', at: { user: 'ada', group: 'Sales' }, ok: {} },
  { path: '/group/delete', at: { name: 'Staff' }, ok: {} },
  { path: '/operators/add', ok: ADA, refused: [{ user: 'nobody' }, { user: 'hilda' }] },
  { path: '/operator/role', at: { user: 'hilda' }, ok: { role: 'auditor' } },
  { path: '/operator/disable', at: { user: 'hilda' }, ok: {} },
  { path: '/operator/enable', at: { user: 'hilda' }, ok: {} },
  { path: '/operator/remove', at: { user: 'hilda' }, ok: {} },
  { path: '/operator/remove', at: { user: 'grace' }, ok: {} },
  {
    path: '/settings/change',
    ok: { serviceName: 'ACME', publicAddress: 'https://otp.example.org' },
    refused: [{ publicAddress: 'ftp://x' }, { threshold: '0' }, { amount: '0' }],
  },
  {
    path: '/settings/kept',
    ok: { eventDays: '30', auditDays: '90' },
    refused: [{ eventDays: '6' }, { mailDays: '' }, { auditDays: '89' }, { auditDays: '3651' }],
  },
  {
    path: '/channels/mail',
    ok: { ...mail, name: 'mail #', enabled: 'yes', to: 'b@example.org' },
    refused: [{ to: 'none' }, { security: 'none' }, { authority: 'x' }],
  },
  {
    path: '/channels/webhook',
    ok: { name: 'hook #', enabled: 'yes', url: 'https://hooks.example.org/b' },
    refused: [{ url: 'http://hooks.example.org/b' }, { authority: 'x' }],
  },
  { path: '/channels/syslog', ok: { ...server, name: 'log #', enabled: 'yes' }, refused: [{ port: '0' }] },
  { path: '/mail/open', at: { id: LOCAL_MAIL }, ok: {} },
  {
    path: '/mails/server/change',
    ok: mail,
    refused: [{ port: '70000' }, { from: 'x' }, { security: 'none' }],
  },
  { path: '/mails/server/test', refused: [{ to: 'none' }] },
  { path: '/mails/server/remove', ok: {} },
  {
    path: '/setup/admin',
    ok: { user: 'root-#', displayName: 'Root', password: PASSWORD },
    refused: [{ user: 'grace' }, { user: 'service' }, ...passwords],
  },
];

export const consoleForms = { users, tokens, fobs, service };
