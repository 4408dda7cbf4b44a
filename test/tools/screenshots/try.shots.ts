import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledTryPage } from '@passfob/demo/bundle/page';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { chromiumHands } from '../../system/try/hands.ts';
import { pairAndEnrol, passcodeShown, signIn } from '../../system/try/story.ts';
import { root } from '../tidy/files.ts';
import { openPage, startBrowser, take } from './studio.ts';

it('takes the try page after a log-in with the passcode of its fob', async () => {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const file = join(temporaryFolder('try'), 'try.html');
  writeFileSync(file, await bundledTryPage(root));
  const page = await openPage(browser, { width: 1120, height: 860, scale: 1 });
  await page.goto(`file://${file}`);
  const hands = chromiumHands(page);
  await pairAndEnrol(hands);
  await signIn(hands, await passcodeShown(hands));
  await expect.poll(() => hands.text('.result')).toMatch(/^Accepted/);
  await hands.call('() => { document.activeElement.blur(); scrollTo(0, 0); }');
  await take(page, 'try-page', { colours: 64 });
});
