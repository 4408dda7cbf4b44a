import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { inBrowser } from './browser/in-browser.ts';
import { inGuest } from './in-guest.ts';

const chromium = needsTool('chromium');

await inGuest(guestOf => describeNeeds(chromium, 'Chromium in the guest', path => inBrowser(guestOf, path)), {
  isYielding: false,
});
