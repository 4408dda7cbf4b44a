import { randomUUID } from 'node:crypto';
import { mailLimits } from '../../base/limits/mail.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, refused } from '../../base/results.ts';
import { flag, object, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { actingOf } from '../../storage/acting.ts';
import { writing } from '../../storage/database/database.ts';
import { putSecret, removeSecret } from '../../storage/encryption-at-rest/secret-settings.ts';
import { writeSetting } from '../../storage/settings.ts';
import { act, actByItself, audited, did, subject } from '../kit/act.ts';
import { field, optional, plain } from '../kit/field.ts';
import { hostAndPort, mailAddress, mailUser, security } from '../notify/channels.ts';
import { isMailAddress, problemOfSmtp } from '../notify/checks.ts';
import { readSettings } from '../users/settings.ts';
import { testMail } from './compose.ts';
import { sendMail } from './send.ts';
import { MAIL_PASSWORD, MAIL_SERVER, type MailServer, mailServerShape, readMailServer } from './server.ts';

const about = { id: MAIL_SERVER, name: 'mail server' } as const;
const stated = { kind: 'settings', key: 'none', home: '/mails/server' } as const;

/** The mail server, set or not. */
const settable = subject({
  ...stated,
  missing: [],
  find: async db => done({ ...about, before: await readMailServer(db) }),
});

/** The mail server that is set. */
const present = subject({
  ...stated,
  missing: ['no_mail_server'],
  async find(db) {
    const server = await readMailServer(db);
    return server === undefined ? refused('no_mail_server') : done({ ...about, server });
  },
});

const words = consoleTexts.channels;
const permission = 'settings.change';

/** Mail already in the local outbox stays there; a password that is left out stays as long as the server is the same. */
export const saveMailServer = act({
  permission,
  subject: settable,
  fields: {
    host: plain(hostAndPort.host, { label: words.host }),
    port: plain(hostAndPort.port, { label: words.port }),
    security: plain(security, { label: words.security }),
    from: plain(mailAddress, { label: words.from }),
    user: optional(plain(mailUser, { label: words.login })),
    authority: optional(plain(text(recordLimits.certificateMaxChars), { label: words.authority })),
    contact: optional(plain(text(mailLimits.mailContactMax), { label: consoleTexts.mailServer.contact })),
    password: optional(
      plain(
        text(recordLimits.channelSecretMax, {
          description: 'The password at the mail server. Never returned.',
        }),
        { label: words.secrets.mail },
      ),
    ),
  },
  gives: mailServerShape,
  refusals: { bad_mail_server: 'form', bad_mail_password: 'password', channel_plain: 'security' },
  routes: [
    {
      name: 'mail-server.set',
      summary: 'Set the mail server for mails to users.',
      at: 'PUT /v1/mail-server',
      example: { host: 'localhost', port: 25, security: 'none', from: 'passfob@example.org' },
    },
  ],
  async run({ db, keys, atMs, item: { before } }, { password, ...given }) {
    const server = prepare(given);
    if (typeof server === 'string') return refused(server);
    if (password !== undefined && (password === '' || password.length > recordLimits.channelSecretMax))
      return refused('bad_mail_password');
    const needsPassword = server.user !== undefined;
    // A stored password must not go to another server than it was given for.
    const isKept = before?.user !== undefined && peerOf(before) === peerOf(server);
    if (needsPassword && password === undefined && !isKept) return refused('bad_mail_password');
    await writeSetting(db, MAIL_SERVER, server, atMs);
    if (!needsPassword) await removeSecret(db, MAIL_PASSWORD);
    else if (password !== undefined)
      await putSecret(db, keys, { name: MAIL_PASSWORD, secret: Buffer.from(password), nowMs: atMs });
    const { host, port, security } = server;
    const secretChanged = needsPassword && password !== undefined;
    return did(server, about, { host, port, security, secretChanged });
  },
});

/** Its password is removed, too; unsent mail goes to the local outbox at the next turn. */
export const removeMailServer = act({
  permission,
  subject: present,
  fields: {},
  gives: mailServerShape,
  refusals: {},
  routes: [
    {
      name: 'mail-server.remove',
      summary: 'Remove the mail server: mails to users stay in the local outbox.',
      at: 'DELETE /v1/mail-server',
    },
  ],
  form: {
    at: '/mails/server/remove',
    title: 'Remove the mail server',
    lead: 'Its password is deleted. Waiting messages go to the local outbox.',
    submit: 'Remove',
    isFinal: true,
    done: 'removed',
  },
  async run({ db, item: { server } }) {
    await db.deleteFrom('settings').where('name', '=', MAIL_SERVER).execute();
    await removeSecret(db, MAIL_PASSWORD);
    return did(server, about, { isRemoved: true });
  },
});

/** Sends a test mail now. */
export const testMailServer = actByItself({
  permission,
  subject: present,
  fields: {
    to: field(mailAddress, { label: 'Address', kind: 'email' }, 'bad_email', given => {
      const to = given.trim();
      return isMailAddress(to) ? to : undefined;
    }),
  },
  gives: object({ sent: flag }),
  refusals: { no_mail_server: 'form', mail_failed: 'form' },
  routes: [
    {
      name: 'mail-server.test',
      summary: 'Send a test mail to an address now.',
      at: 'POST /v1/mail-server/test',
      example: { to: 'ada@example.org' },
    },
  ],
  form: {
    at: '/mails/server/test',
    title: 'Send a test mail',
    submit: 'Send a test mail',
    done: 'channelTested',
  },
  async run(management, actor, { to }) {
    const { db, clock } = management;
    const server = await readMailServer(db);
    if (server === undefined) return refused('no_mail_server');
    const { serviceName } = await readSettings(db);
    const message = testMail({ id: randomUUID(), to, serviceName, server, atMs: clock() });
    const unsent = await sendMail(management, server, message);
    await writing(db, transaction => {
      const acting = actingOf({ ...management, db: transaction }, actor);
      return audited(
        acting,
        { kind: stated.kind, action: permission },
        did(null, about, { test: unsent?.error ?? 'sent' }),
      );
    });
    return unsent === undefined ? done({ sent: true }) : refused('mail_failed');
  },
});

/** In the order of the documentation. */
export const mailServerActs = [saveMailServer, removeMailServer, testMailServer] as const;

type Given = { readonly [K in keyof MailServer]: MailServer[K] | undefined } & Pick<
  MailServer,
  'host' | 'port' | 'security' | 'from'
>;

function prepare({ host, port, security, user, authority, from, contact }: Given) {
  const line = prepareLine(contact ?? '', mailLimits.mailContactMax);
  const server = {
    host,
    port,
    security,
    from,
    ...(user === undefined ? {} : { user }),
    ...(authority === undefined ? {} : { authority }),
    ...(line ? { contact: line } : {}),
  };
  const problem = problemOfSmtp(server);
  if (problem !== undefined || line === undefined || !isMailAddress(from))
    return problem === 'channel_plain' ? problem : 'bad_mail_server';
  return server;
}

/** Identifies the server that knows the password. */
function peerOf({ host, port, security }: MailServer): string {
  return `${host}:${port} ${security}`;
}
