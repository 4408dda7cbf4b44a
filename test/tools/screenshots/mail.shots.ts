import { compose } from '@passfob/service/subjects/mail/compose';
import { activationString } from 'passfob/activation/activation-string';
import { it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { invitation } from '../../service/mail/kit.ts';
import { Office } from '../../service/users/kit.ts';
import { seedOf } from './company.ts';
import { openPage, startBrowser, take } from './studio.ts';

const ADDRESS = 'https://otp.example.org';
const SERVER = {
  host: 'mail.example.org',
  port: 587,
  security: 'starttls',
  from: 'passfob@example.org',
  contact: 'Hilda, extension 12',
} as const;

it('takes the mail with an activation', async () => {
  await using office = await Office.open();
  const string = secret(
    activationString({ service: ADDRESS, code: seedOf('code', 16), fingerprint: seedOf('fingerprint', 16) }),
  );
  const mail = await invitation(office.management, {
    to: 'lena@example.org',
    user: 'lena',
    displayName: 'Lena Novak',
    publicUrl: ADDRESS,
    link: `${ADDRESS}/activate#${string}`,
    activationString: string,
    fob: null,
    blankAllowed: true,
  });
  const { html = '', attachments = [] } = compose('1', mail, { ...SERVER } as Parameters<typeof compose>[2]);
  let shown = String(html);
  for (const { cid, content } of attachments)
    shown = shown.replace(`cid:${cid}`, `data:image/png;base64,${(content as Buffer).toString('base64')}`);
  const browser = await startBrowser();
  try {
    const page = await openPage(browser, { width: 640, height: 800, scale: 1 });
    await page.setContent(shown);
    await take(page, 'mail-activation', { tall: 1700 });
  } finally {
    await browser.close();
  }
});
