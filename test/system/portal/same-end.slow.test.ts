import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { localMail } from '@passfob/service/subjects/mail/outbox';
import { registerFob } from '@passfob/service/subjects/tokens/fobs';
import { createPolicy } from '@passfob/service/subjects/tokens/policies';
import { createUser } from '@passfob/service/subjects/users/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { connect } from 'passfob/client/client';
import { pairingCode } from 'passfob/client/handshake';
import { askedCode, freshSecrets, giveSecrets } from 'passfob/owner/pairing';
import { openTransport, readAddress } from 'passfob/transports/discover';
import type { Browser } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { newPage, startChromium } from '../../kit/browser.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { apiKeyOf, post } from '../../service/kit.ts';
import { accepted, grace, type Office } from '../../service/users/kit.ts';
import { png } from '../../unit/enrol/images.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { fobAtHand, type SimulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { plugInto } from './cable.ts';
import { askAsScanners, codeOf, drawn, furnished, needsFobs } from './kit.ts';
import { comparableState } from './state.ts';

// A browser, three fobs and three services start, and a person presses.

const HOLD_MS = 700;
const SHORT_MS = 100;

/** Makes the service the owner of a blank fob, as flashing and handover do. */
async function handOver({ management }: Office, fob: SimulatedFob): Promise<void> {
  const random = (length: number) => secret(new Uint8Array(randomBytes(length)));
  const client = connect(await openTransport(readAddress(fob.tcp)), { random });
  const { serial, board, firmware } = await client.hello();
  await client.startPairing();
  await client.openSession(pairingCode(await askedCode(() => codeOf(fob))));
  const secrets = freshSecrets(random);
  await giveSecrets({ now: Date.now, random }, client, secrets);
  await client.close();
  accepted(await registerFob(management, grace, { serial, board, firmware, secrets }));
}

/** A service whose user was sent an activation, and an owned fob in the user's hands. */
async function sentActivation() {
  const { service, office } = await furnished([]);
  const fob = await fobAtHand();
  const { management } = office;
  await handOver(office, fob);
  accepted(await changeSettings(management, grace, { publicAddress: service.url }));
  accepted(await createUser(management, grace, { name: 'ada', email: 'ada@example.org' }));
  accepted(await createPolicy(management, grace, { name: 'by counter', kind: 'hotp' }));
  const wish = { user: 'ada', fobs: 'owned', policy: 'by counter' } as const;
  expect(accepted(await startActivation(management, grace, wish)).string).toBe(null);
  const [mail, ...others] = await localMail(management);
  expect([mail?.kind, mail?.to, others]).toEqual(['activation', 'ada@example.org', []]);
  const link = secret(mail?.link ?? '');
  const string = secret(link.split('#')[1] ?? '');
  return { office, service, fob, link, string, text: mail?.text ?? '' };
}

type Sent = Awaited<ReturnType<typeof sentActivation>>;

/** Holds the fob's button whenever it asks, until `done`. */
async function attended<T>(fob: SimulatedFob, done: Promise<T>): Promise<T> {
  let isOver = false;
  const over = done.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  await expect.poll(() => fob.approve().then(() => isOver), { interval: 200 }).toBe(true);
  return over;
}

async function byLink({ fob, link, service }: Sent, browser: Browser): Promise<void> {
  await askAsScanners(link);
  const { context, page } = await newPage(browser);
  await plugInto(context, page, fob.tcp);
  await page.goto(link);
  await page.getByRole('button', { name: 'Choose my fob' }).press('Enter');
  await attended(fob, page.getByRole('heading', { name: 'Your fob is active' }).waitFor());
  secret(await page.locator('#ticket').inputValue());
  expect(service.url).toBe(new URL(link).origin);
}

/** The page on one device shows the QR code; the command line on another reads a picture of it. */
async function byQr({ fob, link }: Sent, browser: Browser, folder: string): Promise<void> {
  const { page } = await newPage(browser);
  await page.goto(link);
  await page.getByRole('button', { name: 'Show the QR code' }).click();
  const image = join(folder, 'qr.png');
  writeFileSync(image, png(drawn(await page.locator('#qr-image').innerHTML(), 4)));
  await byCommand(fob, ['--qr', image], { home: folder, input: '' });
}

/** The string as it stands in the mail, in lines of groups. */
async function byString({ fob, text, string }: Sent, folder: string): Promise<void> {
  const lines = /^ *pf1[a-z0-9 ]+\n(?: *[a-z0-9]{1,5}(?: [a-z0-9]{1,5})*\n)*/m.exec(text)?.[0] ?? '';
  expect(lines.replaceAll(/\s/g, '') === string).toBe(true);
  await byCommand(fob, ['-'], { home: folder, input: lines });
}

async function byCommand(
  fob: SimulatedFob,
  args: readonly string[],
  options: Parameters<typeof passfob>[1],
): Promise<void> {
  const run = await attended(fob, passfob(['activate', ...args, '--port', fob.tcp], options));
  expect([run.exitCode, run.stdout]).toEqual([0, expect.stringMatching(/^The fob PF-\S+ is active\./)]);
}

/** Returns the passcode that the fob shows next, by its button. */
async function nextPasscode(fob: SimulatedFob): Promise<string> {
  const press = (heldMs: number) => fob.ask({ do: 'press', heldMs });
  while (!(await fob.screen()).includes('Hold: passcode')) await press(SHORT_MS);
  await press(HOLD_MS);
  let shown: string | undefined;
  const isShown = async () => {
    const lines = (await fob.screen()).join('\n');
    shown = /\b\d{3} ?\d{3}\b/.exec(lines)?.[0].replace(' ', '');
    return shown !== undefined;
  };
  await expect.poll(isShown).toBe(true);
  return secret(shown ?? '');
}

itNeeds(
  needsFobs,
  'link, QR code and string end in the same state of the service, and the fob logs in',
  async executablePath => {
    const folder = temporaryFolder();
    const browser = await startChromium(executablePath);
    onTestFinished(() => browser.close());
    const ways = {
      link: (sent: Sent) => byLink(sent, browser),
      qr: (sent: Sent) => byQr(sent, browser, folder),
      string: (sent: Sent) => byString(sent, folder),
    };
    const ends = new Map<string, unknown>();
    const go = async (way: string, take: (sent: Sent) => Promise<void>) => {
      const sent = await sentActivation();
      await take(sent);
      const { office, service, fob } = sent;
      ends.set(way, await comparableState(office.store.db, service.url));
      // The mail with the string is gone; this mail reveals any other use of it.
      const mails = await localMail(office.management);
      expect(mails.map(({ kind, to }) => [kind, to])).toEqual([['activated', 'ada@example.org']]);
      expect(mails[0]?.text).not.toContain('pf1');
      const passcode = await nextPasscode(fob);
      const answer = await post(service, apiKeyOf(service), { user: 'ada', passcode });
      expect([way, await answer.json()]).toEqual([way, { accepted: true, user: 'ada' }]);
    };
    // Holding buttons takes time: the three ways run at once.
    await Promise.all(Object.entries(ways).map(([way, take]) => go(way, take)));
    expect(ends.get('qr')).toEqual(ends.get('link'));
    expect(ends.get('string')).toEqual(ends.get('link'));
    // The compared states contain rows: the rows of an enrolment are there.
    expect(ends.get('link')).toMatchObject({
      activations: [{ state: 'used', step: 'done', attempts: 0 }],
      tokens: [{ state: 'active', kind: 'hotp', last_step: 0 }],
      assignments: [{ to_ms: null }],
      events: [{ outcome: 'accepted' }],
      user_sessions: [{ kind: 'ticket' }],
      fob_pairings: [],
    });
  },
);
