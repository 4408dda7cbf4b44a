import { done, refused } from '../../base/results.ts';
import { subject } from '../kit/act.ts';
import { lockToken, userNameOf } from './tokens.ts';

/** Tokens, as acts are about them; the row is locked until the transaction ends. */
export const aboutToken = subject({
  kind: 'token',
  key: 'serial',
  home: '/tokens',
  page: '/token',
  missing: ['unknown_serial'],
  async find(db, serial) {
    const row = await lockToken(db, serial);
    if (row === undefined) return refused('unknown_serial');
    return done({ ...row, name: row.serial, user: await userNameOf(db, row.user_id) });
  },
});
