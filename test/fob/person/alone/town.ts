import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { deliverMail } from '@passfob/service/subjects/mail/deliver';
import { createPolicy, type PolicyInput } from '@passfob/service/subjects/tokens/policies';
import { createUser } from '@passfob/service/subjects/users/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import type { Browser, BrowserContext } from 'playwright-core';
import { PATIENCE_MS } from '../../../kit/patience.ts';
import { secret } from '../../../kit/secrets.ts';
import { MailReceiver } from '../../../service/alerts/receivers.ts';
import { Rig } from '../../../service/kit.ts';
import { parsed, useServer } from '../../../service/mail/kit.ts';
import { accepted, grace, Office } from '../../../service/users/kit.ts';
import { plugInto } from '../../../system/portal/cable.ts';
import { simulatedFob } from '../../../unit/host/kit/simulated-fob.ts';
import { KNOWLEDGE } from './acts.ts';
import { HeldFob } from './held-fob.ts';
import { type Belongings, Human } from './human.ts';
import { Mail } from './mail.ts';
import { Terminal } from './terminal.ts';
import { WebPage } from './web-page.ts';

const USER = 'ada';
/** Enough for a program to start. */
/** Chosen one after the other; the last one is the wrong try of a person who forgot the right one. */
const PINS = ['407183', '730519', '918264'].map(pin => secret(pin));

/** Functions that run when the test is over, the last first. */
type Closers = (() => unknown)[];

/** A service with its mail server and help desk, and one user who has a new fob and a computer. */
export class Town implements AsyncDisposable {
  readonly fob: HeldFob;
  /** How often the help desk was asked to reset the PIN. */
  resets = 0;
  readonly #office: Office;
  readonly #mails: MailReceiver;
  readonly #context: BrowserContext;
  readonly #folder: string;
  readonly #closers: Closers;

  private constructor(
    made: {
      readonly office: Office;
      readonly mails: MailReceiver;
      readonly context: BrowserContext;
      readonly fob: HeldFob;
      readonly folder: string;
    },
    closers: Closers,
  ) {
    this.fob = made.fob;
    this.#office = made.office;
    this.#mails = made.mails;
    this.#context = made.context;
    this.#folder = made.folder;
    this.#closers = closers;
  }

  /** @param policy the requirements of the user's fob */
  static async open(browser: Browser, policy: Omit<PolicyInput, 'name'>): Promise<Town> {
    const closers: Closers = [];
    const rig = new Rig();
    closers.push(() => rig[Symbol.asyncDispose]());
    const service = await rig.start();
    const office = await Office.beside(rig);
    closers.push(() => office[Symbol.asyncDispose]());
    const mails = await new MailReceiver().listen();
    closers.push(() => mails[Symbol.asyncDispose]());
    const fob = await simulatedFob('--clock', 'virtual');
    closers.push(() => fob.close());
    const context = await browser.newContext();
    closers.push(() => context.close());
    const folder = mkdtempSync(join(tmpdir(), 'passfob-alone-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const { management } = office;
    accepted(await changeSettings(management, grace, { publicAddress: service.url }));
    await useServer(management, mails.port);
    accepted(
      await createUser(management, grace, {
        name: USER,
        displayName: 'Ada Lovelace',
        email: 'ada@example.test',
      }),
    );
    accepted(await createPolicy(management, grace, { name: 'staff', ...policy }));
    return new Town({ office, mails, context, folder, fob: new HeldFob(fob, rig.clock) }, closers);
  }

  /**
   * Mails an activation.
   * @returns the mail as plain text, as it came over SMTP
   */
  async invite(): Promise<string> {
    const { management } = this.#office;
    accepted(await startActivation(management, grace, { user: USER, fobs: 'any', policy: 'staff' }));
    await deliverMail(management);
    const { text = '' } = await parsed(this.#mails.messages.at(-1)?.raw ?? '');
    secret(/#(pf1\S+)/.exec(text)?.[1] ?? '');
    return text;
  }

  /** Returns a person with a mail. */
  reader(mail: string, has: Partial<Belongings> = {}): Human {
    const belongings: Belongings = {
      user: USER,
      fob: this.fob,
      hasBrowserForFobs: false,
      browse: address => this.#browse(address, has.hasBrowserForFobs === true),
      command: line => {
        const port = this.fob.isPluggedIn ? this.fob.fob.tcp : undefined;
        return new Terminal(line, { home: this.#folder, port });
      },
      askForReset: async () => {
        this.resets++;
        accepted(await resetPin(this.#office.management, grace, { user: USER }));
      },
      pins: PINS,
      patienceMs: PATIENCE_MS,
      ...has,
    };
    return new Human(belongings, KNOWLEDGE, new Mail(mail));
  }

  /** Replaces a text on all pages from now on. */
  async misprint(right: string, wrong: string): Promise<void> {
    await this.#context.unrouteAll();
    await this.#context.route('**/*', async route => {
      if (route.request().resourceType() !== 'document') return route.continue();
      const response = await route.fetch();
      const text = await response.text();
      return route.fulfill({ response, body: text.replaceAll(right, wrong) });
    });
  }

  async #browse(address: string, isForFobs: boolean): Promise<WebPage> {
    const [open] = this.#context.pages();
    const page = open ?? (await this.#context.newPage());
    if (open === undefined && isForFobs) await plugInto(this.#context, page, this.fob.fob.tcp);
    page.setDefaultTimeout(PATIENCE_MS);
    const scene = new WebPage(page);
    await page.goto(address);
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}
