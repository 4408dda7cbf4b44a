import { type Browser, chromium, type Page } from 'playwright-core';
import type { Guest } from '../guest.ts';
import { GuestProgram } from '../guest-program.ts';
import { Tunnel } from '../tunnel.ts';

const POLICIES = '/etc/chromium/policies/managed/passfob.json';
const PROFILE = '/run/chromium';
/** Debian's folders with the program and its data: one sequential read is faster than later page faults. */
const READ_AHEAD = ['/bin/sh', '-c', 'cat /usr/lib/chromium/* > /dev/null 2>&1'];
const OPTIONS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Everything is some twenty times slower in the guest. */
const PATIENCE_MS = 120_000;

/**
 * Chromium as installed, in the guest; its driver is outside, where that is quicker. It acts as part of a managed
 * fleet: its policies grant one origin every device, so that no person has to choose one.
 */
export class GuestBrowser {
  readonly page: Page;
  private readonly browser: Browser;
  private readonly program: GuestProgram;
  private readonly tunnel: Tunnel;

  private constructor(browser: Browser, page: Page, program: GuestProgram, tunnel: Tunnel) {
    this.browser = browser;
    this.page = page;
    this.program = program;
    this.tunnel = tunnel;
  }

  /** @param origin with its port, such as `http://127.0.0.1:8080` */
  static async start(guest: Guest, executable: string, origin: string): Promise<GuestBrowser> {
    const policies = { SerialAllowAllPortsForUrls: [origin], WebHidAllowAllDevicesForUrls: [origin] };
    await guest.ask({ do: 'write', path: POLICIES, text: JSON.stringify(policies) });
    await (await GuestProgram.start(guest, ...READ_AHEAD)).ended;
    const own = [`--user-data-dir=${PROFILE}`, '--remote-debugging-port=0', 'about:blank'];
    const program = await GuestProgram.start(guest, executable, ...OPTIONS, ...own);
    const [, port, path] = await program.heard('err', /listening on ws:\/\/127\.0\.0\.1:(\d+)(\S+)/);
    const tunnel = await Tunnel.to(guest, Number(port));
    const browser = await chromium.connectOverCDP(`ws://127.0.0.1:${tunnel.port}${path}`, {
      timeout: PATIENCE_MS,
    });
    const [context] = browser.contexts();
    const page = context?.pages()[0];
    if (page === undefined) throw new Error('the browser has no page');
    page.setDefaultTimeout(PATIENCE_MS);
    return new GuestBrowser(browser, page, program, tunnel);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.tunnel.close();
    await this.program.kill();
  }
}
