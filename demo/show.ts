import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { replacePrivately } from 'passfob/private-file';
import { startExample } from './example/app.ts';
import { servePage } from './page/server.ts';
import { pageTexts } from './page/texts.ts';
import { startAgent } from './play/agent.ts';
import { addressOf, makeReady } from './play/enrolment.ts';
import type { Home } from './play/home.ts';
import { USER } from './play/ownership.ts';
import { watchProgress } from './play/progress.ts';
import { apiKeyOf } from './play/service-key.ts';
import type { Stage } from './play/stage.ts';
import { texts } from './play/texts.ts';
import { stopped } from './play/waiting.ts';

const { ready: words } = texts;

/**
 * Prepares the fob and serves the page until the demo is stopped.
 * @throws FobError if something does not start; the reason of the stop
 */
export async function showPage(
  stage: Stage,
  { open, say }: { readonly open: boolean; readonly say: (line: string) => void },
): Promise<never> {
  const { fob, service, home, stop } = stage;
  if (fob.noPtyBecause !== undefined) say(texts.noPty(fob.noPtyBecause));
  const about = await makeReady(stage);
  say('');
  say(words.fob(about.serial, about.board, about.firmware));
  say(words.paired(fob.address, USER));
  if (home.isKept) say(words.kept(home.directory));
  const progress = watchProgress(stage);
  const closers: (() => unknown)[] = [() => progress.close()];
  try {
    const example = await startExample({
      service: service.url,
      apiKey: await apiKeyOf(stage),
      port: 0,
      name: pageTexts.login.application,
      embeddable: true,
    });
    closers.push(() => example.close());
    const agent = await startAgent(stage, [{ serial: about.serial, fob }]);
    closers.push(() => agent.close());
    const frames = { fob: fob.face, login: `${example.url}/`, operator: `${service.url}/operator` };
    const facts = { ...about, port: fob.address, user: USER, address: addressOf(USER), frames };
    const page = await servePage(facts, progress, {
      operatorLink: () => service.makeOperatorLink(),
      mails: async () => (await service.outbox()).filter(({ to }) => to === facts.address),
    });
    closers.push(() => page.close());
    say('');
    say(words.open(page.url));
    say(words.key);
    if (open) closers.push(openBrowser(page.url, home, say));
    say(words.end);
    await stopped(stop);
    throw stop.reason;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The program that opens an address in the user's default browser. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens the page by a local file that redirects to it: every user of this computer can read a program's arguments,
 * and would see the key in them. @returns a function that removes the file
 */
function openBrowser(url: string, { directory }: Home, say: (line: string) => void): () => void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const file = join(directory, 'open.html');
  replacePrivately(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}">\n`);
  say(words.opening);
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true, windowsHide: true });
  let isSaid = false;
  const failed = () => {
    if (!isSaid) say(words.notOpened);
    isSaid = true;
  };
  child.once('error', failed);
  child.once('exit', code => {
    if (code !== 0) failed();
  });
  child.unref();
  return () => rmSync(file, { force: true });
}
