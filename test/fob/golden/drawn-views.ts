import * as texts from '@passfob/firmware/core/base/texts';
import { ENTER, ENTRY_TITLES } from '@passfob/firmware/core/entry-rows';
import { LAYOUTS, VIEW, type View } from '@passfob/firmware/core/screens/views';
import { SETTING, SETTING_NAMES } from '@passfob/firmware/core/setting-rows';

const EMPTY: View = {
  layout: '',
  title: '',
  detail: '',
  large: '',
  next: '',
  note: '',
  hint: '',
  secondsLeft: 0,
  period: 0,
  place: 0,
  count: 0,
};

type Drawn = readonly [name: string, view: View];

const view = (kind: number, fields: Partial<View>): View => ({
  ...EMPTY,
  layout: LAYOUTS[kind] ?? '',
  ...fields,
});

const message = (detail: string, title = texts.TITLE) => view(VIEW.message, { title, detail });
const stay = (detail: string) => view(VIEW.stay, { detail });

const list = (fields: Partial<View>) =>
  view(VIEW.list, {
    title: 'Example',
    detail: 'alice@example.org',
    hint: texts.HOLD + texts.PASSCODE,
    place: 2,
    count: 12,
    ...fields,
  });

const totp = (fields: Partial<View>) =>
  view(VIEW.code, {
    title: 'Example',
    detail: 'alice@example.org',
    large: '287082',
    secondsLeft: 21,
    period: 30,
    ...fields,
  });

const hotp = (fields: Partial<View>) => totp({ hint: texts.HINT_BACK, secondsLeft: 0, period: 0, ...fields });

const ask = (fields: Partial<View>) => view(VIEW.ask, { hint: texts.HINT_ASK, ...fields });

const entry = (index: number, { large = '', detail = '', ...fields }: Partial<View>) =>
  view(VIEW.entry, {
    title: ENTRY_TITLES.split(',')[index] ?? '',
    large,
    detail,
    note: detail === '' ? texts.HOW_TO_LEAVE : texts.HOW_TO_DELETE,
    hint: texts.TURN + (large.length > 1 ? large : texts.TAKE),
    ...fields,
  });

const setting = (index: number, fields: Partial<View>) =>
  view(VIEW.settings, { title: SETTING_NAMES.split(',')[index] ?? '', ...fields });

const LONG = {
  title: 'United Widget Works Ltd of Uddeva',
  detail: 'erika.mustermann@widgets.example',
} as const;

/** Every view, with each state that changes its look. */
export const drawnViews: readonly Drawn[] = [
  ['off', view(VIEW.off, {})],
  ['blank', message(texts.BLANK)],
  ['blank-gathering', message(`25% ${texts.MIXING}`)],
  ['pairing', view(VIEW.pairing, { title: texts.PAIRING, large: 'qpzry9x8gf2tvdw0s3', secondsLeft: 180 })],
  ['pairing-wrong-code', message(texts.WRONG_CODE)],
  ['paired', message(texts.PAIRED)],
  ['no-accounts', message(texts.NO_ACCOUNTS)],
  ['account-added', message(texts.STORED)],
  ['list', list({})],
  ['list-two-keys', list({ hint: texts.PRESS + texts.PASSCODE })],
  ['list-long-names', list({ ...LONG, place: 99, count: 101 })],
  ['list-no-issuer', list({ title: 'alice', detail: '' })],
  ['list-damaged', list({ title: texts.DAMAGED_ACCOUNT, detail: '', hint: texts.HOLD + texts.EXPLAIN })],
  ['list-question', list({ hint: texts.HOLD + texts.QUESTION })],
  ['list-question-two-keys', list({ hint: texts.PRESS + texts.QUESTION })],
  ['list-approvals', list({ detail: 'push', hint: texts.FOR_APPROVALS })],
  ['list-pin-first', list({ hint: texts.HOLD + texts.PIN_FIRST })],
  ['list-battery-low', list({ note: `${texts.BATTERY} 12%`, place: 11, count: 33 })],
  ['list-settings', list({ title: texts.SETTING, detail: '', hint: texts.HOLD + texts.OPEN, place: 11 })],
  ['totp-6', totp({})],
  ['totp-7', totp({ large: '1287082' })],
  ['totp-8', totp({ large: '94287082', secondsLeft: 300, period: 300 })],
  ['totp-long-names', totp(LONG)],
  ['totp-next', totp({ secondsLeft: 4, next: '081804' })],
  ['totp-next-8', totp({ large: '94287082', secondsLeft: 1, next: '07081804' })],
  ['totp-stale', totp({ note: `${texts.STALE} +-40s` })],
  ['totp-typing', totp({ note: texts.TYPING })],
  ['totp-no-computer', totp({ note: texts.NO_COMPUTER })],
  ['totp-not-typed', totp({ large: 'A0F3C', note: texts.NOT_TYPED })],
  ['hotp-6', hotp({})],
  ['hotp-8', hotp({ large: '84755224' })],
  ['hotp-base64', hotp({ large: 'aB3/+9zW' })],
  ['ocra-10', hotp({ large: '1234567890' })],
  ['ocra-4', hotp({ large: '1234' })],
  ['ask-passcode', ask({ title: texts.ASK_CODE, detail: 'Example alice@example.org' })],
  ['ask-login', ask({ title: 'VPN', detail: 'erika@example.org', large: '07' })],
  ['ask-login-host', ask({ title: 'vpn.example.org', detail: 'erika', large: '07' })],
  ['ask-login-long', ask({ ...LONG, large: '42' })],
  ['ask-login-no-number', ask({ title: 'vpn.example.org', detail: LONG.detail })],
  ['ask-too-soon', ask({ title: 'VPN', detail: 'erika@example.org', large: '07', hint: texts.TOO_SOON })],
  ['ask-erase', ask({ title: texts.ASK_ERASE })],
  ['ask-clock', ask({ title: texts.ASK_CLOCK })],
  ['ask-reset', ask({ title: texts.ASK_RESET })],
  ['ask-maintain', ask({ title: texts.ASK_MAINTAIN })],
  ['ask-report', view(VIEW.report, { title: texts.ASK_REPORT_IT, hint: texts.HINT_ASK })],
  ['approved', message(texts.APPROVED)],
  ['declined', message(texts.DENIED)],
  ['reported', message(texts.REPORTED)],
  ['too-late', message(texts.TOO_LATE)],
  ['pin', entry(ENTER.pin, { large: '7' })],
  ['pin-two-keys', entry(ENTER.pin, { large: '7', hint: texts.PRESS + texts.TAKE })],
  ['pin-three', entry(ENTER.pin, { large: 'del', detail: '***' })],
  ['pin-ok', entry(ENTER.pin, { large: 'ok', detail: '****************' })],
  ['pin-new', entry(ENTER.new, { large: 'back' })],
  ['pin-repeat', entry(ENTER.repeat, { large: '0', detail: '*****' })],
  ['question', entry(ENTER.question, { large: 'F', detail: '00A1' })],
  ['question-long', entry(ENTER.question, { large: 'ok', detail: '0123456789ABCDEF'.repeat(4) })],
  ['account-pin', entry(ENTER.accountPin, { large: '3', detail: '**' })],
  ['checking', view(VIEW.busy, { title: texts.TITLE, detail: texts.CHECKING })],
  ['wrong-pin', message(texts.WRONG_PIN)],
  ['wait', message(`3 ${texts.TRIES_LEFT}`, `${texts.WAIT} 127 s`)],
  ['locked-out', message(texts.LOCKED_OUT)],
  ['wiped', message(texts.WIPED)],
  ['pin-trivial', message(texts.PIN_TRIVIAL)],
  ['pin-short', message(texts.PIN_SHORT)],
  ['pin-mismatch', message(texts.PIN_MISMATCH)],
  ['pin-set', message(texts.PIN_SET)],
  ['approvals-only', message(texts.APPROVALS_ONLY)],
  ['went-back', view(VIEW.notice, { detail: texts.WENT_BACK + texts.MAY_REPEAT, hint: texts.HINT_GO_ON })],
  [
    'anti-rollback-lost',
    view(VIEW.notice, { detail: texts.ANTI_ROLLBACK_LOST + texts.MAY_REPEAT, hint: texts.HINT_GO_ON }),
  ],
  [
    'set-about',
    setting(SETTING.about, { detail: 'banglejs2 0.2.0 pf-7q4m-k2xz owned', hint: texts.HOLD + texts.GO }),
  ],
  ['set-clock', setting(SETTING.clock, { detail: '2026-11-25 03:30 +-2s', hint: texts.HOLD + texts.GO })],
  ['set-clock-unset', setting(SETTING.clock, { detail: texts.NOT_SET, hint: texts.HOLD + texts.GO })],
  ['set-battery', setting(SETTING.battery, { detail: '87%', hint: texts.HOLD + texts.GO })],
  ['set-screen', setting(SETTING.screen, { detail: '120 s', hint: texts.HOLD + texts.CHANGE })],
  ['set-light', setting(SETTING.light, { detail: '2/3', hint: texts.HOLD + texts.CHANGE })],
  ['set-types', setting(SETTING.types, { detail: 'off', hint: texts.HOLD + texts.CHANGE })],
  ['set-pin', setting(SETTING.pin, { hint: texts.HOLD + texts.CHANGE })],
  ['set-erase', setting(SETTING.erase, { detail: texts.HOLD_TO_ERASE })],
  ['set-erasing', setting(SETTING.erase, { detail: `${texts.ERASING} 7 s` })],
  ['set-back', setting(SETTING.back, { hint: texts.HOLD + texts.GO })],
  ['clock-not-set', message(texts.NO_TIME)],
  ['account-damaged', message(texts.BAD_RECORD)],
  ['no-memory', message(texts.NO_MEMORY)],
  ['counter-ended', message(texts.COUNTER_ENDED)],
  ['keys-lost', message(texts.KEYS_LOST + texts.HOLD_TO_ERASE)],
  ['memory-silent', view(VIEW.silent, { title: texts.TITLE, detail: texts.SILENT })],
  ['memory-damaged', message(texts.DAMAGED + texts.HOLD_TO_ERASE)],
  ['erased', message(texts.ERASED)],
  ['maintenance', stay(texts.MAINTENANCE)],
  ['fault', stay(texts.FAULT)],
];
